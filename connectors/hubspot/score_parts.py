"""HubSpot's calculations taken apart: conditions with points, and for events also which, how often and how recent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from config.comparison import Operator
from config.conditions import MAX_DEPTH, Condition, Node, Row
from config.scoring import Repeat
from config.strict import FARTHEST_DAYS
from connectors.hubspot.score_shape import (
    Calculation,
    Composite,
    Conditional,
    Constant,
    EventEntry,
    Events,
    Frequency,
    Match,
    Operation,
    OperationType,
    Several,
    Single,
    Timeframe,
)
from connectors.hubspot.score_words import (
    EVENT_FIELDS,
    EVENTS,
    NEGATIVE,
    WITHOUT_KIND,
    NoCounterpartError,
    Vocabulary,
    rows_for,
)
from domain.activity import ActivityKind

MOST_POINTS = 1000
EACH = Repeat()
WITHIN = "IS_LESS_THAN_X_DAYS_AGO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How one kind of property is understood: HubSpot's name as ours, and a row's values as ours."""

    named: Callable[[str], str]
    words: Callable[[Row], Row]


def of_traits(vocabulary: Vocabulary) -> Hearing:
    """Over what is known about a person."""
    return Hearing(named=vocabulary.property_of, words=vocabulary.in_our_words)


