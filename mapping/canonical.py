"""One form for every value, whichever system showed it: only then can two of them be compared.

Text is NFC without NUL, half surrogates or carriage returns; a blank is None; numbers are numbers, truths
are bool, dates and times ISO text (times in whole seconds UTC); lists are sorted and parted by `;`.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config.mapping import Property
from domain.record import FieldType
from domain.values import Value
from mapping.scalars import as_text, exact_number, iso_date, iso_moment, whole
from mapping.transforms import Reading, Transform, chain

LIST_SIGN = ";"
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
TEXTUAL = frozenset({FieldType.TEXT, FieldType.PICKLIST, FieldType.MULTIPICKLIST, FieldType.REFERENCE})


BLANK = Reading(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A property's type and transforms, compiled: what turns a shown value into a canonical one."""

    type: FieldType
    transforms: tuple[Transform, ...] = ()

    @property
    def settles(self) -> bool:
        """Whether it reads its own output as the same: `scale(1000)` does not."""
        return all(each.step.settles for each in self.transforms)

    def again(self) -> "Reader":
        """Reads what was read already: without the steps that would change it once more."""
        kept = tuple(each for each in self.transforms if each.step.settles)
        return self if self.settles else Reader(type=self.type, transforms=kept)

    def read(self, shown: Value, country: str | None) -> Reading:
        """Total, and idempotent where it `settles`; what cannot be read stays as it is, with the problem in words."""
        value = _tidy(shown)
        if value is None:
            return BLANK
        problem: str | None = None
        if not self.transforms and self.type is FieldType.TEXT:
            return Reading(value=as_text(value))
        if self.transforms:
            if self.type in TEXTUAL:
                value = as_text(value)
            for transform in self.transforms:
                reading = transform.read(value, country)
                value, problem = reading.value, problem or reading.problem
            value = _tidy(value)
        try:
            return Reading(value=as_type(value, self.type), problem=problem)
        except ValueError:
            return Reading(value=value, problem=problem or f"not a {self.type}")


def reader(prop: Property, first: Sequence[str] = ()) -> Reader:
    """Compile a property's reading; ValueError when a transform is unknown. `first`: what comes before its own."""
    return Reader(type=prop.type, transforms=chain((*first, *prop.transforms), prop.type))


def canonicalise(value: Value, prop: Property, *, country: str | None) -> Value:
    """The value in canonical form: type and transforms of its property, `country` the lead's alpha-2 code."""
    return reader(prop).read(value, country).value


def as_parts(value: Value) -> tuple[str, ...]:
    """The words of a list value, sorted and each once."""
    if value is None:
        return ()
    return tuple(sorted({part.strip() for part in as_text(value).split(LIST_SIGN)} - {""}))


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


def as_type(value: Value, kind: FieldType) -> Value:
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
