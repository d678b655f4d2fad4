"""Takes activities out of every count, and back in: a row is never rewritten or deleted, only marked.

What a system took back (a deleted task, a cancelled meeting) counts again when the system shows it
again. What a person retracted stays out for good.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from domain.values import LeadId
from store import audit
from store.chunks import chunks, run_many
from store.columns import AnyRow, maybe_micros
from store.engine import Tx
from store.locking import locked
from store.schema import activity as table

ActivityKey: TypeAlias = tuple[str, str, str]
"""(connection, stream, external id)."""

Retracted: TypeAlias = tuple[ActivityKey, LeadId | None]
"""What was marked or unmarked, and the lead that this touches."""

UNCLAIMED = 0
TAKEN_BACK = "the system took it back"


def by_system(tx: Tx, keys: Collection[ActivityKey], *, at: datetime) -> list[Retracted]:
    """The system shows these no more: they count no more, until it shows them again."""
    return _retract(tx, keys, why=TAKEN_BACK, at=at)


def by_person(tx: Tx, keys: Collection[ActivityKey], *, reason: str, at: datetime) -> list[Retracted]:
    """A person says that these never count, whatever the system says later; also where they use the system's words."""
    reason = f"{reason}, a person said" if reason == TAKEN_BACK else reason
    found = _retract(tx, keys, why=reason, at=at)
    _change(tx, _found(tx, keys, table.c.retracted_why == TAKEN_BACK), retracted_at=at, why=reason)
    return found


def _retract(tx: Tx, keys: Collection[ActivityKey], *, why: str, at: datetime) -> list[Retracted]:
    rows = _found(tx, keys, table.c.retracted_at.is_(None))
    _change(tx, rows, retracted_at=at, why=why)
    return [(key_of(row), lead_of(row)) for row in rows]


def restore(tx: Tx, keys: Collection[ActivityKey], *, at: datetime) -> list[Retracted]:
    """Let what only its system took back count again. That it was away, and since when, stays in the audit."""
    rows = _found(tx, keys, table.c.retracted_why == TAKEN_BACK)
    _change(tx, rows, retracted_at=None, why=None)
    audit.append(tx, [_restoration(row, at) for row in rows])
    return [(key_of(row), lead_of(row)) for row in rows]


def _restoration(row: AnyRow, at: datetime) -> audit.AuditEntry:
    return audit.AuditEntry(
        at=at,
        actor=row.connection,
        action=f"restored: {TAKEN_BACK} at {row.retracted_at:%Y-%m-%dT%H:%M:%SZ} and shows it again",
        connection=row.connection,
        object=row.stream,
        record_id=row.external_id,
        lead_id=lead_of(row),
    )


def _change(tx: Tx, rows: Sequence[AnyRow], *, retracted_at: datetime | None, why: str | None) -> None:
    run_many(
        tx,
        "UPDATE activity SET retracted_at = ?, retracted_why = ? "
        "WHERE connection = ? AND stream = ? AND external_id = ?",
        [(maybe_micros(retracted_at), why, *key_of(row)) for row in rows],
    )


def _found(tx: Tx, keys: Collection[ActivityKey], which: ColumnElement[bool]) -> list[AnyRow]:
    """Those of these activities that are so, locked."""
    columns = table.c
    by_stream: dict[tuple[str, str], list[str]] = {}
    for connection, stream, external_id in sorted(keys):
        by_stream.setdefault((connection, stream), []).append(external_id)
    found: list[AnyRow] = []
    for (connection, stream), ids in by_stream.items():
        for portion in chunks(ids):
            query = select(
                columns.connection, columns.stream, columns.external_id, columns.lead_id, columns.retracted_at
            ).where(columns.connection == connection, columns.stream == stream, columns.external_id.in_(portion), which)
            found += tx.execute(locked(tx, query, columns.external_id)).all()
    return found


def key_of(row: AnyRow) -> ActivityKey:
    return (row.connection, row.stream, row.external_id)


def lead_of(row: AnyRow) -> LeadId | None:
    return None if row.lead_id == UNCLAIMED else LeadId(row.lead_id)
