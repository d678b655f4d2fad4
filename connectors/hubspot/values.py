"""HubSpot writes every value as text: what it means is in the property's definition."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.record import Field, FieldType
from domain.values import Value, from_text

TYPES = {
    "number": FieldType.NUMBER,
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "enumeration": FieldType.PICKLIST,
}
TEXT_LENGTH = 65_536
_CHOICES = frozenset({FieldType.PICKLIST, FieldType.MULTIPICKLIST})
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def field_of(row: Mapping[str, Any]) -> Field:
    """A property's definition."""
    kind = TYPES.get(str(row.get("type")), FieldType.TEXT)
    if row.get("fieldType") == "checkbox":
        kind = FieldType.MULTIPICKLIST
    modifiable = row.get("modificationMetadata") or {}
    choices = sorted(row.get("options") or [], key=_place)
    return Field(
        name=str(row["name"]),
        label=str(row.get("label") or row["name"]),
        type=kind,
        length=TEXT_LENGTH if kind is FieldType.TEXT else None,
        options=tuple(str(option["value"]) for option in choices),
        restricted=kind in _CHOICES and not row.get("externalOptions", False),
        writable=not modifiable.get("readOnlyValue", False),
        unique=bool(row.get("hasUniqueValue")),
        refers_to=("owners",) if row.get("referencedObjectType") == "OWNER" else (),
        creatable=not modifiable.get("readOnlyValue", False),
        is_email=row["name"] == "email",
        is_phone=row.get("fieldType") == "phonenumber",
        labels=_labels(choices) if kind is FieldType.PICKLIST else (),
        retired=tuple(str(option["value"]) for option in choices if option.get("hidden") is True),
    )


def _labels(choices: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Nothing where screens show the internal names."""
    shown = tuple(str(option.get("label") or option["value"]) for option in choices)
    return shown if any(label != option["value"] for label, option in zip(shown, choices, strict=True)) else ()


def _place(option: Mapping[str, Any]) -> tuple[bool, int]:
    """In the order of the screens, which is the order of the stages; what has no place there comes last."""
    order = option.get("displayOrder")
    return (False, order) if isinstance(order, int) and order >= 0 else (True, 0)


Reader = Callable[[Any], Value]


def readers_of(known: Mapping[str, Field]) -> dict[str, Reader]:
    """How the properties are read that are more than text, by name."""
    return {name: _READ[field.type] for name, field in known.items() if field.type in _READ}


def read_row(properties: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Value]:
    """All properties of a row as canonical values."""
    return {
        name: None if text is None or text == "" else _read(text, readers.get(name))
        for name, text in properties.items()
    }


def read(text: Any, field: Field | None) -> Value:
    """A property's text as a canonical value."""
    if text is None or text == "":
        return None
    return _read(text, _READ.get(field.type) if field is not None else None)


def _read(text: Any, reader: Reader | None) -> Value:
    """What does not fit its type stays text; a database keeps no NUL, and it means nothing in a name."""
    if reader is not None:
        try:
            return reader(text)
        except (ValueError, OverflowError):
            pass
    plain = str(text)
    return plain.replace("\0", "") if "\0" in plain else plain


def _number(text: Any) -> Value:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return int(number) if number.is_integer() else number


def _truth(text: Any) -> Value:
    return str(text).lower() == "true"


def _moment(text: Any) -> Value:
    return moment(text).isoformat(timespec="seconds")[:19] + "Z"


def _day(text: Any) -> Value:
    return moment(text).date().isoformat() if str(text).lstrip("-").isdigit() else str(text)[:10]


_READ: Mapping[FieldType, Reader] = {
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _truth,
    FieldType.DATETIME: _moment,
    FieldType.DATE: _day,
}


def write(value: Value) -> str:
    """A canonical value as HubSpot takes it; nothing is the empty text, which clears."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def written(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: write(value) for name, value in values.items()}


def as_shown(value: Value, field: Field | None) -> Value:
    """How HubSpot will show what we write: 74.0 as 74, blank as nothing, a moment to the second."""
    return read(write(value), field)


def moment(text: Any) -> datetime:
    """ISO 8601 or milliseconds since 1970; ValueError for anything else."""
    if isinstance(text, int) or str(text).lstrip("-").isdigit():
        return from_ms(int(text))
    return from_text(str(text))


def from_ms(milliseconds: int) -> datetime:
    return _BEGINNING + timedelta(milliseconds=milliseconds)


def to_ms(at: datetime) -> int:
    """Whole milliseconds, rounded down."""
    return (at - _BEGINNING) // timedelta(milliseconds=1)
