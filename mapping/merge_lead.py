"""All shared properties of one lead merged at once, and what the reps' own fields say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from config.mapping import MappingRules, SyncRule
from domain.change import Conflict
from domain.gate import Closed
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap, MappedProperty
from mapping.gates import is_consent
from mapping.merge import Merged, merge_views
from mapping.opt_in import OptIn, moment_of
from mapping.rulings import CAN_CONFLICT, says_no
from mapping.said import OVER, SAID, is_followed, waits
from mapping.scalars import as_text
from mapping.taken_over import taken_over
from mapping.transforms import Reading
from mapping.views import Lens, View, in_their_words
from mapping.wishes import FieldWish

At = tuple[str, str]
"""(property, connection)."""

ABOUT = "@record"
"""In place of a property: names the record that a connection's bases are about. Another one at its next merge (a lead
was converted, a twin took over) did not lose what it never had, and what it always had is no news: see `taken_over`."""


_MUTED = "its read gate is closed"
"""In place of a problem: the side could be read, and is not heard."""


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
    closed: tuple[Closed, ...] = ()
    """The gates that the lead does not pass, by what it would be if all were open: `judged`."""
    judged: Mapping[str, Value] = field(default_factory=dict)
    forgotten: frozenset[At] = frozenset()
    """Bases that say nothing any more."""
    whys: Mapping[str, str] = field(default_factory=dict)
    """Property → what told which side is the newer one, where several had changed."""
    to_ask: frozenset[At] = frozenset()
    """The noes that an opt-in may be later than: nothing is written of them before their history was asked."""


def merge_lead(
    records: Sequence[Record],
    bases: Mapping[At, Base],
    rules: MappingRules | FieldMap,
    *,
    types: Mapping[str, str] | None = None,
    changed: Mapping[At, datetime] | None = None,
    touched: Mapping[RecordRef, datetime] | None = None,
    asked: Collection[At] = (),
    muted: Collection[str] = (),
) -> LeadMerge:
    """Merge what a lead's records show. Give a FieldMap in a loop: compiling the rules costs more than the merge.

    `types` (connection → vendor) is needed with plain rules. `changed` holds the exact moments at which fields
    changed, where a field history tells; without it no time is certain. `touched`: see `FieldMap.heads`. `asked`:
    the noes whose history was asked and tells no moment. `muted`: connections whose word on shared properties counts
    for nothing, except for a no.
    """
    fields = rules if isinstance(rules, FieldMap) else FieldMap(rules, types or {})
    heads = fields.heads(records, touched=touched)
    return _Merging(fields, heads, records, bases, changed or {}, asked=asked, muted=muted).run()


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
        *,
        asked: Collection[At],
        muted: Collection[str],
    ) -> None:
        self._fields, self._heads, self._bases, self._changed = fields, heads, bases, changed
        self._records, self._asked, self._muted = records, asked, muted
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
        self._whys: dict[str, str] = {}
        self._to_ask: set[At] = set()
        self._unheard: set[str] = set()

    def run(self) -> LeadMerge:
        self._mark_records()
        country = self._country()
        for one in self._fields.shared:
            if one is not self._fields.country:
                self._merge(one, country)
        for one in self._fields.made:
            self._make(one, country)
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
            whys=self._whys,
            to_ask=frozenset(self._to_ask),
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
        muted = [each for each in shown if self._is_muted(one, each[0].connection)] if self._muted else []
        if muted:
            shown = [each for each in shown if each not in muted]
            self._unheard.add(one.rule.name)
            self._values[one.rule.name] = None  # what stood there until now is a fact no more
        if not shown:
            return self._value_aside(one, country)
        if all(value is None and (one.rule.name, seat.connection) not in self._bases for seat, value in shown):
            self._values[one.rule.name] = None  # nobody ever had anything to say about it
            return None
        views = self._views(one, shown, country)
        views += self._muted_views(one, muted, country)
        said = self._said(one, views)
        merged = merge_views(one.rule, views, said=said, opt_in=self._opt_in(one))
        self._values[one.rule.name] = merged.value
        self._keep(one, merged, views, country)
        return merged.value

    def _is_muted(self, one: MappedProperty, connection: str) -> bool:
        return connection in self._muted and not is_consent(one.rule)

    def _muted_views(
        self, one: MappedProperty, shown: Sequence[tuple[_Seat, Value]], country: str | None
    ) -> list[View]:
        """They say as little as those that cannot be read, and are written over where those are."""
        found = []
        for seat, value in shown:
            lens = Lens(one.reads(seat.connection), country)
            each = lens.see(seat.connection, seat.kind, value, self._bases.get((one.rule.name, seat.connection)), None)
            each.problem = _MUTED
            found.append(each)
        return found

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

    def _opt_in(self, one: MappedProperty) -> OptIn | None:
        """The evidence of a consent, where it is beyond doubt: agreed, readable, of a moment that was reached. Past a
        closed read gate no yes is heard."""
        name = one.rule.opted_in_at
        if name is None or self._muted or self._values.get(name) is None:
            return None
        if self._is_untold(name) or any(each.property == name for each in self._unread):
            return None
        reached = max(record.modified_at for record in self._records)
        at = moment_of(self._values[name], reached=reached)
        if at is None:
            return None
        touched = {connection: record.modified_at for connection, record in self._heads.items()}
        asked = frozenset(connection for prop, connection in self._asked if prop == one.rule.name)
        return OptIn(at=at, told_by=name, touched=touched, asked=asked)

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
            if one.spoken:
                lens = Lens(one.reads(seat.connection), country)
            shape = one.shapes.get(seat.place)
            found.append(lens.see(seat.connection, seat.kind, value, base, self._changed.get(at), shape=shape))
        if one.spoken:
            in_their_words(found, one.spoken, country)
        return found

    def _taken_over(self, one: MappedProperty, connection: str, base: Base, shown: Value, country: str | None) -> Base:
        left = self._moved[connection]
        name = one.field_of(left) if left is not None else None
        before: Reading | None = None
        if left is not None and name is not None and name in left.values:
            before = one.reads(connection).read(left.values[name], country)
        found = taken_over(base, shown, one.reads(connection).read(shown, country), before)
        if found is not base:
            self._new_bases[one.rule.name, connection] = found
        return found

    def _keep(self, one: MappedProperty, merged: Merged, views: Sequence[View], country: str | None) -> None:
        name = one.rule.name
        for connection, value in merged.writes.items():
            self._wish(one, self._heads[connection], value, country)
        for connection, base in merged.bases.items():
            self._new_bases[name, connection] = base
        if merged.conflict is not None:
            self._conflicts.append(merged.conflict)
        if merged.why:
            self._whys[name] = merged.why
        self._to_ask.update((name, connection) for connection in merged.to_ask)
        for found in views:
            if found.problem is not None and found.problem is not _MUTED:
                self._note(one, self._heads[found.connection], found.problem)

    def _wish(self, one: MappedProperty, record: Record, value: Value, country: str | None) -> None:
        field = one.fields[record.ref.connection, record.ref.object]
        said = one.say(record.ref.connection, value, country)
        self._wishes.append(
            FieldWish(ref=record.ref, field=field, property=one.rule.name, value=said.value, problem=said.problem)
        )

    def _make(self, one: MappedProperty, country: str | None) -> None:
        """What is made of other properties is written where it differs; nothing is made of nothing, nor of what nobody
        can tell."""
        if any(map(self._is_untold, one.rule.made_of)):
            return
        parts = [as_text(part) for name in one.rule.made_of if (part := self._values.get(name)) is not None]
        made = one.read.read(one.rule.between.join(parts), country)
        self._values[one.rule.name] = made.value
        if made.value is None or made.problem is not None:
            return
        for record in self._heads.values():
            field = one.field_of(record)
            if field is None or field not in record.values:
                continue
            if one.reads(record.ref.connection).read(record.values[field], country) != made:
                self._wish(one, record, made.value, country)

    def _is_untold(self, name: str) -> bool:
        """Whether it is unknown what a property holds: which is no blank, and no agreement either."""
        if self._values.get(name) is not None:
            return any(each.property == name for each in self._conflicts)
        is_unread = any(each.property == name for each in self._unread)
        return is_unread or name in self._unheard or name not in self._values

    def _note(self, one: MappedProperty, record: Record, problem: str) -> None:
        name = one.rule.name
        self._unread.append(Unread(ref=record.ref, field=one.field_of(record) or "", property=name, problem=problem))
        if one.rule.sync is SyncRule.NO_WINS and not says_no(one.rule, self._values.get(name)):
            self._limits[name] = one.rule.no_is

    def _value_aside(self, one: MappedProperty, country: str | None) -> Value:
        """A property that no head carries is read from a twin, or from the lead a contact was converted from."""
        for record in self._asides:
            field = one.field_of(record)
            if field is not None and self._is_muted(one, record.ref.connection):
                self._unheard.add(one.rule.name)
                self._values.setdefault(one.rule.name, None)
            elif field is not None and field in record.values:
                reading = one.reads(record.ref.connection).read(record.values[field], country)
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
                reading = one.reads(seat.connection).read(value, country)
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
