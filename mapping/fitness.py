"""What a system would refuse, by what it told of its fields: found before anything is sent.

One refused value costs the whole row, and the row of a hand-raiser is not to wait for somebody's job title.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process

from domain.graphemes import utf16_units
from domain.misfit import Why
from domain.record import Field, FieldType
from domain.values import Value
from mapping.canonical import TEXTUAL, as_parts, as_type

_UTF16_VENDORS = frozenset({"salesforce"})
_YEARS = {"salesforce": (1700, 4000)}
"""Salesforce, *Object Reference*, dateTime: earlier and later ones are refused."""
_CHOICES = frozenset({FieldType.PICKLIST, FieldType.MULTIPICKLIST})
_ADDRESS = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.[^\s@<>(),;:\".]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The value as the field takes it, or why it would be refused; the words name the field, never the value."""

    value: Value
    why: Why | None = None
    words: str = ""
    hint: str = ""


def fit(value: Value, field: Field | None, *, vendor: str, creating: bool = False) -> Fit:
    """A canonical value for a field; nothing is held against one that nobody described.

    Text is never cut here (truncate(n) in the rules does, where that is wanted), and a number is never rounded: the
    vendor does that. Salesforce counts UTF-16 units, others code points.
    """
    if field is None:
        return Fit(value=value)
    if not (field.creatable if creating else field.writable):
        return _unfit(value, Why.READ_ONLY, "cannot be written by us")
    if value is None:
        return Fit(value=None) if field.nullable else _unfit(value, Why.BLANK, "may not be blank")
    try:
        sent = as_type(value, field.type)
    except ValueError:
        return _unfit(value, Why.TYPE, f"takes a {field.type}")
    for check in _CHECKS:
        found = check(sent, field, vendor)
        if found is not None:
            return found
    return Fit(value=sent)


def _unfit(value: Value, why: Why, words: str, hint: str = "") -> Fit:
    return Fit(value=value, why=why, words=words, hint=hint)


def _option(value: Value, field: Field, _vendor: str) -> Fit | None:
    if field.type not in _CHOICES or not field.restricted or not field.options or not isinstance(value, str):
        return None
    words = as_parts(value) if field.type is FieldType.MULTIPICKLIST else (value,)
    unknown = next((word for word in words if word not in field.options), None)
    if unknown is None:
        return None
    return _unfit(value, Why.OPTION, "lacks the option", _nearest(unknown, field.options))


@lru_cache(maxsize=4096)
def _nearest(word: str, options: Sequence[str]) -> str:
    near = process.extractOne(word, options, processor=str.casefold, score_cutoff=70)
    return near[0] if near else ""


def _length(value: Value, field: Field, vendor: str) -> Fit | None:
    if field.length is None or field.type not in TEXTUAL or not isinstance(value, str):
        return None
    length = utf16_units(value) if vendor in _UTF16_VENDORS else len(value)
    return _unfit(value, Why.LENGTH, f"holds {field.length:,} characters") if length > field.length else None


def _digits(value: Value, field: Field, _vendor: str) -> Fit | None:
    if field.digits is None or isinstance(value, str | bool) or value is None:
        return None
    fits = abs(value) < 10**field.digits
    return None if fits else _unfit(value, Why.DIGITS, f"holds {field.digits} digits before the point")


def _date(value: Value, field: Field, vendor: str) -> Fit | None:
    years = _YEARS.get(vendor)
    if years is None or field.type not in (FieldType.DATE, FieldType.DATETIME) or not isinstance(value, str):
        return None
    fits = years[0] <= int(value[:4]) <= years[1]
    return None if fits else _unfit(value, Why.DATE, f"takes years from {years[0]} to {years[1]}")


def _address(value: Value, field: Field, _vendor: str) -> Fit | None:
    if not field.is_email or not isinstance(value, str) or _ADDRESS.fullmatch(value.strip()):
        return None
    return _unfit(value, Why.ADDRESS, "takes an e-mail address")


_CHECKS: tuple[Callable[[Value, Field, str], Fit | None], ...] = (_option, _length, _digits, _date, _address)
