"""HubSpot's words in a score and ours: kinds of events, their properties, filter operators.

What has no counterpart raises NoCounterpartError with the reason and what to do: whoever translates a rule makes a
note of it, so that nothing is dropped silently.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from config.comparison import Operator, shape_problem
from config.conditions import MAX_VALUES, Row
from connectors.hubspot.score_shape import Operation, OperationType
from domain.activity import ActivityKind
from domain.values import Value
from mapping.wording import Spoken


class Effect(StrEnum):
    """What became of it."""

    LEFT_OUT = "left out"
    APPROXIMATED = "approximated"
    """It gives other points than it did."""
    BY_HAND = "by hand"
    """It is no part of the number; a person has to set it on the other side."""
    ASSUMED = "assumed"
    """It rests on a reading that HubSpot's documents do not settle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that could not be carried over as it stands; `group` and `rule` as people find them there."""

    group: str
    rule: str
    effect: Effect
    reason: str
    remedy: str


class NoCounterpartError(Exception):
    """A rule cannot be said on the other side."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What this installation calls things: lead property → HubSpot's internal name, its words where it has some of its
    own, and the forms' ids → the names by which their submissions are known here."""

    fields: Mapping[str, str] = field(default_factory=dict)
    spoken: Mapping[str, Spoken] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)

    def property_of(self, name: str) -> str:
        """The lead property behind an internal name."""
        found = next((ours for ours, theirs in self.fields.items() if theirs == name), None)
        if found is None:
            remedy = f"add a property with `fields: {{hubspot: {name}}}` to mapping.yaml and import again"
            raise NoCounterpartError(f"no lead property is mapped to HubSpot's `{name}`", remedy)
        return found

    def field_of(self, name: str) -> str:
        """HubSpot's internal name of a lead property."""
        if name not in self.fields:
            remedy = f"give `{name}` a HubSpot field in mapping.yaml and export again"
            raise NoCounterpartError(f"`{name}` has no field in HubSpot", remedy)
        return self.fields[name]

    def in_our_words(self, row: Row) -> Row:
        """A row over a lead property, its values read as HubSpot writes them."""
        spoken = self.spoken.get(row.property)
        return row if spoken is None else _each_value(row, spoken.meaning)

    def in_their_words(self, row: Row) -> Row:
        """The way back."""
        spoken = self.spoken.get(row.property)
        return row if spoken is None else _each_value(row, lambda value: _said_there(spoken, row, value))

    def with_form_names(self, row: Row) -> Row:
        """A row over an activity; forms are known here by name."""
        return _each_value(row, self._form_named) if row.property == FORM else row

    def _form_named(self, id: Value) -> Value:
        if str(id) not in self.forms:
            remedy = f"import again with `--form '{id}=NAME'`, the name as HubSpot shows it"
            raise NoCounterpartError(f"leadloop knows forms by name, and not that of the form {id}", remedy)
        return self.forms[str(id)]


def _each_value(row: Row, turned: Callable[[Value], Value]) -> Row:
    if row.value is None:
        return row
    if isinstance(row.value, list):
        return row.model_copy(update={"value": [turned(each) for each in row.value]})
    return row.model_copy(update={"value": turned(row.value)})


def _said_there(spoken: Spoken, row: Row, value: Value) -> Value:
    said = spoken.say(value, None)
    if said.problem is not None or row.operator not in WHOLE_VALUES:
        raise NoCounterpartError(
            f"`{row.property}` has words of its own in HubSpot, and `{row.operator} {value}` has none there",
            "rebuild the condition in HubSpot by hand",
        )
    return said.value


