"""Insert or update by primary key, said once for both databases."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from store.engine import Tx

_INSERTS: Mapping[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
"""Each dialect's own INSERT, which knows ON CONFLICT; both have the same methods."""


def insert_for(tx: Tx, table: Table) -> Any:
    return _INSERTS[tx.dialect.name](table)


def upsert(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that all name the same columns; those of an existing key are updated in what they name."""
    if not rows:
        return
    tx.execute(_upsert(tx.dialect.name, table, tuple(rows[0])), [dict(row) for row in rows])


@lru_cache(maxsize=512)
def _upsert(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    keys = {column.name for column in table.primary_key}
    statement = _INSERTS[dialect](table)
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=sorted(keys))
    return statement.on_conflict_do_update(index_elements=sorted(keys), set_=changed)


def upsert_one(tx: Tx, table: Table, row: Mapping[str, Any]) -> None:
    upsert(tx, table, [row])


def insert_new(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows whose key is not there yet and leave the others alone."""
    if rows:
        tx.execute(insert_for(tx, table).on_conflict_do_nothing(), [dict(row) for row in rows])
