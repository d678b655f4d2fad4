"""The inbox of hints: kept before the system that told them is thanked, settled with the records they led to.

Whoever receives may be a standby, so adding needs no lead; taking and settling is the loop's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, update

from domain.hint import Hint, HintKind
from store.chunks import chunks, delete_oldest
from store.engine import Tx
from store.schema import hint as table
from store.upserts import insert_for

KEPT_FOR = timedelta(days=7)
"""A system repeats what it told for a day at most; as long as a hint is kept it is known to be a repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A hint that was not followed yet, and how often that failed."""

    id: int
    hint: Hint
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits of one connection: how many hints, since when, and how many of them were tried and not read."""

    connection: str
    hints: int
    oldest_at: datetime
    failed: int


def add(tx: Tx, hints: Sequence[Hint], *, now: datetime) -> int:
    """Keep what was not told before; returns how many that were."""
    rows = [
        {
            "connection": each.connection,
            "key": each.key,
            "object": each.object,
            "record_id": each.record_id,
            "kind": each.kind.value,
            "occurred_at": each.occurred_at,
            "arrived_at": now,
            "due_at": now,
        }
        for each in sorted({(each.connection, each.key): each for each in hints}.values(), key=lambda each: each.key)
    ]
    added = 0
    for portion in chunks(rows):
        statement = insert_for(tx, table).values(portion).on_conflict_do_nothing().returning(table.c.id)
        added += len(tx.execute(statement).all())
    return added


def take(tx: Tx, connection: str, *, now: datetime, limit: int) -> list[Waiting]:
    """The hints of a connection that are due, those first that wait longest."""
    query = (
        select(table)
        .where(table.c.connection == connection, table.c.settled_at.is_(None), table.c.due_at <= now)
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
    )
    return [
        Waiting(
            id=row.id,
            hint=Hint(
                connection=row.connection,
                key=row.key,
                object=row.object,
                record_id=row.record_id,
                kind=HintKind(row.kind),
                occurred_at=row.occurred_at,
            ),
            attempts=row.attempts,
        )
        for row in tx.execute(query)
    ]


def has_due(tx: Tx, connection: str, *, now: datetime) -> bool:
    """Whether `take` would give anything: asked every second, and answered from the index alone."""
    query = select(table.c.due_at).where(
        table.c.connection == connection, table.c.settled_at.is_(None), table.c.due_at <= now
    )
    return tx.execute(query.limit(1)).first() is not None


def settle(tx: Tx, ids: Collection[int], *, now: datetime) -> None:
    """Note that these were followed: in the transaction that keeps what was read."""
    for portion in chunks(sorted(ids)):
        tx.execute(update(table).where(table.c.id.in_(portion)).values(settled_at=now))


def put_off(tx: Tx, ids: Collection[int], *, until: datetime) -> None:
    """Let hints wait: before they are followed, so that one which ends the process is not met again at once."""
    for portion in chunks(sorted(ids)):
        tx.execute(update(table).where(table.c.id.in_(portion)).values(due_at=until, attempts=table.c.attempts + 1))


def counts(tx: Tx) -> dict[str, int]:
    """How many hints wait, by connection."""
    query = select(table.c.connection, func.count()).where(table.c.settled_at.is_(None)).group_by(table.c.connection)
    return {row[0]: row[1] for row in tx.execute(query)}


def backlog(tx: Tx) -> list[Backlog]:
    """Every connection of which hints wait, by name."""
    failed = func.sum(case((table.c.attempts > 0, 1), else_=0))
    query = (
        select(
            table.c.connection,
            func.count().label("hints"),
            func.min(table.c.arrived_at).label("oldest_at"),
            failed.label("failed"),
        )
        .where(table.c.settled_at.is_(None))
        .group_by(table.c.connection)
        .order_by(table.c.connection)
    )
    return [
        Backlog(connection=row.connection, hints=row.hints, oldest_at=row.oldest_at, failed=int(row.failed))
        for row in tx.execute(query)
    ]


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """Delete what arrived before a moment, followed or not: polling has found it long since. Returns how many."""
    return delete_oldest(tx, table.c.arrived_at, before=before, limit=limit)