EVENTS: Mapping[str, ActivityKind] = {
    "4-1639801": ActivityKind.FORM_SUBMITTED,
    "4-96000": ActivityKind.PAGE_VIEWED,
    "4-666440": ActivityKind.EMAIL_OPENED,
    "4-666288": ActivityKind.EMAIL_CLICKED,
    "4-665538": ActivityKind.EMAIL_REPLIED,
    "4-5470331": ActivityKind.EMAIL_BOUNCED,
    "4-68559": ActivityKind.WEBINAR_REGISTERED,
    "4-1720599": ActivityKind.MEETING_BOOKED,
    "4-1741072": ActivityKind.CALL_LOGGED,
}
"""HubSpot's ids of event types. A marketing event is taken for a webinar."""
EVENT_OF: Mapping[ActivityKind, str] = {kind: event for event, kind in EVENTS.items()}
WITHOUT_KIND: Mapping[str, str] = {
    "4-665536": "an e-mail was delivered",
    "4-667638": "an e-mail was sent",
    "4-666289": "a subscription was changed",
    "4-1639797": "a form was seen",
    "4-1639799": "a form was begun",
    "4-1733817": "a call was started",
    "4-69072": "a marketing event was cancelled",
    "4-1555805": "a call to action was clicked",
    "4-1555804": "a call to action was seen",
    "4-1553675": "an ad was clicked",
    "4-675783": "a video was played",
}
"""Event types that leadloop keeps no activities of."""
FORM = "form"
FORM_ID = "hs_form_id"
EVENT_FIELDS: Mapping[ActivityKind, Mapping[str, str]] = {
    ActivityKind.FORM_SUBMITTED: {FORM: FORM_ID},
    ActivityKind.PAGE_VIEWED: {"url": "hs_url"},
    ActivityKind.EMAIL_CLICKED: {"url": "hs_click_raw_url"},
}
"""Kind → property of our activities → property of the event."""

NEGATED: Mapping[Operator, Operator] = {
    Operator.EQUALS: Operator.NOT_EQUALS,
    Operator.IN: Operator.NOT_IN,
    Operator.CONTAINS: Operator.NOT_CONTAINS,
}
NEGATIVE = frozenset({*NEGATED.values(), Operator.UNKNOWN})
"""Met by a blank."""
WHOLE_VALUES = frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.NOT_IN})
"""What is compared is a value as it would be written, not a piece of one."""
_TEXTS: Mapping[str, tuple[Operator, Operator]] = {
    "IS_EQUAL_TO": (Operator.EQUALS, Operator.IN),
    "IS_NOT_EQUAL_TO": (Operator.NOT_EQUALS, Operator.NOT_IN),
    "CONTAINS": (Operator.CONTAINS, Operator.CONTAINS),
    "DOES_NOT_CONTAIN": (Operator.NOT_CONTAINS, Operator.NOT_CONTAINS),
    "STARTS_WITH": (Operator.STARTS_WITH, Operator.STARTS_WITH),
}
"""For one value, and for several of which any counts."""
_NUMBERS: Mapping[str, Operator] = {
    "IS_EQUAL_TO": Operator.EQUALS,
    "IS_NOT_EQUAL_TO": Operator.NOT_EQUALS,
    "IS_GREATER_THAN": Operator.GREATER_THAN,
    "IS_GREATER_THAN_OR_EQUAL_TO": Operator.AT_LEAST,
    "IS_LESS_THAN": Operator.LESS_THAN,
    "IS_LESS_THAN_OR_EQUAL_TO": Operator.AT_MOST,
}
_CHOICES: Mapping[str, Operator] = {"IS_ANY_OF": Operator.IN, "IS_NONE_OF": Operator.NOT_IN}
_KNOWN: Mapping[str, Operator] = {"IS_KNOWN": Operator.KNOWN, "IS_UNKNOWN": Operator.UNKNOWN}
_BY_HAND = "write the condition by hand in scoring.yaml, if leadloop knows the fact"


def rows_for(name: str, operation: Operation) -> list[Row]:
    """Our rows over the property `name`, all of which have to be met; blanks apart, which the operation says itself."""
    if operation.operation_type is OperationType.NUMBER_RANGED:
        return _between(name, operation)
    if operation.operation_type in (OperationType.STRING, OperationType.MULTISTRING):
        return [_texts(name, operation)]
    words, value = _simple(operation)
    return [_row(name, _known(words, operation), value)]


