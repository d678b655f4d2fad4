"""What a person took back: fields in which a value of ours is not to stand, until something else is wished there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from domain.place import Place
from domain.values import LeadId, RecordRef, Value
from store.chunks import chunks
from store.columns import AnyRow
from store.engine import Tx
from store.schema import undone as table
from store.upserts import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """One field of one record. `value`: what is not written any more; `back`: what goes in its place while it stands.

    `run_id`: the run that was undone; `actor`: by whom.
    """

    place: Place
    lead_id: LeadId
    value: Value
    back: Value
    run_id: int
    actor: str
    at: datetime


def save(tx: Tx, rows: Iterable[Undone]) -> None:
    """Keep these; what was taken back at the same place before is forgotten."""
    for portion in chunks(rows):
        upsert(tx, table, [_to_row(each) for each in portion])


def of_leads(tx: Tx, ids: Collection[LeadId]) -> dict[LeadId, dict[Place, Undone]]:
    """What was taken back on these leads' records."""
    found: dict[LeadId, dict[Place, Undone]] = {}
    for portion in chunks(ids):
        for row in tx.execute(select(table).where(table.c.lead_id.in_(portion))):
            each = _from_row(row)
            found.setdefault(each.lead_id, {})[each.place] = each
    return found


def lift(tx: Tx, places: Iterable[Place]) -> None:
    """These are written again like any other field."""
    columns = table.c
    for place in places:
        ref = place.ref
        tx.execute(
            delete(table).where(
                columns.connection == ref.connection,
                columns.object == ref.object,
                columns.record_id == ref.id,
                columns.field == place.field,
            )
        )


def _to_row(each: Undone) -> Mapping[str, object]:
    ref = each.place.ref
    return {
        "connection": ref.connection,
        "object": ref.object,
        "record_id": ref.id,
        "field": each.place.field,
        "lead_id": each.lead_id,
        "value": each.value,
        "back": each.back,
        "run_id": each.run_id,
        "actor": each.actor,
        "at": each.at,
    }


def _from_row(row: AnyRow) -> Undone:
    ref = RecordRef(connection=row.connection, object=row.object, id=row.record_id)
    return Undone(
        place=Place(ref=ref, field=row.field),
        lead_id=LeadId(row.lead_id),
        value=row.value,
        back=row.back,
        run_id=row.run_id,
        actor=row.actor,
        at=row.at,
    )
