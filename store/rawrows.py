"""Rows as they lie in their table, whatever their columns are: to be remembered, put back, or moved to another lead."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Table

from domain.values import LeadId, RecordRef
from store.chunks import BulkInsert, chunks, read_many, run_many
from store.engine import Tx

Raw: TypeAlias = dict[str, Any]
"""Column → value in its raw form."""


def of_lead(tx: Tx, table: Table, lead_id: LeadId, *, column: str = "lead_id", locked: bool = False) -> list[Raw]:
    """Every row of a lead, in the order of its key; `locked`: nobody else may change them until the commit."""
    names = [str(each.name) for each in table.c]
    key = ", ".join(each.name for each in table.primary_key)
    last = " FOR UPDATE" if locked and tx.dialect.name == "postgresql" else ""
    statement = f"SELECT {', '.join(names)} FROM {table.name} WHERE {column} IN ({{keys}}) ORDER BY {key}{last}"  # noqa: S608 - names of our own
    return [dict(zip(names, row, strict=True)) for row in read_many(tx, statement, [lead_id])]


def put_back(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as they were, over what stands under their keys. Columns that came since keep their default."""
    if not rows:
        return
    key = [each.name for each in table.primary_key]
    names = [each.name for each in table.c if each.name in rows[0]]
    rest = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    tail = f"ON CONFLICT ({', '.join(key)}) DO " + (f"UPDATE SET {rest}" if rest else "NOTHING")
    BulkInsert(table, names, tail).run(tx, [tuple(row[name] for name in names) for row in rows])


def drop(tx: Tx, table: Table, lead_ids: Iterable[LeadId]) -> None:
    run_many(tx, f"DELETE FROM {table.name} WHERE lead_id = ?", [(each,) for each in lead_ids])  # noqa: S608


def move(tx: Tx, table: Table, key: Sequence[str], which: Collection[Any], *, of: LeadId, to: LeadId) -> None:
    """Give these rows of one lead to another; `which`: the values of their `key`, or of its one column."""
    same = " AND ".join(f"{name} = ?" for name in key)
    statement = f"UPDATE {table.name} SET lead_id = ? WHERE lead_id = ? AND {same}"  # noqa: S608
    values = [tuple(each) if isinstance(each, list | tuple) else (each,) for each in which]
    for portion in chunks(values):
        run_many(tx, statement, [(to, of, *each) for each in portion])


def move_records(
    tx: Tx,
    table: Table,
    refs: Collection[RecordRef],
    *,
    of: LeadId,
    to: LeadId,
    prefix: str = "",
    id: str = "record_id",
) -> None:
    """Give to another lead what lies with these records. `prefix`: of the columns that name the record."""
    key = (f"{prefix}connection", f"{prefix}object", id)
    move(tx, table, key, [(ref.connection, ref.object, ref.id) for ref in sorted(refs)], of=of, to=to)
