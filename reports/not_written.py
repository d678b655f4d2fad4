"""Why single fields of a lead's records, or writes about it, are not where they should be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from config.mapping import Role, Whose
from domain.change import ChangeKind
from domain.decision import Desired
from domain.misfit import Blocked, Misfit
from domain.obstacle import Kind, Obstacle
from domain.place import Place
from domain.radius import HeldStatus
from domain.record import Record
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef
from mapping.compiled import FieldMap, MappedProperty
from mapping.equal_forms import is_shown
from mapping.merge_lead import LeadMerge
from reports.staying import cause, mend
from store import conflicts, drifts, flaps, heldwrites, misfits
from store.engine import Tx
from store.outbox import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A lead's records, what is wished of them, and what waits to be written."""

    lead: LeadId
    records: Mapping[RecordRef, Record]
    heads: Mapping[str, RecordRef]
    desired: tuple[Desired, ...]
    merged: LeadMerge
    rows: tuple[OutboxRow, ...]
    fields: FieldMap

    def differing(self) -> Iterator[Desired]:
        """Wishes that their records do not show."""
        for row in self.desired:
            record = self.records.get(row.ref)
            if record is not None and not is_shown(row.value, record.values.get(row.field)):
                yield row

    def awaits(self, one: MappedProperty, ref: RecordRef, field: str) -> bool:
        """Whether a neighbour has not carried the value there yet."""
        value, there = self.merged.values.get(one.rule.name), self.records[ref].values.get(field)
        return self.fields.is_carried(ref, field) and value is not None and not is_shown(value, there)


