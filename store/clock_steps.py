"""The steps that clocks took, as they were taken, and how often leads were not touched in time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select

from domain.handoff import StepTaken
from domain.values import LeadId
from store.chunks import by_lead
from store.columns import AnyRow
from store.engine import Tx
from store.schema import clock_step as table


def save(tx: Tx, steps: Sequence[StepTaken]) -> None:
    rows = [
        {
            "lead_id": each.lead_id,
            "handoff": each.handoff,
            "step": each.step,
            "owner": each.owner,
            "due_at": each.due_at,
            "at": each.at,
            "enforced": each.enforced,
        }
        for each in steps
    ]
    if rows:
        tx.execute(table.insert(), rows)


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[StepTaken]]:
    """Every step of these leads' handoffs, as they were taken."""
    return by_lead(tx, table, ids, _to_step, order=[table.c.at, table.c.id])


def _to_step(row: AnyRow) -> StepTaken:
    return StepTaken(
        lead_id=LeadId(row.lead_id),
        handoff=row.handoff,
        step=row.step,
        owner=row.owner,
        due_at=row.due_at,
        at=row.at,
        enforced=row.enforced,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """Leads of one rep that were not touched in time; `counted`: those of them on which no clock acted."""

    owner: str
    all: int
    counted: int


def breaches(tx: Tx, *, since: datetime) -> list[Breaches]:
    """By rep, the most first: the steps called `breach`, in whichever turn."""
    every = func.count()
    silent = func.sum(case((table.c.enforced, 0), else_=1))
    rows = tx.execute(
        select(table.c.owner, every, silent)
        .where(table.c.at >= since, or_(table.c.step == "breach", table.c.step.like("breach:%")))
        .group_by(table.c.owner)
        .order_by(every.desc(), table.c.owner)
    )
    return [Breaches(owner=row[0], all=row[1], counted=row[2]) for row in rows]
