"""The lists we keep in each system, and the ids they have there."""

from sqlalchemy import select

from store.engine import Tx
from store.schema import remote_list as table
from store.upserts import upsert_one


def ensure(tx: Tx, connection: str, name: str, remote_id: str) -> None:
    """Remember a list's id; a list that was made anew gets its new one."""
    upsert_one(tx, table, {"connection": connection, "name": name, "remote_id": remote_id})


def ids(tx: Tx, connection: str) -> dict[str, str]:
    """Name → id."""
    rows = tx.execute(select(table.c.name, table.c.remote_id).where(table.c.connection == connection))
    return {row.name: row.remote_id for row in rows}
