"""One search filter as a question to a record, compared the way HubSpot compares that type of property."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.hubspot.kinds import Kind
from simulator.hubspot.properties import Property, ValueType
from simulator.hubspot.record import Record, value_of
from simulator.hubspot.refusals import RefusedError
from simulator.hubspot.stamps import parse_ms

Comparable = str | float | int
Test = Callable[[Record], bool]
Read = Callable[[Record], Comparable | None]

ORDERED = ("EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN")
OPERATORS = (*ORDERED, "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter, its shape checked and its values not yet typed."""

    name: str
    operator: str
    value: str | None = None
    high: str | None = None
    values: tuple[str, ...] = ()


def refuse(message: str, code: str = "INVALID_FILTER") -> RefusedError:
    return RefusedError(400, "There was a problem with the request.", errors=[{"message": message, "code": code}])


def read_filter(row: Mapping[str, Any]) -> Filter:
    name, operator = row.get("propertyName"), row.get("operator")
    if operator not in OPERATORS:
        raise RefusedError(
            400, f"Invalid input JSON: Cannot deserialize value of type `Operator` from String {operator!r}"
        )
    if not isinstance(name, str) or not name:
        raise refuse("a filter needs a propertyName")
    values = row.get("values")
    found = Filter(
        name=name,
        operator=operator,
        value=_text(row.get("value")),
        high=_text(row.get("highValue")),
        values=tuple(str(value) for value in values) if isinstance(values, list) else (),
    )
    _need_values(found)
    return found


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _need_values(found: Filter) -> None:
    if found.operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        if found.value is not None:
            raise refuse(f"operator {found.operator} does not allow a value")
    elif found.operator in ("IN", "NOT_IN"):
        if not found.values:
            raise refuse(f"operator {found.operator} requires values")
    elif found.value is None or (found.operator == "BETWEEN" and found.high is None):
        raise refuse(f"operator {found.operator} requires a value for {found.name}")


def number_of(definition: Property, text: str) -> Comparable:
    """The value of a filter in the type that its property compares in."""
    try:
        match definition.type:
            case ValueType.NUMBER:
                return int(text) if text.lstrip("-").isdigit() else float(text)
            case ValueType.DATE | ValueType.DATETIME:
                return parse_ms(text)
            case ValueType.STRING:
                return text.lower()
            case _:
                return text
    except ValueError as error:
        raise refuse(f"{text} is not a valid {definition.type.value} for {definition.name}") from error


def reader(kind: Kind, definition: Property) -> Read:
    """Reads the property of a record in the type it compares in."""
    name = definition.name
    if name == kind.modified_property:
        return lambda record: record.modified_ms
    if name == kind.created_property:
        return lambda record: record.created_ms
    if name == "hs_object_id":
        return lambda record: record.id

    def read(record: Record) -> Comparable | None:
        text = record.values.get(name)
        return None if text is None else number_of(definition, text)

    return read


def test_of(kind: Kind, definition: Property, asked: Filter) -> Test:
    """The question to a record."""
    if asked.operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _token_test(kind, asked)
    read = reader(kind, definition)
    if asked.operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        wanted = asked.operator == "HAS_PROPERTY"
        return lambda record: (read(record) is not None) is wanted
    if asked.operator in ("IN", "NOT_IN"):
        return _in_test(definition, asked, read)
    return _ordered_test(definition, asked, read)


def _in_test(definition: Property, asked: Filter, read: Read) -> Test:
    """Strings must be sent in lower case: HubSpot compares them with lower-cased values as they come."""
    plain = definition.type is ValueType.STRING
    allowed = {value if plain else number_of(definition, value) for value in asked.values}
    wanted = asked.operator == "IN"
    return lambda record: (read(record) in allowed) is wanted


def _ordered_test(definition: Property, asked: Filter, read: Read) -> Test:
    low = number_of(definition, asked.value or "")
    if asked.operator == "EQ":
        return lambda record: read(record) == low
    if asked.operator == "NEQ":
        return lambda record: read(record) != low
    if asked.operator == "BETWEEN":
        high = number_of(definition, asked.high or "")
        return _compared(read, lambda value: low <= value <= high)
    compare: dict[str, Callable[[Any], bool]] = {
        "LT": lambda value: value < low,
        "LTE": lambda value: value <= low,
        "GT": lambda value: value > low,
        "GTE": lambda value: value >= low,
    }
    return _compared(read, compare[asked.operator])


def _compared(read: Read, holds: Callable[[Any], bool]) -> Test:
    def test(record: Record) -> bool:
        value = read(record)
        return value is not None and holds(value)

    return test


def _token_test(kind: Kind, asked: Filter) -> Test:
    wanted = asked.operator == "CONTAINS_TOKEN"
    token = (asked.value or "").lower()

    def test(record: Record) -> bool:
        words = _tokens(value_of(kind, record, asked.name) or "")
        return any(_matches(word, token) for word in words) is wanted

    return test


def _tokens(text: str) -> list[str]:
    low = text.lower()
    split = "".join(letter if letter.isalnum() else " " for letter in low).split()
    return [low, *low.split(), *split]


def _matches(word: str, token: str) -> bool:
    bare = token.strip("*")
    if token.startswith("*") and token.endswith("*") and len(token) > 1:
        return bare in word
    if token.startswith("*"):
        return word.endswith(bare)
    if token.endswith("*"):
        return word.startswith(bare)
    return word == token
