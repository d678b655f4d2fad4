"""Which writings of a value are one value: the only definition of it, for the merge, the plan and the receipts.

Vendors trim, round and rewrite what they are given. A value that comes back so is no change, and to whoever wrote it so
by hand it is the same value. What a field does to values is its shape; of one that nobody described only the type that
the rules give it is known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from domain.record import Field, FieldType
from domain.values import Value

Form = Value | datetime | tuple[str, ...]
"""What all writings of one value have in common; never shown and never written."""

_LIST_SIGN = ";"
_NO_PLACES = 1e15
_LEAST_DIGITS = 5
"""Fewer are an extension or a short code, which are not told apart by digits alone."""
_DIALLED = re.compile(r"[\d\s()+./\u00a0\u2010-\u2015-]+")
_EXTENSION = re.compile(r"\s*[,;]?\s*(?:ext(?:ension)?\.?|x|#)\s*(?=\d+$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a field does to a value. `scale`: places after the point, where it rounds. `caseless`: of its words no two
    differ by large and small letters alone, so it shows its own writing of each."""

    type: FieldType | None = None
    scale: int | None = None
    is_phone: bool = False
    caseless: bool = False


ANY = Shape()
"""Of a field of which nothing is known: outer blanks, `74.0` for `74`, a moment in any zone."""
_TEXTS = Shape(type=FieldType.DATETIME)
"""Of two texts in such a field: a number would have come as one, so `1.10` is not `1.1`."""


def shape_of(field: Field | None, type: FieldType) -> Shape:
    """The shape of a field as its system describes it, holding a property of this type."""
    if field is None:
        return _PLAIN[type]
    choice = next((each for each in (field.type, type) if each in _CHOICES), None)
    words = {word.casefold() for word in field.options}
    return Shape(
        type=choice or field.type,
        scale=field.scale,
        is_phone=field.is_phone,
        caseless=choice is not None and len(words) == len(set(field.options)),
    )


def is_equal_form(one: Value, other: Value, shape: Shape = ANY) -> bool:
    """Whether a field of this shape may show the one for the other. For each shape an equivalence."""
    if one.__class__ is other.__class__ and one == other:
        return True
    return form(one, shape) == form(other, shape)


def is_shown(wanted: Value, shown: Value) -> bool:
    """Whether a field of which nothing is known shows what is wanted there."""
    both = isinstance(wanted, str) and isinstance(shown, str)
    return is_equal_form(wanted, shown, _TEXTS if both else ANY)


def form(value: Value, shape: Shape = ANY) -> Form:
    """The same for all equal forms of a value, another one for every other value; None for a blank."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _rounded(value, shape)
    text = value.strip()
    if not text:
        return None
    if shape.type is FieldType.MULTIPICKLIST:
        return _parts(text, shape)
    if shape.is_phone:
        return _digits(text)
    return _scalar(text, shape)


def _scalar(text: str, shape: Shape) -> Form:
    """Words that look like a number are words, in a field that is known to hold words."""
    if shape.caseless:
        return text.casefold()
    if shape.type in _WORDS:
        return text
    moment = _moment(text)
    if moment is not None:
        return moment
    if shape.type is FieldType.DATETIME:
        return text
    number = _number(text)
    return text if number is None else _rounded(number, shape)


def _rounded(number: float, shape: Shape) -> float:
    """As Salesforce rounds: halves go away from nought. Very large floats have no places left, and an int is exact:
    as floats two long ids would be one."""
    if isinstance(number, int):
        return number
    if shape.scale is None or not abs(number) < _NO_PLACES:
        return float(number)
    return float(Decimal(str(number)).quantize(Decimal(1).scaleb(-shape.scale), rounding=ROUND_HALF_UP))


def _parts(text: str, shape: Shape) -> tuple[str, ...] | None:
    words = {word.strip() for word in text.split(_LIST_SIGN)} - {""}
    return tuple(sorted({word.casefold() for word in words} if shape.caseless else words)) or None


def _digits(text: str) -> str:
    """Of a number the digits, and its extension beside them; anything else is itself."""
    number, *extension = _EXTENSION.split(text, maxsplit=1)
    digits = "".join(character for character in number if character.isdecimal())
    if _DIALLED.fullmatch(number) is None or len(digits) < _LEAST_DIGITS:
        return text
    return "x".join([digits, *extension])


def _moment(text: str) -> datetime | None:
    if len(text) < len("2026-01-01T00:00") or text[4] != "-" or text[10] not in "T ":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _number(text: str) -> float | None:
    digits = text.removeprefix("-")
    padded = len(digits) > 1 and digits[0] == "0" and digits[1] != "."
    if not (digits[:1].isdigit() or digits[:1] == ".") or len(text) > 18 or padded or "_" in text:
        return None
    try:
        return int(text) if digits.isdecimal() else float(text)
    except ValueError:
        return None


_CHOICES = frozenset({FieldType.PICKLIST, FieldType.MULTIPICKLIST})
_WORDS = _CHOICES | {FieldType.TEXT, FieldType.REFERENCE, FieldType.DATE}
_PLAIN: Mapping[FieldType, Shape] = {kind: Shape(type=kind, caseless=kind in _CHOICES) for kind in FieldType}

__all__ = ["ANY", "Form", "Shape", "form", "is_equal_form", "is_shown", "shape_of"]
