"""A moment in a lead's life, named in words: `first form_submitted where form contains demo + 24h`, `fact signed_on`.

Calibration needs three: when to predict, when a lead was won, when it was lost. The words are few on purpose: what
someone did (a kind of activity, or what a rule counts), a stage that was reached, a fact that holds or is a date.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from config.comparison import Operator
from config.conditions import Condition, Judge, Row, judge_for
from domain.activity import MARKETING_KINDS, Activity, ActivityKind
from domain.lead import Fact
from domain.stage import Cause, Stage, Transition
from domain.values import Value, require_utc
from scoring.book import PointRule

GRAMMAR = (
    "`first KIND [where PROPERTY OP VALUE [and ...]]`, `first activity`, `first rule NAME`, `stage NAME`, "
    "`fact NAME OP VALUE` or `fact NAME` (a date); each may end in `+ 24h` (m, h, d, w)"
)
FORWARD = (Stage.KNOWN, Stage.ENGAGED, Stage.MQL, Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY,
           Stage.CUSTOMER)  # fmt: skip
"""A stage is reached by whoever stands in it or in a later one of these."""
_OPERATORS = {
    "=": Operator.EQUALS, "!=": Operator.NOT_EQUALS, ">=": Operator.AT_LEAST, ">": Operator.GREATER_THAN,
    "<=": Operator.AT_MOST, "<": Operator.LESS_THAN, "contains": Operator.CONTAINS, "in": Operator.IN,
}  # fmt: skip
_DELAY = re.compile(r"\s*\+\s*(\d{1,4})\s*([mhdw])$")
_ROW = re.compile(r"(\w+)\s*(>=|<=|!=|=|<|>|\bcontains\b|\bin\b)\s*(.+)")
_AND = re.compile(r"\s+and\s+(?=\w+\s*(?:[<>=!]|contains\b|in\b))")
"""Between two comparisons; another `and` belongs to the value."""
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is kept of one lead. What happened by `loaded_until` was loaded as history."""

    facts: Sequence[Fact] = ()
    activities: Sequence[Activity] = ()
    transitions: Sequence[Transition] = ()
    loaded_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """`dated` False: so it is, but since when nobody knows; `at` is when its record was last changed."""

    at: datetime
    dated: bool = True