def of_events(kind: ActivityKind, vocabulary: Vocabulary) -> Hearing:
    """Over what is known about one event."""
    back = {theirs: ours for ours, theirs in EVENT_FIELDS.get(kind, {}).items()}
    return Hearing(named=lambda name: _activity_property(back, name, kind), words=vocabulary.with_form_names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Points for who meets every one of `nodes`. `is_assumed`: HubSpot does not say what holds where several fit."""

    nodes: tuple[Node, ...]
    points: float
    is_assumed: bool = False

    def condition(self) -> Condition:
        rows = [node for node in self.nodes if isinstance(node, Row) or node.all or node.any]
        none = [each for node in self.nodes if isinstance(node, Condition) for each in node.none]
        return Condition(all=rows, none=none)

    def within(self, least: float | None, most: float | None) -> "Part":
        """The same between a rule's own limits."""
        points = self.points if most is None else min(self.points, most)
        return replace(self, points=points if least is None else max(points, least))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """An activity rule without its name and limits."""

    kinds: tuple[ActivityKind, ...]
    where: Condition
    points: float
    repeat: Repeat = EACH
    timeframe_days: int | None = None
    is_assumed: bool = False


def whole_points(value: float) -> int:
    """Rounded half away from zero; NoCounterpartError beyond what one rule may give."""
    points = int(abs(value) + 0.5) * (1 if value > 0 else -1)
    if abs(points) > MOST_POINTS:
        raise NoCounterpartError(f"it gives {value:g} points; a rule gives at most {MOST_POINTS:,}", "lower its points")
    return points


def drafts_of(events: Events, vocabulary: Vocabulary) -> list[Drafted]:
    """One draft per condition; kinds of events that count alike stand in one."""
    drafts: list[Drafted] = []
    for entry in events.event_calculators:
        for draft in _of_entry(entry, vocabulary):
            at = next((at for at, each in enumerate(drafts) if _alike(each, draft)), None)
            if at is None:
                drafts.append(draft)
            else:
                drafts[at] = replace(draft, kinds=(*drafts[at].kinds, *draft.kinds))
    if not drafts:
        raise NoCounterpartError("it counts no events", "leave it out")
    return drafts


def _alike(one: Drafted, other: Drafted) -> bool:
    return one.repeat == EACH and replace(one, kinds=other.kinds) == other and not set(one.kinds) & set(other.kinds)


def _of_entry(entry: EventEntry, vocabulary: Vocabulary) -> list[Drafted]:
    kind = EVENTS.get(entry.event_type_id)
    if kind is None:
        raise _no_such_event(entry.event_type_id)
    parts = parts_of(entry.record_calculation, of_events(kind, vocabulary))
    days = _days_of(entry.event_timeframe)
    found: list[Drafted] = []
    for part in parts:
        for repeat, points in _steps(entry.event_frequency_criteria, part):
            draft = Drafted(kinds=(kind,), where=part.condition(), points=points, repeat=repeat, timeframe_days=days)
            found.append(replace(draft, is_assumed=part.is_assumed or repeat != EACH))
    return found


def _no_such_event(event_type: str) -> NoCounterpartError:
    words = WITHOUT_KIND.get(event_type)
    reason = f"it counts that {words}" if words else f"it counts events of type {event_type}"
    return NoCounterpartError(f"{reason}, of which leadloop keeps no activities", "score what followed from it instead")


def _activity_property(names: Mapping[str, str], name: str, kind: ActivityKind) -> str:
    if name not in names:
        raise NoCounterpartError(
            f"leadloop keeps no `{name}` of activities of the kind {kind}",
            "write the condition by hand over form, url, subject or campaign",
        )
    return names[name]


def _steps(frequency: Frequency | None, part: Part) -> list[tuple[Repeat, float]]:
    """A table of points by count as what each further time adds: `first` and `nth` rules give the same sums."""
    if frequency is None:
        return [(EACH, part.points)]
    ranges = frequency.ranges
    if any(each.at_least < 1 for each in ranges):
        raise NoCounterpartError("it gives points for what never happened", "write a fit rule for it by hand")
    ends = (_end(each.type, each.at_least, each.at_most) for each in ranges)
    spans = [(each.at_least, end, each.value) for each, end in zip(ranges, ends, strict=True)]

    def total(count: int) -> float:
        return next((value for start, end, value in spans if start <= count and (end is None or count <= end)), 0)

    turns = sorted({start for start, _, _ in spans} | {end + 1 for _, end, _ in spans if end is not None})
    added = [(turn, total(turn) - total(turn - 1)) for turn in turns]
    return [(_the_nth(turn), points) for turn, points in added if points]


def _end(kind: str, at_least: int, at_most: int | None) -> int | None:
    return at_least if kind == "EXACTLY" else at_most if kind == "BETWEEN" else None


def _the_nth(number: int) -> Repeat:
    return Repeat(policy="first") if number == 1 else Repeat(policy="nth", n=number)


def _days_of(timeframe: Timeframe | None) -> int | None:
    if timeframe is None:
        return None
    told = timeframe.event_filter_operation
    days = told.number_of_days
    is_rolling = told.operation_type is OperationType.ROLLING_DATE_RANGE and told.operator == WITHIN
    if not is_rolling or days is None or not 1 <= days <= FARTHEST_DAYS:
        raise NoCounterpartError(
            f"its timeframe (`{told.operation_type} {told.operator}`) is not one of so many last days",
            "give it a `timeframe_days` by hand",
        )
    return days


def parts_of(calculation: Calculation, hearing: Hearing, depth: int = 0) -> list[Part]:
    """Points of several parts that are met add up."""
    if depth > MAX_DEPTH:
        raise NoCounterpartError(f"its calculations nest more than {MAX_DEPTH} deep", "flatten it in HubSpot")
    match calculation:
        case Constant():
            return [Part(nodes=(), points=calculation.value)]
        case Conditional():
            nodes = _of_condition(calculation.where_condition, hearing)
            return [Part(nodes=tuple(nodes), points=calculation.value)]
        case Match():
            return _of_match(calculation, hearing)
        case Several():
            deeper = (parts_of(each, hearing, depth + 1) for each in calculation.calculators)
            return [part for parts in deeper for part in parts]
    raise NoCounterpartError(
        "it asks for membership of a segment, which leadloop does not read for scores",
        "write the condition over the facts behind the segment",
    )


def _of_match(match: Match, hearing: Hearing) -> list[Part]:
    """The first that is met counts; where none can be met together with another, that needs no saying."""
    tests = [nodes_of(match.property, each.operation, hearing) for each in match.match_rules]
    apart = _exclude_each_other([each.operation for each in match.match_rules])
    parts = []
    for place, rule in enumerate(match.match_rules):
        earlier = [] if apart else [_one(nodes) for nodes in tests[:place]]
        nodes: tuple[Node, ...] = (*tests[place], *([Condition(none=earlier)] if earlier else []))
        parts.append(Part(nodes=nodes, points=rule.value, is_assumed=bool(earlier)))
    if match.default_value:
        rest = Condition(none=[_one(nodes) for nodes in tests])
        parts.append(Part(nodes=(rest,) if tests else (), points=match.default_value, is_assumed=True))
    return parts


def _exclude_each_other(operations: Sequence[Operation]) -> bool:
    if len(operations) < 2:
        return True
    is_choice = all(each.operator in ("IS_EQUAL_TO", "IS_ANY_OF") for each in operations)
    values = [
        str(value).strip().casefold()
        for each in operations
        for value in (each.values if each.values is not None else [each.value])
    ]
    has_blanks = any(each.include_objects_with_no_value_set for each in operations)
    return is_choice and not has_blanks and len(set(values)) == len(values)


def _one(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Condition(all=list(nodes))


def _of_condition(condition: Composite, hearing: Hearing) -> list[Node]:
    found: list[Node] = []
    for each in condition.conditions:
        if isinstance(each, Single):
            found.extend(nodes_of(each.property, each.operation, hearing))
        else:
            found.extend(_of_condition(each, hearing))
    return found


def nodes_of(name: str, operation: Operation, hearing: Hearing) -> list[Node]:
    """Our rows for one operation, blanks as it wants them; all have to be met."""
    ours = hearing.named(name)
    rows = [hearing.words(row) for row in rows_for(ours, operation)]
    blank = operation.include_objects_with_no_value_set
    by_itself = rows[0].operator in NEGATIVE
    if operation.operation_type is OperationType.ALL_PROPERTY or blank == by_itself:
        return [*rows]
    if blank:
        return [Condition(any=[_one(rows), Row(property=ours, operator=Operator.UNKNOWN)])]
    return [Row(property=ours, operator=Operator.KNOWN), *rows]
