"""One form for every value, whichever system showed it: only then can two of them be compared.

Text is NFC without NUL, half surrogates or carriage returns; a blank is None; numbers are numbers, truths
are bool, dates and times ISO text (times in whole seconds UTC); lists are sorted and parted by `;`.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process

from config.mapping import Property
from domain.record import Field, FieldType
from domain.values import Value
from mapping.graphemes import utf16_units
from mapping.scalars import as_text, exact_number, iso_date, iso_moment, whole
from mapping.transforms import Reading, Transform, parse

LIST_SIGN = ";"
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_TEXTUAL = frozenset({FieldType.TEXT, FieldType.PICKLIST, FieldType.MULTIPICKLIST, FieldType.REFERENCE})
_UTF16_VENDORS = frozenset({"salesforce"})


BLANK = Reading(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A property's type and transforms, compiled: what turns a shown value into a canonical one."""

    type: FieldType
    transforms: tuple[Transform, ...] = ()

    def read(self, shown: Value, country: str | None) -> Reading:
        """Total and idempotent; what cannot be read stays as it is, with the problem in words."""
        value = _tidy(shown)
        if value is None:
            return BLANK
        problem: str | None = None
        if not self.transforms and self.type is FieldType.TEXT:
            return Reading(value=as_text(value))
        if self.transforms:
            if self.type in _TEXTUAL:
                value = as_text(value)
            for transform in self.transforms:
                reading = transform.read(value, country)
                value, problem = reading.value, problem or reading.problem
            value = _tidy(value)
        try:
            return Reading(value=_as_type(value, self.type), problem=problem)
        except ValueError:
            return Reading(value=value, problem=problem or f"not a {self.type}")


def reader(prop: Property) -> Reader:
    """Compile a property's reading; ValueError when a transform is unknown."""
    return Reader(type=prop.type, transforms=tuple(parse(text) for text in prop.transforms))


def canonicalise(value: Value, prop: Property, *, country: str | None) -> Value:
    """The value in canonical form: type and transforms of its property, `country` the lead's alpha-2 code."""
    return reader(prop).read(value, country).value


def as_parts(value: Value) -> tuple[str, ...]:
    """The words of a list value, sorted and each once."""
    if value is None:
        return ()
    return tuple(sorted({part.strip() for part in as_text(value).split(LIST_SIGN)} - {""}))


def to_vendor(value: Value, field: Field | None, *, vendor: str = "salesforce") -> tuple[Value, str | None]:
    """The value to send into a field, and in words why it would be refused (None: nothing known against it).

    Text is never cut here: too long is a problem (truncate(n) in the rules cuts where that is wanted).
    Salesforce counts UTF-16 units, others code points. The words name the field, never the value.
    """
    if field is None:
        return value, None
    if not field.writable:
        return value, f"{field.label} ({field.name}) cannot be written by us"
    if value is None:
        return None, None if field.nullable else f"{field.label} ({field.name}) may not be blank"
    try:
        sent = _as_type(value, field.type)
    except ValueError:
        return value, f"{field.label} ({field.name}) takes a {field.type} and would get something else"
    return sent, _misfit(sent, field, vendor)


def _misfit(value: Value, field: Field, vendor: str) -> str | None:
    if not isinstance(value, str):
        return None
    if field.type in (FieldType.PICKLIST, FieldType.MULTIPICKLIST) and field.restricted:
        words = as_parts(value) if field.type is FieldType.MULTIPICKLIST else (value,)
        unknown = [word for word in words if word not in field.options]
        return _unknown_option(unknown, field) if unknown else None
    length = utf16_units(value) if vendor in _UTF16_VENDORS else len(value)
    if field.length is not None and length > field.length and field.type in _TEXTUAL:
        return f"{field.label} ({field.name}) holds {field.length} characters and would get {length}"
    return None


def _unknown_option(unknown: Sequence[str], field: Field) -> str:
    near = process.extractOne(unknown[0], field.options, processor=str.casefold, score_cutoff=70)
    hint = f", the nearest is {near[0]!r}" if near else ""
    count = "an option" if len(unknown) == 1 else f"{len(unknown)} options"
    return f"{field.label} ({field.name}) does not have {count} that it would get{hint}"


def _tidy(value: Value) -> Value:
    """Text that every system and database can hold, or None for a blank."""
    if not isinstance(value, str):
        return None if isinstance(value, float) and math.isnan(value) else value
    if not value or value.isspace():
        return None
    if not value.isascii():
        value = unicodedata.normalize("NFC", _UNFIT.sub("", value))
    elif "\x00" in value:
        value = value.replace("\x00", "")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return None if not value or value.isspace() else value


def _as_type(value: Value, kind: FieldType) -> Value:
    """The value in the type's canonical form; ValueError when it is not of that type."""
    if value is None:
        return None
    if kind is FieldType.NUMBER:
        return _number(value)
    if kind is FieldType.BOOLEAN:
        return _truth(value)
    return _TEXTS[kind](as_text(value))


def _list(text: str) -> str | None:
    return LIST_SIGN.join(as_parts(text)) or None


def _number(value: str | int | float | bool) -> int | float:
    if isinstance(value, str):
        return exact_number(value.strip())
    return int(value) if isinstance(value, bool) else whole(value) if isinstance(value, float) else value


def _truth(value: str | int | float | bool) -> bool:
    if isinstance(value, bool):
        return value
    found = _TRUTHS.get(as_text(value).strip().casefold())
    if found is None:
        raise ValueError("no truth")
    return found


_TEXTS: Mapping[FieldType, Callable[[str], str | None]] = {
    FieldType.TEXT: str,
    FieldType.PICKLIST: str.strip,
    FieldType.REFERENCE: str.strip,
    FieldType.MULTIPICKLIST: _list,
    FieldType.DATE: lambda text: iso_date(text.strip()),
    FieldType.DATETIME: lambda text: iso_moment(text.strip()),
}
