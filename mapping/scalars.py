"""Numbers and times out of the forms in which vendors and people write them. Everything here reads its own output."""

import math
import re
from datetime import UTC, date, datetime, time, timedelta

from domain.values import to_text

_EXACT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CURRENCY = re.compile(r"[$\u20ac\u00a3\u00a5]|\b(?:EUR|USD|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|INR)\b")
_GROUPED = re.compile(r"([+-]?\d{1,3}(?:([ .,'\u2019\u00a0\u202f])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_EXACT_LIMIT = 2**53
_DIGITS_LIMIT = 300
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DIGITS = 12
"""Fewer digits are no milliseconds since 1970: years, and seconds, which no vendor here sends."""
_DATE_LENGTH = len("2026-11-22")


def as_text(value: str | int | float | bool) -> str:
    """A scalar as people write it: `true`, `42` (also for 42.0, as Salesforce sends it), `0.5`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(whole(value)) if isinstance(value, float) and math.isfinite(value) else str(value)


def exact_number(text: str) -> int | float:
    """A number as machines write it (`-1.5e3`), whole ones as int; ValueError for any other text."""
    if _EXACT.fullmatch(text) is None:
        raise ValueError("no number")
    if text.lstrip("+-").isdigit() and len(text) <= _DIGITS_LIMIT:
        return int(text)
    return whole(float(text))


def whole(number: float) -> int | float:
    """`42.0` as 42 while a float still counts by ones; ValueError for infinities and not-a-number."""
    if not math.isfinite(number):
        raise ValueError("no finite number")
    return int(number) if number.is_integer() and abs(number) <= _EXACT_LIMIT else number


def written_number(text: str) -> int | float:
    """A number as people write it: `1,234.50`, `1.234,50`, `EUR 1 200`; one comma before three digits groups."""
    plain = _CURRENCY.sub("", text).strip()
    if _EXACT.fullmatch(plain):
        return exact_number(plain)
    grouped = _GROUPED.fullmatch(plain)
    if grouped and grouped.group(2) != grouped.group(3):
        digits = grouped.group(1).replace(grouped.group(2), "")
        return exact_number(f"{digits}.{grouped.group(4)}" if grouped.group(4) else digits)
    if _DECIMAL_COMMA.fullmatch(plain):
        return exact_number(plain.replace(",", "."))
    raise ValueError("no number")


def iso_date(text: str) -> str:
    """The date of ISO text, of a date and time (in UTC), or of milliseconds since 1970; ValueError otherwise."""
    if len(text) == _DATE_LENGTH:
        return date.fromisoformat(text).isoformat()
    moment = from_epoch(text) or datetime.fromisoformat(text)
    return (_in_utc(moment) if moment.tzinfo else moment).date().isoformat()


def iso_moment(text: str) -> str:
    """Canonical time in whole seconds, all that Salesforce keeps, of ISO text with a zone or of milliseconds
    since 1970; a date alone is its midnight in UTC. ValueError otherwise."""
    moment = from_epoch(text)
    if moment is None and len(text) == _DATE_LENGTH:
        moment = datetime.combine(date.fromisoformat(text), time(), UTC)
    return to_text(_in_utc((moment or datetime.fromisoformat(text)).replace(microsecond=0)))


def from_epoch(text: str) -> datetime | None:
    """Milliseconds since 1970 as a time; None for text that is not that, ValueError for a time beyond reason."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) >= _EPOCH_DIGITS):
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(text))
    except OverflowError as error:
        raise ValueError("no time of this era") from error


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no time of this era") from error
