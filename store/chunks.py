"""Many rows in few statements: portions that every database takes, and bulk statements compiled once.

What a cycle reads or writes of every lead (leads, records, facts, activities, wishes, what was agreed, scores,
outbox, audit) runs through `exec_driver_sql`: measured at 1.1 to 1.2 times the bare driver, against 2.2 to 3.6 for
compiled Core.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Boolean, Column, Connection, LargeBinary, Table, delete, select
from sqlalchemy.types import BigInteger, Integer, TypeDecorator

from domain.values import LeadId
from store.columns import AnyRow

T = TypeVar("T")

ROWS = 500
"""Keys or rows per statement: SQLite takes 32,766 variables, and a write there should be short."""
_KEPT_STATEMENTS = 16
"""Texts, of each table's inserts: every number of rows is another one, of up to 20 KB."""


def chunks(items: Iterable[T], size: int = ROWS) -> Iterator[list[T]]:
    iterator = iter(items)
    while portion := list(islice(iterator, size)):
        yield portion


def by_lead(
    tx: Connection, table: Table, leads: Iterable[LeadId], read: Callable[[AnyRow], T], *, order: Sequence[Column[Any]]
) -> dict[LeadId, list[T]]:
    """Every row of these leads as `read` makes it, each lead's in the order of these columns."""
    found: dict[LeadId, list[T]] = {}
    for portion in chunks(leads):
        query = select(table).where(table.c.lead_id.in_(portion)).order_by(table.c.lead_id, *order)
        for row in tx.execute(query).all():
            found.setdefault(LeadId(row.lead_id), []).append(read(row))
    return found


def delete_oldest(tx: Connection, moment: Column[datetime], *, before: datetime, limit: int) -> int:
    """Delete the oldest `limit` rows whose moment lies before another; returns how many. Their table has an `id`."""
    table = moment.table
    over = select(table.c.id).where(moment < before).order_by(moment).limit(limit)
    ids = tx.execute(over.with_for_update(skip_locked=True)).scalars().all()
    if ids:
        tx.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)


class BulkInsert:
    """`INSERT ... <tail>` of many rows, given in the columns' raw form; the tail may hold ON CONFLICT and RETURNING."""

    def __init__(self, table: Table, columns: Sequence[str], tail: str) -> None:
        self.columns = tuple(columns)
        self._head = f"INSERT INTO {table.name} ({', '.join(columns)}) "
        self.tail = tail
        self.arrays = ", ".join(f"%b::{_array_type(table, column)}" for column in columns)
        self._postgresql = f"{self._head}SELECT * FROM unnest({self.arrays}) {tail}"  # noqa: S608 - names of our own
        self._sqlite = lru_cache(maxsize=_KEPT_STATEMENTS)(self._values)

    def run(self, tx: Connection, rows: Sequence[tuple[Any, ...]]) -> list[AnyRow]:
        """Insert; the rows that RETURNING named, if it stands in the tail."""
        found: list[AnyRow] = []
        for portion in chunks(rows):
            if tx.dialect.name == "postgresql":
                result = tx.exec_driver_sql(
                    self._postgresql, tuple(list(column) for column in zip(*portion, strict=True))
                )
            else:
                flat = tuple(value for row in portion for value in row)
                result = tx.exec_driver_sql(self._sqlite(len(portion)), flat)
            if result.returns_rows:
                found.extend(result.all())
        return found

    def _values(self, count: int) -> str:
        row = f"({', '.join('?' * len(self.columns))})"
        return f"{self._head}VALUES {', '.join([row] * count)} {self.tail}"


def _array_type(table: Table, column: str) -> str:
    kind = table.c[column].type
    kind = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(kind, Boolean):
        return "boolean[]"
    if isinstance(kind, BigInteger):
        return "bigint[]"
    if isinstance(kind, Integer):
        return "integer[]"
    return "bytea[]" if isinstance(kind, LargeBinary) else "text[]"


def read_many(tx: Connection, sqlite: str, keys: Iterable[Any], *, given: Sequence[Any] = ()) -> Iterator[AnyRow]:
    """The rows, in the columns' raw form, for every key that takes a place in `{keys}`.

    `given`: the values of the `?` before it.
    """
    for portion in chunks(keys):
        statement = sqlite.format(keys=", ".join("?" * len(portion)))
        statement = statement.replace("?", "%s") if tx.dialect.name == "postgresql" else statement
        yield from tx.exec_driver_sql(statement, (*given, *portion)).all()


def run_many(tx: Connection, sqlite: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """One prepared statement for every row, with `?` for its values on either database."""
    if rows:
        statement = sqlite.replace("?", "%b") if tx.dialect.name == "postgresql" else sqlite
        tx.exec_driver_sql(statement, list(rows))
