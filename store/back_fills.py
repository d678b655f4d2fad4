"""Streams that are read once more from their start, beside what is new: for whom, how far, how much there is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from domain.record import Cursor
from store.columns import AnyRow
from store.engine import Tx
from store.schema import back_fill as table
from store.schema import record
from store.upserts import upsert_one


@dataclass(frozen=True, slots=True, kw_only=True)
class BackFill:
    """One stream to be read again. `rows`: how many records there were when it was asked for; `read`: so far."""

    connection: str
    stream: str
    fields: tuple[str, ...]
    rows: int
    read: int
    cursor: Cursor | None
    asked_at: datetime


def ask(tx: Tx, connection: str, stream: str, fields: Iterable[str], *, now: datetime) -> None:
    """Have a stream read again for these fields; one that is being read begins anew, for those before as well."""
    before = {each.stream: each for each in of(tx, connection)}.get(stream)
    wanted = sorted({*fields, *(before.fields if before is not None else ())})
    upsert_one(
        tx,
        table,
        {
            "connection": connection,
            "stream": stream,
            "fields": wanted,
            "position": None,
            "rows": rows_of(tx, connection, stream),
            "read": 0,
            "asked_at": now,
        },
    )


def of(tx: Tx, connection: str | None = None) -> list[BackFill]:
    """What is left to read, of one connection or of all."""
    query = select(table).order_by(table.c.connection, table.c.stream)
    query = query if connection is None else query.where(table.c.connection == connection)
    return [_back_fill(row) for row in tx.execute(query)]


def advance(tx: Tx, connection: str, stream: str, cursor: Cursor, *, read: int) -> None:
    """Note how far it was read, together with the rows of the page."""
    tx.execute(
        update(table)
        .where(table.c.connection == connection, table.c.stream == stream)
        .values(position=cursor.position, read=table.c.read + read)
    )


def end(tx: Tx, one: BackFill) -> bool:
    """It was read to its end; False when it was asked for once more meanwhile."""
    place = (table.c.connection == one.connection, table.c.stream == one.stream, table.c.asked_at == one.asked_at)
    return tx.execute(delete(table).where(*place)).rowcount == 1


def rows_of(tx: Tx, connection: str, object: str) -> int:
    """How many living records of an object were ever read."""
    mine = (record.c.connection == connection, record.c.object == object, ~record.c.archived)
    return tx.execute(select(func.count()).select_from(record).where(*mine)).scalar_one()


def _back_fill(row: AnyRow) -> BackFill:
    return BackFill(
        connection=row.connection,
        stream=row.stream,
        fields=tuple(row.fields),
        rows=row.rows,
        read=row.read,
        cursor=None if row.position is None else Cursor(position=row.position),
        asked_at=row.asked_at,
    )
