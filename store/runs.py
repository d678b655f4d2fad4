"""The record of every cycle: what started it, what it counted, what failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from domain.audit import LOOP
from domain.change import ChangeKind
from domain.run import OutboxStatus, Run
from store.columns import AnyRow
from store.engine import Tx
from store.schema import outbox
from store.schema import run as table


def start(tx: Tx, trigger: str, *, now: datetime, actor: str = LOOP) -> int:
    """Begin a run; returns its number. `actor`: who wanted it."""
    row = {"trigger": trigger, "started_at": now, "counts": {}, "failures": [], "actor": actor}
    number: int = tx.execute(table.insert().returning(table.c.id), row).scalar_one()
    return number


def finish(tx: Tx, run_id: int, *, now: datetime, counts: Mapping[str, int], failures: Sequence[str] = ()) -> None:
    """End a run. One that was never ended belongs to a process that stopped in the middle."""
    tx.execute(
        update(table).where(table.c.id == run_id).values(ended_at=now, counts=dict(counts), failures=list(failures))
    )


def last(tx: Tx, n: int) -> list[Run]:
    """The last runs, newest first."""
    return [_to_run(row) for row in tx.execute(select(table).order_by(table.c.id.desc()).limit(n))]


def get(tx: Tx, run_id: int) -> Run:
    """The run of this number; LookupError when there is none."""
    found = find(tx, run_id)
    if found is None:
        raise LookupError(f"there is no run {run_id}")
    return found


def find(tx: Tx, run_id: int) -> Run | None:
    """The run of this number; None when there is none, or it was too long ago."""
    row = tx.execute(select(table).where(table.c.id == run_id)).first()
    return None if row is None else _to_run(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many writes of a run to one object stand so; `code` is the outcome or the system's own word."""

    connection: str
    object: str
    kind: ChangeKind
    status: OutboxStatus
    code: str
    count: int


def written(tx: Tx, run_id: int) -> list[Written]:
    """What a run put out, as it stands now. A write that a later run replaced before it was sent is that one's."""
    columns = (outbox.c.connection, outbox.c.object, outbox.c.kind, outbox.c.status, outbox.c.code)
    rows = tx.execute(
        select(*columns, func.count()).where(outbox.c.run_id == run_id).group_by(*columns).order_by(*columns)
    )
    return [
        Written(
            connection=row[0],
            object=row[1],
            kind=ChangeKind(row[2]),
            status=OutboxStatus(row[3]),
            code=row[4],
            count=row[5],
        )
        for row in rows
    ]


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """Delete the records of runs that began before a moment, the first `limit` of them; returns how many."""
    oldest = tx.execute(select(table.c.id, table.c.started_at).order_by(table.c.id).limit(limit))
    over = [row.id for row in oldest if row.started_at < before]
    if over:
        tx.execute(delete(table).where(table.c.id.in_(over)))
    return len(over)


def _to_run(row: AnyRow) -> Run:
    return Run(
        id=row.id,
        trigger=row.trigger,
        started_at=row.started_at,
        ended_at=row.ended_at,
        counts=row.counts,
        failures=tuple(row.failures),
        actor=row.actor,
    )
