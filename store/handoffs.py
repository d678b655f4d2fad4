"""Handoffs, the moves and assignments that made them, and the router's memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from domain.handoff import Assignment, Handoff, HandoffKind, Outcome, Queue, Verdict
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RuleHash
from store import installation
from store.chunks import by_lead, chunks
from store.columns import AnyRow
from store.engine import Tx
from store.schema import assignment as assignment_table
from store.schema import handoff as table
from store.schema import transition as transition_table
from store.upserts import upsert

_ROUTING = "routing_state"
EXAMPLES = 3


def open_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, Handoff]:
    """The open handoff of those leads that have one."""
    found: dict[LeadId, Handoff] = {}
    for portion in chunks(ids):
        rows = tx.execute(select(table).where(table.c.lead_id.in_(portion), table.c.closed_at.is_(None)))
        found.update({LeadId(row.lead_id): to_handoff(row) for row in rows})
    return found


def all_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Handoff]]:
    """Every handoff of these leads, by number; an open one stands last."""
    return by_lead(tx, table, ids, to_handoff, order=[table.c.number])


def answered(tx: Tx, *, since: datetime | None = None) -> list[Handoff]:
    """The handoffs with an answer in their scorecard, opened since a moment, oldest first."""
    query = select(table).where(table.c.scorecard != {}).order_by(table.c.opened_at, table.c.lead_id, table.c.number)
    rows = tx.execute(query if since is None else query.where(table.c.opened_at >= since))
    return [each for each in map(to_handoff, rows) if any(answer is not None for _, answer in each.scorecard)]


def save(tx: Tx, handoffs: Sequence[Handoff]) -> None:
    """Write handoffs as they stand now. Closed ones first: a lead never has two open ones, not even for a moment."""
    upsert(tx, table, [_to_row(each) for each in sorted(handoffs, key=lambda each: each.is_open)])


def save_transitions(tx: Tx, transitions: Sequence[Transition]) -> None:
    rows = [
        {
            "lead_id": each.lead_id,
            "at": each.at,
            "before": each.before.value,
            "after": each.after.value,
            "cause": each.cause.value,
            "why": each.why,
            "rule_hash": each.rule_hash,
            "handoff": each.handoff,
        }
        for each in transitions
    ]
    if rows:
        tx.execute(transition_table.insert(), rows)


def transitions_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Transition]]:
    """Every move of these leads in the order in which they were made, which a clock that was set back does not tell."""
    return by_lead(tx, transition_table, ids, _to_transition, order=[transition_table.c.id])


def save_assignments(tx: Tx, assignments: Sequence[Assignment]) -> None:
    rows = [
        {
            "lead_id": each.lead_id,
            "handoff": each.handoff,
            "owner": each.owner,
            "at": each.at,
            "rule": each.rule,
            "why": each.why,
            "trace": list(each.trace),
            "rule_hash": each.rule_hash,
        }
        for each in assignments
    ]
    if rows:
        tx.execute(assignment_table.insert(), rows)


def assignments_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Assignment]]:
    """Every assignment of these leads, oldest first."""
    return by_lead(tx, assignment_table, ids, _to_assignment, order=[assignment_table.c.at, assignment_table.c.id])


def open_per_owner(tx: Tx) -> dict[str, int]:
    """How many open handoffs each rep has, by e-mail."""
    rows = tx.execute(
        select(table.c.owner, func.count())
        .where(table.c.closed_at.is_(None), table.c.owner.is_not(None))
        .group_by(table.c.owner)
    )
    return {row[0]: row[1] for row in rows}


def due_within(tx: Tx, *, after: datetime, until: datetime) -> int:
    """How many open handoffs were due to be touched in a stretch of time and are not, as far as is known."""
    columns = table.c
    due = columns.touch_due_at > after, columns.touch_due_at <= until
    return tx.execute(select(func.count()).select_from(table).where(columns.closed_at.is_(None), *due)).scalar() or 0


def in_queue(tx: Tx, queue: Queue) -> list[Handoff]:
    """Open handoffs that wait in a queue, oldest first."""
    rows = tx.execute(
        select(table)
        .where(table.c.queue == queue.value, table.c.closed_at.is_(None), table.c.queue.is_not(None))
        .order_by(table.c.opened_at, table.c.lead_id)
    )
    return [to_handoff(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Leads that no rep can have now, by queue and cause; `since`: the oldest handoff among them."""

    queue: Queue
    cause: str
    leads: int
    since: datetime
    examples: tuple[LeadId, ...]


def queued(tx: Tx, *, most: int | None = EXAMPLES) -> list[Queued]:
    """Everybody who waits in sight, the most first. `most`: examples of each; None: all."""
    columns = table.c
    rows = tx.execute(
        select(columns.queue, columns.queue_cause, columns.lead_id, columns.opened_at)
        .where(columns.closed_at.is_(None), columns.queue.is_not(None))
        .order_by(columns.opened_at, columns.lead_id)
    )
    found: dict[tuple[str, str], list[AnyRow]] = {}
    for row in rows:
        found.setdefault((row.queue, row.queue_cause or ""), []).append(row)
    waiting = [
        Queued(
            queue=Queue(queue),
            cause=cause,
            leads=len(several),
            since=several[0].opened_at,
            examples=tuple(LeadId(row.lead_id) for row in several[:most]),
        )
        for (queue, cause), several in found.items()
    ]
    return sorted(waiting, key=lambda each: (-each.leads, each.since))


def routing_state(tx: Tx) -> str | None:
    return installation.get(tx, _ROUTING)


def save_routing_state(tx: Tx, written: str) -> None:
    installation.put(tx, _ROUTING, written)


_PLAIN = (
    "number", "opened_at", "why", "hand_raise", "score", "band", "owner", "queue_cause", "assigned_at", "touch_due_at",
    "touched_at", "accepted_at", "accepted_by", "outcome_due_at", "closed_at", "after",
)  # fmt: skip


def to_handoff(row: AnyRow) -> Handoff:
    return Handoff(
        **{name: getattr(row, name) for name in _PLAIN},
        lead_id=LeadId(row.lead_id),
        kind=HandoffKind(row.kind),
        queue=None if row.queue is None else Queue(row.queue),
        verdict=None if row.verdict is None else Verdict(row.verdict),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        tried=tuple(row.tried),
        steps=tuple(row.steps),
        scorecard=tuple(row.scorecard.items()),
    )


def _to_row(each: Handoff) -> dict[str, Any]:
    return {name: getattr(each, name) for name in _PLAIN} | {
        "lead_id": each.lead_id,
        "kind": each.kind.value,
        "queue": None if each.queue is None else each.queue.value,
        "verdict": None if each.verdict is None else each.verdict.value,
        "outcome": None if each.outcome is None else each.outcome.value,
        "tried": list(each.tried),
        "steps": list(each.steps),
        "scorecard": dict(each.scorecard),
    }


def _to_transition(row: AnyRow) -> Transition:
    return Transition(
        lead_id=LeadId(row.lead_id),
        at=row.at,
        before=Stage(row.before),
        after=Stage(row.after),
        cause=Cause(row.cause),
        why=row.why,
        rule_hash=RuleHash(row.rule_hash),
        handoff=row.handoff,
    )


def _to_assignment(row: AnyRow) -> Assignment:
    return Assignment(
        lead_id=LeadId(row.lead_id),
        handoff=row.handoff,
        owner=row.owner,
        at=row.at,
        rule=row.rule,
        why=row.why,
        trace=tuple(row.trace),
        rule_hash=RuleHash(row.rule_hash),
    )
