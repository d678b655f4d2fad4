"""An activity rule of ours as HubSpot's entries for events, one for each kind."""

from collections.abc import Sequence

from config.comparison import Operator
from config.conditions import Condition, compile_condition
from config.scoring import ActivityRule
from connectors.hubspot.score_cases import Case, Test, cases_of
from connectors.hubspot.score_parts import WITHIN
from connectors.hubspot.score_shape import (
    Calculation,
    Composite,
    Conditional,
    Constant,
    EventEntry,
    Frequency,
    FrequencyRange,
    Operation,
    OperationType,
    Several,
    Single,
    Timeframe,
)
from connectors.hubspot.score_words import (
    EVENT_FIELDS,
    EVENT_OF,
    FORM,
    FORM_ID,
    NEGATIVE,
    WHOLE_VALUES,
    NoCounterpartError,
    Vocabulary,
    operation_for,
)
from domain.activity import ActivityKind

Told = tuple[str, str]
"""A reason and what to do."""


def entries_of(rule: ActivityRule, vocabulary: Vocabulary) -> tuple[list[EventEntry], list[Told]]:
    """NoCounterpartError when the rule cannot go; else also what goes only roughly."""
    kinds = [kind for kind in rule.on if kind in EVENT_OF]
    if not kinds:
        told = ", ".join(rule.on)
        raise NoCounterpartError(f"HubSpot's scores have no events for {told}", "score it in leadloop only")
    notes = list(_rough(rule, kinds))
    cases = cases_of(rule.where)
    entries = []
    for kind in kinds:
        parts = [_part(case, kind, rule.points, vocabulary) for case in cases]
        entries.append(
            EventEntry(
                event_type_id=EVENT_OF[kind],
                record_calculation=parts[0] if len(parts) == 1 else Several(calculators=parts),
                event_frequency_criteria=_frequency(rule),
                event_timeframe=_timeframe(rule.timeframe_days),
            )
        )
    if FORM in {test.row.property for case in cases for test in case if test.row.operator not in WHOLE_VALUES}:
        notes.append(("its forms are those given with `--form`; a new form is not among them", "add new forms by hand"))
    return entries, notes


def _rough(rule: ActivityRule, kinds: Sequence[ActivityKind]) -> list[Told]:
    found: list[Told] = []
    lost = [str(kind) for kind in rule.on if kind not in kinds]
    if lost:
        found.append((f"HubSpot's scores have no events for {', '.join(lost)}", "score those in leadloop only"))
    if rule.repeat.policy == "once_per":
        reason = f"once in {rule.repeat.days} days became every time; HubSpot counts how often, not how far apart"
        found.append((reason, "give the rule a limit in HubSpot"))
    elif rule.repeat.policy != "each" and len(kinds) > 1:
        found.append(("HubSpot counts how often for each kind of event apart", "make it one rule for each kind"))
    if rule.cap_per_day is not None:
        found.append(("HubSpot has no limit per day: every time counts", "give the rule a limit in HubSpot"))
    if rule.hand_raiser:
        found.append(("it hands off whatever the score; HubSpot only adds its points", "leave hand-offs to leadloop"))
    return found


def _part(case: Case, kind: ActivityKind, points: int, vocabulary: Vocabulary) -> Calculation:
    if not case:
        return Constant(value=points)
    singles = [_single(test, kind, vocabulary) for test in case]
    return Conditional(value=points, where_condition=Composite(conditions=[*singles]))


def _single(test: Test, kind: ActivityKind, vocabulary: Vocabulary) -> Single:
    field = EVENT_FIELDS.get(kind, {}).get(test.row.property)
    if field is None:
        raise NoCounterpartError(
            f"HubSpot cannot be asked for `{test.row.property}` of {kind}", "rebuild the rule in HubSpot by hand"
        )
    if field == FORM_ID:
        return Single(property=FORM_ID, operation=_forms(test, vocabulary))
    return Single(property=field, operation=operation_for(test.row, blank_too=test.blank_too))


def _forms(test: Test, vocabulary: Vocabulary) -> Operation:
    """The ids of the forms whose names meet the row: HubSpot asks for ids only."""
    row = test.row
    wanted = row.value if isinstance(row.value, list) else [row.value]
    unnamed = [str(each) for each in wanted if row.operator in WHOLE_VALUES and each not in vocabulary.forms.values()]
    meets = compile_condition(Condition(all=[row]), subject="activity")
    is_negative = row.operator in NEGATIVE
    ids = [id for id, name in vocabulary.forms.items() if meets({FORM: name}) != is_negative]
    if unnamed or not ids or row.operator in (Operator.KNOWN, Operator.UNKNOWN):
        what = ", ".join(unnamed) or f"{row.operator} {', '.join(map(str, wanted))}"
        raise NoCounterpartError(
            f"HubSpot asks for forms by id, and no id is known for `{what}`", "export again with `--form ID=NAME`"
        )
    operator = "IS_NONE_OF" if is_negative else "IS_ANY_OF"
    return Operation(
        operation_type=OperationType.ENUMERATION,
        operator=operator,
        values=ids,
        include_objects_with_no_value_set=test.blank_too,
    )


def _frequency(rule: ActivityRule) -> Frequency | None:
    if rule.repeat.policy not in ("first", "nth"):
        return None
    number = rule.repeat.n if rule.repeat.policy == "nth" and rule.repeat.n else 1
    return Frequency(ranges=[FrequencyRange(type="AT_LEAST", at_least=number, value=rule.points)])


def _timeframe(days: int | None) -> Timeframe | None:
    if days is None:
        return None
    return Timeframe(
        event_filter_operation=Operation(
            operation_type=OperationType.ROLLING_DATE_RANGE,
            operator=WITHIN,
            number_of_days=days,
            requires_time_zone_conversion=False,
        )
    )
