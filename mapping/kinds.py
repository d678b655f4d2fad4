"""Whether a field takes the kind of value that is written to it: by what goes out, in its system's own words.

One that never can is told when rules are published and by `doctor`, before anybody waits for it; a single value that
does not fit is found where it is planned.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.mapping import MappingRules, Property
from domain.place import FieldOf
from domain.record import Field, FieldType
from mapping.canonical import TEXTUAL
from mapping.step import Way
from mapping.transforms import parse
from mapping.wording import spoken
from mapping.written import fields_written

_TAKEN: Mapping[FieldType, frozenset[FieldType]] = {
    FieldType.NUMBER: frozenset({FieldType.NUMBER, FieldType.BOOLEAN}),
    FieldType.BOOLEAN: frozenset({FieldType.BOOLEAN}),
    FieldType.DATE: frozenset({FieldType.DATE, FieldType.DATETIME}),
    FieldType.DATETIME: frozenset({FieldType.DATE, FieldType.DATETIME}),
}
"""What each kind of field takes; a field for text takes everything."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unkind:
    """A field that takes nothing of what would be written to it."""

    field: FieldOf
    name: str
    takes: FieldType
    written: FieldType

    @property
    def words(self) -> str:
        written = "text" if self.written in TEXTUAL else self.written
        return f"{self.field} takes a {self.takes}, and {self.name} is written there as {written}"

    @property
    def mend(self) -> str:
        return (
            f"Say in mapping.yaml how it is written there (`write` under `fields: {{{self.field.connection}: ...}}`), "
            f"give `{self.name}` the type {self.takes}, or map another field"
        )


def unkind(
    rules: MappingRules, types: Mapping[str, str], connection: str, told: Mapping[str, Mapping[str, Field]]
) -> Iterator[Unkind]:
    """`told`: object → field → what the connection tells of it."""
    for prop in rules.properties:
        for at in fields_written(prop, rules, types):
            field = told.get(at.object, {}).get(at.field) if at.connection == connection else None
            kind = written_as(prop, connection) if field is not None else None
            if field is not None and kind is not None and not _takes(field.type, kind):
                place = FieldOf(connection=connection, object=at.object, field=at.field)
                yield Unkind(field=place, name=prop.name, takes=field.type, written=kind)


def written_as(prop: Property, connection: str) -> FieldType | None:
    """The kind of value that is written there; None where the words may stand for any kind."""
    own = spoken(prop).get(connection)
    chain = () if own is None else own.write
    if chain:
        return chain[-1].step.gives
    return None if prop.type in TEXTUAL and any(map(_may_be_any, prop.transforms)) else prop.type


def _may_be_any(text: str) -> bool:
    """The words of a map and the digits of a text may be what a field for numbers takes."""
    found = parse(text)
    return found.step.takes is None and found.step.gives is None and found.way is not Way.KEEPS


def _takes(takes: FieldType, written: FieldType) -> bool:
    return takes in TEXTUAL or written in _TAKEN.get(takes, frozenset())