Finder = Callable[[History], Met | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """`facts`: the properties that it goes by; they say nothing new about whoever is judged by them."""

    text: str
    find: Finder
    delay: timedelta = timedelta(0)
    facts: frozenset[str] = frozenset()

    def first(self, history: History) -> Met | None:
        """When it first was so; None when it never was."""
        found = self.find(history)
        return None if found is None else replace(found, at=found.at + self.delay)


def occasion(text: str, rules: Iterable[PointRule] = ()) -> Occasion:
    """Read the words; ValueError says what they can be."""
    whole = " ".join(text.split())
    said, delay = _without_delay(whole)
    begin, _, rest = said.removeprefix("first ").partition(" ")
    if begin == "rule":
        return Occasion(text=whole, find=_by_rule(rest, rules), delay=delay)
    if begin == "stage":
        return Occasion(text=whole, find=_by_stage(rest), delay=delay)
    if begin == "fact" and rest:
        return _fact(whole, rest, delay)
    return Occasion(text=whole, find=_by_kind(begin, rest), delay=delay)


def duration(text: str) -> timedelta:
    """`90d`, `24h`, `2w`; ValueError for anything else."""
    found = _DELAY.fullmatch(f"+{text.strip()}")
    if found is None:
        raise ValueError(f"{text!r} is no length of time: write 24h, 90d or 2w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _without_delay(text: str) -> tuple[str, timedelta]:
    found = _DELAY.search(text)
    if found is None:
        return text, timedelta(0)
    return text[: found.start()], timedelta(**{_UNITS[found[2]]: int(found[1])})


def _by_rule(name: str, rules: Iterable[PointRule]) -> Finder:
    known = {each.name.casefold(): each for each in rules}
    rule = known.get(name.strip("\"'").casefold())
    if rule is None:
        names = ", ".join(sorted(each.name for each in known.values()))
        raise ValueError(f"no activity rule is called {name!r}: there are {names or 'none'}")
    return _earliest(rule.kinds, rule.matches)


def _by_stage(name: str) -> Finder:
    try:
        stage = Stage(name)
    except ValueError as error:
        raise ValueError(f"there is no stage {name!r}: write one of {', '.join(Stage)}") from error
    reached = frozenset(FORWARD[FORWARD.index(stage) :]) if stage in FORWARD else frozenset({stage})

    def find(history: History) -> Met | None:
        found = min((each for each in history.transitions if each.after in reached), key=_when, default=None)
        return None if found is None else Met(at=found.at, dated=found.cause is not Cause.BASELINE)

    return find


def _when(move: Transition) -> datetime:
    return move.at


def _by_kind(name: str, rest: str) -> Finder:
    kinds = MARKETING_KINDS if name == "activity" else frozenset(each for each in ActivityKind if each == name)
    if not kinds:
        raise ValueError(f"{name!r} is no kind of activity: write {GRAMMAR}. Kinds are {', '.join(ActivityKind)}")
    if rest and not rest.startswith("where "):
        raise ValueError(f"after {name!r} comes `where PROPERTY OP VALUE`, not {rest!r}")
    return _earliest(kinds, judge_for(_condition(rest.removeprefix("where ")), subject="activity"))


def _earliest(kinds: frozenset[ActivityKind], met: Judge) -> Finder:
    def find(history: History) -> Met | None:
        every = history.activities
        when = min((each.occurred_at for each in every if each.kind in kinds and met(each.properties)), default=None)
        return _at(when)

    return find


def _at(when: datetime | None) -> Met | None:
    return None if when is None else Met(at=when)


def _fact(text: str, rest: str, delay: timedelta) -> Occasion:
    name = rest.split(maxsplit=1)[0]
    if rest == name:
        return Occasion(text=text, find=_by_date(name), delay=delay, facts=frozenset({name}))
    condition = _condition(rest)
    met = judge_for(condition)
    facts = frozenset(row.property for row in condition.all if isinstance(row, Row))
    return Occasion(text=text, find=_by_facts(facts, met), delay=delay, facts=facts)


def _by_date(name: str) -> Finder:
    """The newest value is the date that is believed now."""

    def find(history: History) -> Met | None:
        values = [each.value for each in history.facts if each.name == name]
        return _at(_moment(values[-1])) if values else None

    return find


def _by_facts(names: frozenset[str], met: Callable[[Mapping[str, Value]], bool | None]) -> Finder:
    def find(history: History) -> Met | None:
        held: dict[str, Value] = {}
        for fact in sorted(history.facts, key=lambda each: (each.seen_at, each.since)):
            held[fact.name] = fact.value
            if fact.name in names and met(held):
                loaded = history.loaded_until is not None and fact.since <= history.loaded_until
                return Met(at=fact.since, dated=not loaded)
        return None

    return find


def _moment(value: Value) -> datetime | None:
    """A day begins at midnight UTC; what is no date is none."""
    try:
        told = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if isinstance(told, datetime) and told.tzinfo is not None:
        return require_utc(told)
    return datetime.combine(date(told.year, told.month, told.day), time(told.hour, told.minute), UTC)


def _condition(text: str) -> Condition:
    rows = [_row(part) for part in _AND.split(text)] if text else []
    return Condition(all=[*rows])


def _row(text: str) -> Row:
    found = _ROW.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no comparison: write PROPERTY OP VALUE with one of {', '.join(_OPERATORS)}")
    operator = _OPERATORS[found[2]]
    if operator is Operator.IN:
        return Row(property=found[1], operator=operator, value=[_value(part) for part in found[3].split(",")])
    return Row(property=found[1], operator=operator, value=_value(found[3]))


def _value(text: str) -> Value:
    plain = text.strip().strip("\"'")
    if plain in ("true", "false"):
        return plain == "true"
    return int(plain) if re.fullmatch(r"-?\d{1,15}", plain) else plain
