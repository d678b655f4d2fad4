"""A property and what it accepts: HubSpot checks every value by type and refuses the whole request for one bad one."""

import re
from dataclasses import dataclass
from enum import StrEnum

from simulator.hubspot.refusals import BadValueError
from simulator.hubspot.stamps import DAY_MS, iso, parse_ms

TEXT_LIMIT = 65_536
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


class ValueType(StrEnum):
    STRING = "string"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    ENUMERATION = "enumeration"
    BOOL = "bool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    label: str
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One definition as `GET /crm/v3/properties` lists it."""

    name: str
    label: str
    type: ValueType = ValueType.STRING
    field_type: str = "text"
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    unique: bool = False
    read_only: bool = False
    hubspot_defined: bool = True
    external_options: bool = False
    form_field: bool = True
    created_ms: int = 0
    updated_ms: int = 0
    archived: bool = False

    @property
    def option_values(self) -> tuple[str, ...]:
        return tuple(option.value for option in self.options)


def canonical(definition: Property, raw: object) -> str | None:
    """The text HubSpot would keep for `raw`, None when it clears; BadValueError when it would refuse."""
    text = _text(raw)
    if text == "":
        return None
    match definition.type:
        case ValueType.NUMBER:
            return _number(definition.name, text)
        case ValueType.DATETIME:
            return iso(_moment(definition.name, text))
        case ValueType.DATE:
            return _day(definition.name, text)
        case ValueType.ENUMERATION | ValueType.BOOL:
            return _choice(definition, text)
        case ValueType.STRING:
            return _string(definition, text)


def _text(raw: object) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return raw if isinstance(raw, str) else str(raw)


def _number(name: str, text: str) -> str:
    if _NUMBER.fullmatch(text) is None:
        raise BadValueError(name, "INVALID_INTEGER", f"{text} was not a valid number.")
    return text


def _moment(name: str, text: str) -> int:
    try:
        return parse_ms(text)
    except ValueError as error:
        raise BadValueError(name, "INVALID_LONG", f"{text} was not a valid long.") from error


def _day(name: str, text: str) -> str:
    ms = _moment(name, text)
    if ms % DAY_MS:
        raise BadValueError(name, "INVALID_DATE", f"{text} is at {iso(ms)[11:-1]} UTC, not midnight!")
    return iso(ms)[:10]


def _choice(definition: Property, text: str) -> str:
    if definition.external_options:
        return text
    chosen = text.split(";") if definition.field_type == "checkbox" else [text]
    allowed = definition.option_values
    for value in chosen:
        if value and value not in allowed:
            message = f"{value} was not one of the allowed options: [{', '.join(allowed)}]"
            raise BadValueError(definition.name, "INVALID_OPTION", message)
    return text


def _string(definition: Property, text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise BadValueError(
            definition.name, "INVALID_STRING_LENGTH", f"The value is longer than {TEXT_LIMIT} characters."
        )
    if definition.name != "email":
        return text
    address = text.strip().lower()
    if _EMAIL.fullmatch(address) is None:
        raise BadValueError("email", "INVALID_EMAIL", f"Email address {text} is invalid")
    return address
