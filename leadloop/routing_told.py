"""Why this rep and not the others: the trace of the last choice, or for a lead that waits what routing says now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.handoff import Assignment, Handoff, Queue
from domain.values import LeadId
from handoff.assigning import HELD, ask_for
from handoff.deadlines import waits_in
from handoff.draft import Draft
from handoff.routing import RoutingState, route
from leadloop import screen
from store import handoffs
from store.engine import Tx
from sync.conclude import view_of
from sync.loop import InForce
from sync.material import gather, users


def routing_as_data(
    tx: Tx, lead: LeadId, rules: InForce, assignments: Sequence[Assignment], *, now: datetime | None
) -> dict[str, Any] | None:
    """`at`: when it was chosen, or asked for somebody who waits. `now`: None for a past moment."""
    waiting = _asked_now(tx, lead, rules, now=now) if now is not None else None
    if waiting is not None:
        return waiting
    if not assignments:
        return None
    last = assignments[-1]
    return {
        "at": last.at, "handoff": last.handoff, "owner": last.owner, "queue": None, "rule": last.rule, "why": last.why,
        "trace": list(last.trace),
    }  # fmt: skip


def _asked_now(tx: Tx, lead: LeadId, rules: InForce, *, now: datetime) -> dict[str, Any] | None:
    """What routing says of a lead that waits for somebody; None for one that does not."""
    waiting = handoffs.open_of(tx, [lead]).get(lead)
    if waiting is None or waiting.queue is not Queue.UNASSIGNED or waits_in(waiting) is not None:
        return None
    if HELD in waiting.steps:
        cause = waiting.queue_cause or "held"
        told = [f"waits in queue {waiting.queue}: {cause}"]
        return _as_data(waiting, owner=None, queue=waiting.queue, rule=HELD, why=cause, trace=told, at=now)
    people = users(tx, rules.mapping)
    (material,) = gather(tx, [lead], rules.mapping, people, now=now)
    view = view_of(material, rules, people, now=now)
    state = RoutingState.from_json(handoffs.routing_state(tx))
    draft = Draft(view=view, book=rules.book, reps=people.reps, now=now, state=state, lead=view.lead, handoff=waiting)
    routed = route(ask_for(draft, waiting), book=rules.book, state=state, reps=people.reps)
    owner = routed.owner.email if routed.owner is not None else None
    trace = list(routed.trace)
    return _as_data(waiting, owner=owner, queue=routed.queue, rule=routed.rule, why=routed.why, trace=trace, at=now)


def _as_data(
    waiting: Handoff, *, owner: str | None, queue: str | None, rule: str, why: str, trace: list[str], at: datetime
) -> dict[str, Any]:
    return {
        "at": at, "handoff": waiting.number, "owner": owner, "queue": queue, "rule": rule, "why": why, "trace": trace
    }  # fmt: skip


def show_routing(told: dict[str, Any]) -> None:
    who = f"{told['owner']}, and not the others" if told["owner"] is not None else "nobody"
    screen.show(f"\nHandoff {told['handoff']}: why {who}")
    for line in told["trace"]:
        screen.show(f"- {line}")
