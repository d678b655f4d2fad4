"""Insert or update by primary key, said once for both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from store.engine import Tx


def insert_for(tx: Tx, table: Table) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT; both have the same methods."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that all name the same columns; those of an existing key are updated in what they name."""
    if not rows:
        return
    keys = {column.name for column in table.primary_key}
    statement = insert_for(tx, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    statement = (
        statement.on_conflict_do_update(index_elements=sorted(keys), set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=sorted(keys))
    )
    tx.execute(statement, [dict(row) for row in rows])


def upsert_one(tx: Tx, table: Table, row: Mapping[str, Any]) -> None:
    upsert(tx, table, [row])


def insert_new(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows whose key is not there yet and leave the others alone."""
    if rows:
        tx.execute(insert_for(tx, table).on_conflict_do_nothing(), [dict(row) for row in rows])
