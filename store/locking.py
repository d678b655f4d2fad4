"""Locks several rows in one order, whoever locks them: in two orders, each would wait for the other."""

from typing import Any

from sqlalchemy import Column, collate

from store.columns import AnySelect
from store.engine import Tx


def locked(tx: Tx, query: AnySelect, column: Column[Any]) -> AnySelect:
    """`query` with its rows locked in Python's order of `column`, which not every collation of PostgreSQL is.

    SQLite locks no rows: there is one writer at a time.
    """
    return query.order_by(collate(column, "C")).with_for_update() if tx.dialect.name == "postgresql" else query


def lock_by(tx: Tx, column: str) -> str:
    """As `locked`, for the end of a statement in words."""
    return f' ORDER BY {column} COLLATE "C" FOR UPDATE' if tx.dialect.name == "postgresql" else ""
