"""All shared properties of one lead merged at once, and what the reps' own fields say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from config.mapping import MappingRules, SyncRule
from domain.change import Conflict
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap, MappedProperty
from mapping.merge import Merged, merge_views
from mapping.rulings import CAN_CONFLICT, says_no
from mapping.said import OVER, SAID, is_followed, waits
from mapping.taken_over import taken_over
from mapping.transforms import Reading
from mapping.views import Lens, View
from mapping.wishes import FieldWish

At = tuple[str, str]
"""(property, connection)."""

ABOUT = "@record"
"""In place of a property: names the record that a connection's bases are about. Another one at its next merge (a lead
was converted, a twin took over) did not lose what it never had, and what it always had is no news: see `taken_over`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A value that its property's type or transforms cannot read: it is left as it is, and counts for nothing."""

    ref: RecordRef
    field: str
    property: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMerge:
    """`values`: shared property → canonical value; a property that no record showed is missing, which is not blank.

    `desired` holds only what differs from what is shown. `bases` only what is new and to be kept, all of it (see
    ABOUT). `answers`: what each connection's head says in fields that are not ours (answers, owner, status).
    `limits`: consent that somebody stated in words which nobody can read, with the no that the lead goes by until they
    are mended; it is no fact, and written nowhere.
    """

    values: Mapping[str, Value]
    desired: tuple[FieldWish, ...]
    bases: Mapping[At, Base]
    conflicts: tuple[Conflict, ...]
    heads: Mapping[str, RecordRef]
    answers: Mapping[At, Value]
    unread: tuple[Unread, ...]
    limits: Mapping[str, Value] = field(default_factory=dict)


def merge_lead(
    records: Sequence[Record],
    bases: Mapping[At, Base],
    rules: MappingRules | FieldMap,
    *,
    types: Mapping[str, str] | None = None,
    changed: Mapping[At, datetime] | None = None,
    touched: Mapping[RecordRef, datetime] | None = None,
) -> LeadMerge:
    """Merge what a lead's records show. Give a FieldMap in a loop: compiling the rules costs more than the merge.

    `types` (connection → vendor) is needed with plain rules. `changed` holds the exact moments at which fields
    changed, where a field history tells; without it no time is certain. `touched`: see `FieldMap.heads`.
    """
    fields = rules if isinstance(rules, FieldMap) else FieldMap(rules, types or {})
    heads = fields.heads(records, touched=touched)
    return _Merging(fields, heads, records, bases, changed or {}).run()


def country_of(values: Mapping[str, Value], fields: FieldMap) -> str | None:
    """The lead's alpha-2 code among its merged values, for the transforms that ask for it."""
    found = values.get(fields.country.rule.name) if fields.country is not None else None
    return found if isinstance(found, str) and len(found) == 2 and found.isalpha() and found.isupper() else None


class _Seat(NamedTuple):
    """A connection with what its record shows. `place`: by which a property knows its field there."""

    connection: str
    kind: str
    place: tuple[str, str]
    values: Mapping[str, Value]


