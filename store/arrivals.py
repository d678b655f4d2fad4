"""What a neighbour has still to carry to the other system, and since when we wait for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from domain.place import FieldOf, Place
from domain.values import LeadId, RecordRef
from store.chunks import chunks
from store.engine import Tx
from store.schema import arrival as table
from store.upserts import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A field in which values have not arrived for too long: how many, and since when the oldest."""

    field: FieldOf
    values: int
    since: datetime


def replace(tx: Tx, awaited: Mapping[LeadId, Collection[Place]], *, now: datetime) -> None:
    """Make these all that is awaited for these leads; what was awaited before keeps the moment since when."""
    known = _known(tx, awaited)
    gone = [place for lead, places in known.items() for place in places if place not in awaited[lead]]
    if gone:
        tx.execute(delete(table).where(or_(*map(_is_at, gone))))
    rows = [(lead, place) for lead, places in awaited.items() for place in places if place not in known.get(lead, ())]
    upsert(tx, table, [_to_row(lead, place, now) for lead, place in rows])


def overdue(tx: Tx, *, before: datetime) -> list[Overdue]:
    """By field, what is awaited since before then."""
    columns = (table.c.connection, table.c.object, table.c.field)
    rows = tx.execute(
        select(*columns, func.count(), func.min(table.c.since))
        .where(table.c.since < before)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        Overdue(field=FieldOf(connection=row[0], object=row[1], field=row[2]), values=row[3], since=row[4])
        for row in rows
    ]


def _known(tx: Tx, ids: Collection[LeadId]) -> dict[LeadId, set[Place]]:
    found: dict[LeadId, set[Place]] = {}
    for portion in chunks(ids):
        for row in tx.execute(table.select().where(table.c.lead_id.in_(portion))):
            ref = RecordRef(connection=row.connection, object=row.object, id=row.record_id)
            found.setdefault(LeadId(row.lead_id), set()).add(Place(ref=ref, field=row.field))
    return found


def _is_at(place: Place) -> ColumnElement[bool]:
    ref = place.ref
    return and_(
        table.c.connection == ref.connection,
        table.c.object == ref.object,
        table.c.field == place.field,
        table.c.record_id == ref.id,
    )


def _to_row(lead: LeadId, place: Place, now: datetime) -> dict[str, object]:
    ref = place.ref
    return {
        "connection": ref.connection,
        "object": ref.object,
        "field": place.field,
        "record_id": ref.id,
        "lead_id": lead,
        "since": now,
    }