def in_fields(tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    for source in (_rows, _held, _conflicts, _misfits, _drifts, _stopped, _left_alone):
        yield from source(tx, shown)


def _rows(_tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    for row in shown.rows:
        told = _TOLD.get(row.status)
        if told is None:
            continue
        kind, what, next_step = told(row)
        yield Obstacle(kind=kind, what=what, mend=next_step, connection=row.connection, ref=_ref(row))


def _parked(row: OutboxRow) -> tuple[Kind, str, str]:
    words = " ".join(filter(None, (row.code, row.message)))
    given_up = " A person gave it up." if row.ignored else ""
    mends = f"Mend it in {row.connection}, then `leadloop errors retry {row.id}`."
    return Kind.PARKED, f"{_named(row)} was refused by {row.connection}: {words}{given_up}", mends


def _unsure(row: OutboxRow) -> tuple[Kind, str, str]:
    what = f"{_named(row)} was sent to {row.connection} and the answer was lost; the record is asked for first"
    return Kind.UNSURE, what, "Nothing: it is cleared up by the next cycles."


def _waiting(row: OutboxRow) -> tuple[Kind, str, str]:
    why = f": {row.message}" if row.message else ""
    what = f"{_named(row)} waits to be tried again at {row.due_at:%Y-%m-%d %H:%M} UTC, {row.attempts} tries so far{why}"
    return Kind.WAITING, what, f"Nothing, or `leadloop errors retry {row.id}` to try at once."


def _on_its_way(row: OutboxRow) -> tuple[Kind, str, str]:
    what = f"{_named(row)} is on its way to {row.connection} since {row.created_at:%Y-%m-%d %H:%M} UTC"
    return Kind.WAITING, what, "Nothing: it is sent by the next cycle."


_TOLD: Mapping[OutboxStatus, Callable[[OutboxRow], tuple[Kind, str, str]]] = {
    OutboxStatus.PARKED: _parked,
    OutboxStatus.UNSURE: _unsure,
    OutboxStatus.WAITING: _waiting,
    OutboxStatus.PENDING: _on_its_way,
    OutboxStatus.CLAIMED: _on_its_way,
}


def _named(row: OutboxRow) -> str:
    change = row.change
    if change.kind is ChangeKind.CREATE:
        return f"write {row.id} (a new {change.object})"
    if change.kind is ChangeKind.MEMBER:
        return f"write {row.id} ({'joins' if change.member else 'leaves'} the list {change.list})"
    return f"write {row.id} ({', '.join(sorted(change.values))})"


def _ref(row: OutboxRow) -> RecordRef | None:
    record_id = row.change.id
    return RecordRef(connection=row.connection, object=row.change.object, id=record_id) if record_id else None


def _held(tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    kept_here = heldwrites.of_leads(tx, [shown.lead]).get(shown.lead, {})
    for place, kept in sorted(kept_here.items(), key=lambda each: str(each[0])):
        if kept.status is HeldStatus.OPEN:
            what = f"{_at(place)} waits for a person's word, in the set {kept.set_name}"
            mends = f"`leadloop held show {kept.set_name}`, then `held approve` or `held discard`."
        elif kept.status is HeldStatus.DISCARDED:
            what = f"{_at(place)} stays unwritten: the set {kept.set_name} was discarded"
            mends = "Nothing, until something else is to be written there."
        else:
            continue
        yield _of_place(Kind.HELD_FIELD, place, what, mends)


def _conflicts(tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    for each in conflicts.of_lead(tx, shown.lead):
        sides = ", ".join(f"{name} shows {value!r}" for name, value in sorted(each.conflict.values.items()))
        what = f"`{each.conflict.property}` is in conflict: {sides}; no rule decides, and both are left alone"
        mends = f"`leadloop conflicts resolve {each.name} --use CONNECTION`."
        yield Obstacle(kind=Kind.CONFLICT, what=what, mend=mends)


def _misfits(tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    for each in misfits.of_leads(tx, [shown.lead]).get(shown.lead, ()):
        place = Place(ref=each.ref, field=each.field)
        one = _blocked(each, place)
        nearest = f"; the nearest option is {each.hint!r}" if each.hint else ""
        yield _of_place(Kind.MISFIT, place, f"{_at(place)} stays at home: it {cause(one)}{nearest}", mend(one))


def _blocked(each: Misfit, place: Place) -> Blocked:
    return Blocked(
        column=place.column, property=each.property, why=each.why, words=each.words, hint=each.hint, values=1
    )


def _drifts(tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    objects = {(ref.connection, ref.object) for ref in shown.heads.values()}
    for each in drifts.of(tx):
        if (each.field.connection, each.field.object) in objects:
            what = f"{each.field}: {each.effect} (since {each.since:%Y-%m-%d %H:%M} UTC)"
            yield Obstacle(
                kind=Kind.DRIFT,
                what=what,
                mend=f"{each.mend}.",
                connection=each.field.connection,
                field=each.field.field,
            )


def _stopped(tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    stops = flaps.stops(tx)
    for row in shown.differing() if stops else ():
        place = Place(ref=row.ref, field=row.field)
        if place in stops:
            what = f"{_at(place)} is written no more: somebody else kept overwriting it"
            mends = f"`leadloop errors resume {row.ref.connection} {row.ref.object}.{row.field}` once they stopped."
            yield _of_place(Kind.FLAPPING, place, what, mends)


def _left_alone(_tx: Tx, shown: Shown) -> Iterator[Obstacle]:
    """What we would write and leave to others: shared fields where they differ, our own always."""
    for connection, ref in sorted(shown.heads.items()):
        wished = {wish.field for wish in shown.merged.desired if wish.ref == ref}
        for one in shown.fields.properties:
            field = one.fields.get((connection, ref.object))
            if field is None or shown.fields.may_write(ref, field):
                continue
            if field in wished or one.rule.role not in {Role.SHARED, Role.ANSWER} or shown.awaits(one, ref, field):
                yield _whose(shown.fields, Place(ref=ref, field=field))


def _whose(fields: FieldMap, place: Place) -> Obstacle:
    there = f"{place.ref.object}.{place.field}"
    decided = fields.rules.decided.get(place.ref.connection, {}).get(there)
    line = f"`decided.{place.ref.connection}.{there}` in mapping.yaml"
    if decided is Whose.THEIRS:
        return _of_place(
            Kind.THEIRS, place, f"{_at(place)} is somebody else's: it is never written", f"{line} says so."
        )
    if decided is Whose.CARRIED:
        what = f"{_at(place)} is left to the neighbouring connector, which carries it"
        return _of_place(Kind.CARRIED, place, what, f"Look at that connector; {line} says so.")
    what = f"{_at(place)} is contested: a machine writes it, too, and nobody has decided whose it is"
    return _of_place(Kind.CONTESTED, place, what, f"`leadloop survey`, then set {line}.")


def _at(place: Place) -> str:
    return f"{place.ref.connection} {place.ref.object}.{place.field}"


def _of_place(kind: Kind, place: Place, what: str, mends: str) -> Obstacle:
    return Obstacle(kind=kind, what=what, mend=mends, connection=place.ref.connection, ref=place.ref, field=place.field)
