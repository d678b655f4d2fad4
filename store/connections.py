"""The connections as the installation knows them, and how far each stream has been read."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, select, update

from domain.errors import WrongAccountError
from domain.record import Cursor
from domain.run import Connection, ConnectionStatus
from store.columns import AnyRow
from store.engine import Tx
from store.schema import connection as connections
from store.schema import cursor as cursor_table
from store.upserts import insert_new, upsert

_ONE = select(connections).where(connections.c.name == bindparam("name"))
_CURSORS = select(cursor_table.c.stream, cursor_table.c.position).where(
    cursor_table.c.connection == bindparam("connection")
)


def ensure(tx: Tx, names: Iterable[str], *, now: datetime) -> None:
    """Make the named connections known; those that are known stay as they are."""
    rows = [{"name": name, "status": ConnectionStatus.RUNNING.value, "since": now} for name in names]
    insert_new(tx, connections, rows)


def all(tx: Tx) -> list[Connection]:
    return [_connection(row) for row in tx.execute(select(connections).order_by(connections.c.name))]


def get(tx: Tx, name: str) -> Connection | None:
    row = tx.execute(_ONE, {"name": name}).first()
    return None if row is None else _connection(row)


def set_status(tx: Tx, name: str, status: ConnectionStatus, *, reason: str | None, now: datetime) -> bool:
    """Change the status; True when it or its reason is another than before. `since` moves with the status only."""
    changed = tx.execute(
        update(connections)
        .where(connections.c.name == name, connections.c.status != status.value)
        .values(status=status.value, reason=reason, since=now)
    ).rowcount
    reworded = tx.execute(
        update(connections)
        .where(connections.c.name == name, connections.c.reason.is_distinct_from(reason))
        .values(reason=reason)
    ).rowcount
    return bool(changed or reworded)


def pin_account(tx: Tx, name: str, account_id: str) -> None:
    """Tie the connection to one org or portal for good; WrongAccountError when it was tied to another."""
    tx.execute(
        update(connections)
        .where(connections.c.name == name, connections.c.account_id.is_(None))
        .values(account_id=account_id)
    )
    pinned = tx.execute(select(connections.c.account_id).where(connections.c.name == name)).scalar()
    if pinned != account_id:
        raise WrongAccountError(another_account(name, account_id, str(pinned)))


def another_account(name: str, account_id: str, pinned: str) -> str:
    """What is said of a connection that leads to another org or portal than it was set up with."""
    return (
        f"Connection '{name}' is logged in to account {account_id}, but it was set up with {pinned}. Nothing was "
        "written. Use the credentials of the first account, or give the new one a connection of its own."
    )


def cursor(tx: Tx, connection: str, stream: str) -> Cursor | None:
    return cursors(tx, connection).get(stream)


def cursors(tx: Tx, connection: str) -> dict[str, Cursor]:
    rows = tx.execute(_CURSORS, {"connection": connection})
    return {row.stream: Cursor(position=row.position) for row in rows}


def save_cursor(tx: Tx, connection: str, stream: str, cursor: Cursor, *, read_at: datetime) -> None:
    save_cursors(tx, connection, {stream: cursor}, read_at=read_at)


def save_cursors(tx: Tx, connection: str, cursors: Mapping[str, Cursor], *, read_at: datetime) -> None:
    """By stream."""
    rows = [
        {"connection": connection, "stream": stream, "position": cursor.position, "read_at": read_at}
        for stream, cursor in cursors.items()
    ]
    upsert(tx, cursor_table, rows)


def forget_cursors(tx: Tx, connection: str, streams: Iterable[str]) -> None:
    """Have these streams read from their start, at once."""
    for stream in streams:
        tx.execute(delete(cursor_table).where(cursor_table.c.connection == connection, cursor_table.c.stream == stream))


def let_be_due(tx: Tx, connection: str, streams: Iterable[str]) -> None:
    """Have these streams gone on with at the next look, from where their cursors stand, whatever their pace."""
    tx.execute(
        update(cursor_table)
        .where(cursor_table.c.connection == connection, cursor_table.c.stream.in_(sorted(streams)))
        .values(read_at=datetime.fromtimestamp(0, UTC))
    )


def read_at(tx: Tx, connection: str) -> dict[str, datetime]:
    """When each stream was last read."""
    rows = tx.execute(
        select(cursor_table.c.stream, cursor_table.c.read_at).where(cursor_table.c.connection == connection)
    )
    return {row.stream: row.read_at for row in rows}


def _connection(row: AnyRow) -> Connection:
    return Connection(
        name=row.name,
        status=ConnectionStatus(row.status),
        account_id=row.account_id,
        reason=row.reason,
        since=row.since,
    )