class _Merging:
    """One lead being merged: gathers wishes, bases and findings property by property."""

    def __init__(
        self,
        fields: FieldMap,
        heads: Mapping[str, Record],
        records: Sequence[Record],
        bases: Mapping[At, Base],
        changed: Mapping[At, datetime],
    ) -> None:
        self._fields, self._heads, self._bases, self._changed = fields, heads, bases, changed
        self._seats = [
            _Seat(name, fields.types.get(name, ""), (record.ref.connection, record.ref.object), record.values)
            for name, record in heads.items()
        ]
        self._asides = _asides(records, heads)
        by_name = {str(record.ref): record for record in records}
        self._moved = {name: by_name.get(left) for name, record in heads.items() if (left := self._left(name, record))}
        self._values: dict[str, Value] = {}
        self._wishes: list[FieldWish] = []
        self._new_bases: dict[At, Base] = {}
        self._conflicts: list[Conflict] = []
        self._unread: list[Unread] = []
        self._limits: dict[str, Value] = {}

    def run(self) -> LeadMerge:
        self._mark_records()
        country = self._country()
        for one in self._fields.shared:
            if one is not self._fields.country:
                self._merge(one, country)
        answers = self._answers(country)
        return LeadMerge(
            values=self._values,
            desired=tuple(self._wishes),
            bases=self._new_bases,
            conflicts=tuple(self._conflicts),
            heads={connection: record.ref for connection, record in self._heads.items()},
            answers=answers,
            unread=tuple(self._unread),
            limits=self._limits,
        )

    def _left(self, connection: str, record: Record) -> str | None:
        """The record that spoke for the connection before, where it was another one."""
        about = self._bases.get((ABOUT, connection))
        return None if about is None or about.value == str(record.ref) else str(about.value)

    def _mark_records(self) -> None:
        """A lead in one system alone has agreed on nothing, and needs no mark."""
        if len(self._heads) > 1:
            marks = {(ABOUT, name): Base(value=str(r.ref), vendor_form=None) for name, r in self._heads.items()}
            self._new_bases.update({at: mark for at, mark in marks.items() if self._bases.get(at) != mark})

    def _country(self) -> str | None:
        """The lead's country, merged before all else, for the transforms that ask for it."""
        if self._fields.country is None:
            return None
        self._merge(self._fields.country, None)
        return country_of(self._values, self._fields)

    def _merge(self, one: MappedProperty, country: str | None) -> Value:
        shown = self._shown(one)
        if not shown:
            return self._value_aside(one, country)
        if all(value is None and (one.rule.name, seat.connection) not in self._bases for seat, value in shown):
            self._values[one.rule.name] = None  # nobody ever had anything to say about it
            return None
        views = self._views(one, shown, country)
        said = self._said(one, views)
        merged = merge_views(one.rule, views, said=said)
        self._values[one.rule.name] = merged.value
        self._keep(one, merged, views)
        return merged.value

    def _said(self, one: MappedProperty, views: Sequence[View]) -> Base | None:
        """A person's word that is to be carried out; it is over where the rules by now leave nothing to decide."""
        at = (one.rule.name, SAID)
        said = self._bases.get(at)
        if not waits(said):
            return None
        if one.rule.sync not in CAN_CONFLICT or is_followed(views):
            self._new_bases[at] = OVER
            return None
        return said

    def _shown(self, one: MappedProperty) -> list[tuple[_Seat, Value]]:
        """A field that the record did not come with is no blank: that side has no say."""
        found = []
        for seat in self._seats:
            field = one.fields.get(seat.place)
            if field is not None and field in seat.values:
                found.append((seat, seat.values[field]))
        return found

    def _views(self, one: MappedProperty, shown: Sequence[tuple[_Seat, Value]], country: str | None) -> list[View]:
        found, lens = [], Lens(one.read, country)
        for seat, value in shown:
            at = (one.rule.name, seat.connection)
            base = self._bases.get(at)
            if base is not None and seat.connection in self._moved:
                base = self._taken_over(one, seat.connection, base, value, country)
            found.append(lens.see(seat.connection, seat.kind, value, base, self._changed.get(at)))
        return found

    def _taken_over(self, one: MappedProperty, connection: str, base: Base, shown: Value, country: str | None) -> Base:
        left = self._moved[connection]
        name = one.field_of(left) if left is not None else None
        before: Reading | None = None
        if left is not None and name is not None and name in left.values:
            before = one.read.read(left.values[name], country)
        found = taken_over(base, shown, one.read.read(shown, country), before)
        if found is not base:
            self._new_bases[one.rule.name, connection] = found
        return found

    def _keep(self, one: MappedProperty, merged: Merged, views: Sequence[View]) -> None:
        name = one.rule.name
        for connection, value in merged.writes.items():
            record = self._heads[connection]
            field = one.fields[record.ref.connection, record.ref.object]
            self._wishes.append(FieldWish(ref=record.ref, field=field, property=name, value=value))
        for connection, base in merged.bases.items():
            self._new_bases[name, connection] = base
        if merged.conflict is not None:
            self._conflicts.append(merged.conflict)
        for found in views:
            if found.problem is not None:
                self._note(one, self._heads[found.connection], found.problem)

    def _note(self, one: MappedProperty, record: Record, problem: str) -> None:
        name = one.rule.name
        self._unread.append(Unread(ref=record.ref, field=one.field_of(record) or "", property=name, problem=problem))
        if one.rule.sync is SyncRule.NO_WINS and not says_no(one.rule, self._values.get(name)):
            self._limits[name] = one.rule.no_is

    def _value_aside(self, one: MappedProperty, country: str | None) -> Value:
        """A property that no head carries is read from a twin, or from the lead a contact was converted from."""
        for record in self._asides:
            field = one.field_of(record)
            if field is not None and field in record.values:
                reading = one.read.read(record.values[field], country)
                if reading.problem is not None:
                    self._note(one, record, reading.problem)
                elif reading.value is not None:
                    self._values[one.rule.name] = reading.value
                    return reading.value
        return None

    def _answers(self, country: str | None) -> dict[At, Value]:
        found: dict[At, Value] = {}
        for one in self._fields.heard:
            for seat, value in self._shown(one):
                reading = one.read.read(value, country)
                if reading.problem is None:
                    found[one.rule.name, seat.connection] = reading.value
                else:
                    self._note(one, self._heads[seat.connection], reading.problem)
        return found


def _asides(records: Sequence[Record], heads: Mapping[str, Record]) -> list[Record]:
    """The other records that still tell something, always in the same order: live twins, then converted ones."""
    taken = {record.ref for record in heads.values()}
    others = [r for r in records if r.ref not in taken and not r.archived and r.merged_into is None]
    return sorted(others, key=lambda record: (record.converted_to is not None, record.ref))


__all__ = ["ABOUT", "At", "FieldWish", "LeadMerge", "Unread", "country_of", "merge_lead"]