def operation_for(row: Row, *, blank_too: bool) -> Operation:
    """HubSpot's operation for one of our rows; `blank_too`: a blank meets it."""
    told = _said(row)
    return told.model_copy(update={"include_objects_with_no_value_set": blank_too})


def _said(row: Row) -> Operation:
    several = [_text(each) for each in (row.value if isinstance(row.value, list) else [row.value])]
    if row.operator in _CHOICES.values():
        return Operation(operation_type=OperationType.ENUMERATION, operator=_back(_CHOICES, row), values=several)
    if row.operator in _KNOWN.values():
        return Operation(operation_type=OperationType.ALL_PROPERTY, operator=_back(_KNOWN, row))
    if row.operator in _NUMBERS.values() and isinstance(row.value, bool | int | float):
        kind = OperationType.BOOL if isinstance(row.value, bool) else OperationType.NUMBER
        return Operation(operation_type=kind, operator=_back(_NUMBERS, row), value=row.value)
    texts = {one: theirs for theirs, (one, _) in _TEXTS.items()}
    if row.operator in texts:
        return Operation(operation_type=OperationType.MULTISTRING, operator=texts[row.operator], values=several)
    raise NoCounterpartError(
        f"`{row.operator}` compares `{row.property}` with text or a date; HubSpot's scores do so with numbers",
        "rebuild the condition in HubSpot by hand",
    )


def _simple(operation: Operation) -> tuple[Mapping[str, Operator], Value | list[str]]:
    """The operators of this kind of value, and what is compared with."""
    kind, value = operation.operation_type, operation.value
    if kind is OperationType.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return _NUMBERS, _number(value)
    if kind is OperationType.BOOL and isinstance(value, bool):
        return {name: _NUMBERS[name] for name in ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO")}, value
    if kind is OperationType.ENUMERATION and operation.values:
        return _CHOICES, operation.values
    if kind is OperationType.ALL_PROPERTY:
        return _KNOWN, None
    raise _unsayable(operation)


def _texts(name: str, operation: Operation) -> Row:
    values = [operation.value] if operation.values is None else operation.values
    texts = [value for value in values if isinstance(value, str)]
    if operation.operator not in _TEXTS or not texts:
        raise _unsayable(operation)
    one, many = _TEXTS[operation.operator]
    return _row(name, one, texts[0]) if len(texts) == 1 else _row(name, many, texts)


def _between(name: str, operation: Operation) -> list[Row]:
    if operation.operator != "IS_BETWEEN" or operation.lower_bound is None or operation.upper_bound is None:
        raise _unsayable(operation)
    return [
        _row(name, Operator.AT_LEAST, _number(operation.lower_bound)),
        _row(name, Operator.AT_MOST, _number(operation.upper_bound)),
    ]


def _known(words: Mapping[str, Operator], operation: Operation) -> Operator:
    if operation.operator not in words:
        raise _unsayable(operation)
    return words[operation.operator]


def _unsayable(operation: Operation) -> NoCounterpartError:
    what = f"`{operation.operation_type} {operation.operator}`"
    return NoCounterpartError(f"leadloop has no operator for {what} with what it is compared with", _BY_HAND)


def _row(name: str, operator: Operator, value: Value | list[Value] | list[str]) -> Row:
    wanted: Value | list[Value] = [*value] if isinstance(value, list) else value
    problem = shape_problem(operator, wanted)
    if problem is None and isinstance(wanted, list) and len(wanted) > MAX_VALUES:
        problem = f"it lists {len(wanted):,} values, {MAX_VALUES} at most are taken"
    if problem is not None:
        raise NoCounterpartError(f"the condition over `{name}` cannot be kept: {problem}", _BY_HAND)
    return Row(property=name, operator=operator, value=wanted)


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _back(words: Mapping[str, Operator], row: Row) -> str:
    return next(theirs for theirs, ours in words.items() if ours is row.operator)
