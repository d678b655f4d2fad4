"""Turns a written JSON value into the one Salesforce keeps, or refuses it as Salesforce does."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulator.salesforce import times
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.ids import normal
from simulator.salesforce.schema import IDS, NUMBERS, Field, Kind

_EMAIL = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.[^\s@<>(),;:\".]+")
_TRUE_FALSE = {"true": True, "false": False}
DIGITS = 18
"""As describe's `precision` says: before and after the point together."""
MAX_INT = 2.0**31


def kept(field: Field, value: Any) -> Any:
    """The value as it is stored and shown: text trimmed (blank is null), numbers rounded, times in UTC."""
    if isinstance(value, str) and field.kind not in (Kind.DATE, Kind.DATETIME):
        value = value.strip()
    if value is None or value == "":
        return _null(field)
    if field.kind is Kind.BOOLEAN:
        return _boolean(value)
    if field.kind in NUMBERS:
        return _number(field, value)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return _time(field, value)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _unreadable("string", value)
    return _reference(field, str(value)) if field.kind in IDS else _text(field, str(value))


def _null(field: Field) -> None:
    if field.kind is Kind.BOOLEAN:
        raise RefusedError(
            "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: ", fields=(field.name,)
        )


def _boolean(value: Any) -> bool:
    found = value if isinstance(value, bool) else _TRUE_FALSE.get(str(value).lower())
    if found is None:
        raise _unreadable("boolean", value)
    return bool(found)


def _number(field: Field, value: Any) -> float | int:
    if isinstance(value, bool):
        raise _unreadable("double", value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _unreadable("int" if field.kind is Kind.INT else "double", value) from None
    if not abs(number) < (MAX_INT if field.kind is Kind.INT else 10.0 ** (DIGITS - field.scale)):
        raise RefusedError(
            "NUMBER_OUTSIDE_VALID_RANGE", f"{field.label}: value outside of valid range: {value}", fields=(field.name,)
        )
    if field.kind is Kind.INT:
        return int(number)
    return float(Decimal(str(number)).quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP))


def _time(field: Field, value: Any) -> str:
    try:
        if field.kind is Kind.DATE:
            return times.read_date(value).isoformat()
        return times.precise(times.read_datetime(value))
    except (TypeError, ValueError):
        raise _unreadable("date" if field.kind is Kind.DATE else "datetime", value) from None


def _text(field: Field, value: str) -> str:
    if len(value) > field.length:
        raise RefusedError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            fields=(field.name,),
        )
    if field.kind is Kind.EMAIL and not _EMAIL.fullmatch(value):
        raise RefusedError(
            "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", fields=(field.name,)
        )
    if field.restricted and value not in field.values:
        raise RefusedError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {value}",
            fields=(field.name,),
        )
    return value


def _reference(field: Field, value: str) -> str:
    record_id = normal(value)
    if record_id is None:
        raise RefusedError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", fields=(field.name,))
    return record_id


def _unreadable(kind: str, value: Any) -> RefusedError:
    shape = "VALUE_STRING" if isinstance(value, str) else "VALUE"
    return RefusedError("JSON_PARSER_ERROR", f"Cannot deserialize instance of {kind} from {shape} value {value}")
