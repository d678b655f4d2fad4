"""Fields that somebody overwrites after us: when, and where we stopped writing. A blank record id means every one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from domain.place import FieldOf, Place, Stopped
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef, Value, from_text
from store import desired
from store.chunks import chunks
from store.columns import AnyRow, from_json
from store.engine import Tx
from store.schema import flap as table
from store.schema import outbox
from store.upserts import upsert

EVERY_RECORD = ""
_CONFIRMED = ("applied", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flap:
    """One place: when it was overwritten lately, after which write of ours last, and since when we leave it alone."""

    place: Place
    times: tuple[datetime, ...]
    counted: int
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A write of ours that a receipt confirmed: outbox row and values."""

    row_id: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Stops:
    """Where nothing is written now."""

    places: frozenset[Place]
    fields: frozenset[FieldOf]

    def __contains__(self, place: Place) -> bool:
        return place in self.places or place.column in self.fields

    def __bool__(self) -> bool:
        return bool(self.places or self.fields)


NOWHERE = Stops(frozenset(), frozenset())


def confirmed(tx: Tx, lead_ids: Collection[LeadId], *, since: datetime) -> dict[RecordRef, list[Write]]:
    """What receipts confirmed of these leads' records since then, newest first."""
    found: dict[RecordRef, list[Write]] = {}
    columns = outbox.c
    for portion in chunks(lead_ids):
        rows = tx.execute(
            select(columns.id, columns.connection, columns.object, columns.record_id, columns.change)
            .where(
                columns.lead_id.in_(portion),
                columns.kind == "fields",
                columns.status == OutboxStatus.DONE.value,
                columns.code.in_(_CONFIRMED),
                columns.settled_at >= since,
            )
            .order_by(columns.id.desc())
        )
        for row in rows:
            ref = RecordRef(connection=row.connection, object=row.object, id=row.record_id)
            found.setdefault(ref, []).append(Write(row_id=row.id, values=from_json(row.change)["values"]))
    return found


def of_records(tx: Tx, refs: Collection[RecordRef]) -> dict[Place, Flap]:
    """What is known of the fields of these records."""
    found: dict[Place, Flap] = {}
    by_object: dict[tuple[str, str], list[str]] = {}
    for ref in refs:
        by_object.setdefault((ref.connection, ref.object), []).append(ref.id)
    for (connection, kind), ids in by_object.items():
        for portion in chunks(ids):
            rows = tx.execute(
                table.select().where(
                    table.c.connection == connection, table.c.object == kind, table.c.record_id.in_(portion)
                )
            )
            found |= {flap.place: flap for flap in map(_to_flap, rows)}
    return found


def save(tx: Tx, flaps: Sequence[Flap]) -> None:
    """Write what is known of these places now; who overwrote them is forgotten, for it may be another by now."""
    upsert(
        tx,
        table,
        [
            {
                "connection": each.place.ref.connection,
                "object": each.place.ref.object,
                "field": each.place.field,
                "record_id": each.place.ref.id,
                "times": list(each.times),
                "last_at": each.times[-1],
                "counted": each.counted,
                "stopped_at": each.stopped_at,
                "who": None,
            }
            for each in flaps
        ],
    )


def stop_everywhere(tx: Tx, field: FieldOf, *, now: datetime) -> None:
    """Write this field on no record of its object."""
    ref = RecordRef(connection=field.connection, object=field.object, id=EVERY_RECORD)
    save(tx, [Flap(place=Place(ref=ref, field=field.field), times=(now,), counted=0, stopped_at=now)])


def stops(tx: Tx) -> Stops:
    """Every place where nothing is written now."""
    places, fields = set(), set()
    for row in tx.execute(table.select().where(table.c.stopped_at.is_not(None))):
        place = _place(row)
        if row.record_id == EVERY_RECORD:
            fields.add(place.column)
        else:
            places.add(place)
    return Stops(frozenset(places), frozenset(fields))


def stopped(tx: Tx) -> list[Stopped]:
    """By field: on how many records it is stopped, since when, and by whom it was overwritten."""
    columns = table.c
    found: dict[FieldOf, list[AnyRow]] = {}
    for row in tx.execute(table.select().where(columns.stopped_at.is_not(None)).order_by(columns.stopped_at)):
        found.setdefault(_place(row).column, []).append(row)
    return [_as_stopped(field, rows) for field, rows in sorted(found.items())]


def _as_stopped(field: FieldOf, rows: Sequence[AnyRow]) -> Stopped:
    named = [row.who for row in rows if row.who is not None]
    return Stopped(
        field=field,
        records=sum(1 for row in rows if row.record_id != EVERY_RECORD),
        everywhere=any(row.record_id == EVERY_RECORD for row in rows),
        since=rows[0].stopped_at,
        who=next(filter(None, named), "") if named else None,
    )


def unnamed(tx: Tx, connection: str) -> dict[FieldOf, set[str]]:
    """Stopped fields of which nobody was asked yet who overwrites them, with the record ids."""
    rows = tx.execute(
        table.select().where(table.c.connection == connection, table.c.stopped_at.is_not(None), table.c.who.is_(None))
    )
    found: dict[FieldOf, set[str]] = {}
    for row in rows:
        found.setdefault(_place(row).column, set()).add(row.record_id)
    return found


def name(tx: Tx, field: FieldOf, who: str) -> None:
    """Note who overwrites the field; empty: the system does not tell."""
    tx.execute(update(table).where(_is_of(field), table.c.stopped_at.is_not(None)).values(who=who))


def resume(tx: Tx, field: FieldOf) -> set[LeadId]:
    """Begin anew with this field on every record; returns the leads for whom something is wished there."""
    known = {row.record_id for row in tx.execute(select(table.c.record_id).where(_is_of(field)))}
    wished = desired.wished_of(tx, field.connection, field.object, field.field)
    leads = {lead for record_id, lead in wished.items() if EVERY_RECORD in known or record_id in known}
    tx.execute(delete(table).where(_is_of(field)))
    return leads


def forget_quiet(tx: Tx, *, before: datetime) -> None:
    """Drop what was overwritten too long ago to count and was never stopped."""
    tx.execute(delete(table).where(table.c.last_at < before, table.c.stopped_at.is_(None)))


def count_stopped(tx: Tx, fields: Iterable[FieldOf]) -> dict[FieldOf, int]:
    """On how many records each of these fields is stopped."""
    wanted = list(fields)
    if not wanted:
        return {}
    rows = tx.execute(
        select(table.c.connection, table.c.object, table.c.field, func.count())
        .where(or_(*(_is_of(field) for field in wanted)), table.c.stopped_at.is_not(None))
        .group_by(table.c.connection, table.c.object, table.c.field)
    )
    return {FieldOf(connection=row[0], object=row[1], field=row[2]): row[3] for row in rows}


def _is_of(field: FieldOf) -> ColumnElement[bool]:
    return and_(table.c.connection == field.connection, table.c.object == field.object, table.c.field == field.field)


def _place(row: AnyRow) -> Place:
    return Place(ref=RecordRef(connection=row.connection, object=row.object, id=row.record_id), field=row.field)


def _to_flap(row: AnyRow) -> Flap:
    times = tuple(from_text(each) for each in row.times)
    return Flap(place=_place(row), times=times, counted=row.counted or 0, stopped_at=row.stopped_at)
