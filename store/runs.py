"""The record of every cycle: what started it, what it counted, what failed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from domain.run import Run
from store.columns import AnyRow
from store.engine import Tx
from store.schema import run as table


def start(tx: Tx, trigger: str, *, now: datetime) -> int:
    """Begin a run; returns its number."""
    row = {"trigger": trigger, "started_at": now, "counts": {}, "failures": []}
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
    row = tx.execute(select(table).where(table.c.id == run_id)).first()
    if row is None:
        raise LookupError(f"there is no run {run_id}")
    return _to_run(row)


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
    )
