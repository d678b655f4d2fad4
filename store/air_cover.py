"""Accounts on which air cover is asked for, each with whose they are and since when. A few hundred at most."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select

from domain.air_cover import CoverRequest
from domain.values import RecordRef
from store.engine import Tx
from store.schema import air_cover as table
from store.upserts import upsert


def every(tx: Tx) -> list[CoverRequest]:
    """All of them, the oldest first; of one moment in the order of their references."""
    rows = tx.execute(select(table).order_by(table.c.asked_at, table.c.connection, table.c.object, table.c.id))
    return [
        CoverRequest(
            ref=RecordRef(connection=row.connection, object=row.object, id=row.id),
            owner=row.owner,
            asked_at=row.asked_at,
        )
        for row in rows
    ]


def put(tx: Tx, requests: Iterable[CoverRequest]) -> None:
    rows = [
        {
            "connection": each.ref.connection,
            "object": each.ref.object,
            "id": each.ref.id,
            "owner": each.owner,
            "asked_at": each.asked_at,
        }
        for each in requests
    ]
    upsert(tx, table, rows)


def drop(tx: Tx, refs: Collection[RecordRef]) -> None:
    for ref in refs:
        tx.execute(
            delete(table).where(
                table.c.connection == ref.connection, table.c.object == ref.object, table.c.id == ref.id
            )
        )
