"""Handoffs, moves and assignments come back as they were saved."""

from dataclasses import replace

import pytest

from domain.errors import StoreError
from domain.handoff import Assignment, HandoffKind, Outcome, Queue, Verdict
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from store import handoffs
from store.engine import Store
from tests.unit.store.examples import NOON, RULES, at, handoff

ANA, BEN = LeadId(1), LeadId(2)
SET_BACK = (
    (90, Stage.KNOWN, Stage.MQL, 1),
    (90, Stage.MQL, Stage.ASSIGNED, None),
    (0, Stage.ASSIGNED, Stage.MQL, None),
)
"""Moves whose clock was put back before the last of them: minute, from, to, handoff."""


def test_a_handoff_comes_back_as_it_stands(store: Store) -> None:
    full = replace(
        handoff(ANA, 2),
        kind=HandoffKind.OPEN_DEAL,
        assigned_at=at(1),
        touch_due_at=at(2),
        touched_at=at(3),
        accepted_at=at(4),
        accepted_by="touch",
        outcome_due_at=at(5),
        verdict=Verdict.ACCEPT,
        outcome=Outcome.NOT_NOW,
        closed_at=at(6),
        tried=("diaz@us.example",),
        steps=("remind", "manager"),
        after=1,
    )
    with store.write() as tx:
        handoffs.save(tx, [handoff(ANA, 2)])
        assert handoffs.open_of(tx, [ANA, BEN]) == {ANA: handoff(ANA, 2)}
        handoffs.save(tx, [full, handoff(ANA, 3), handoff(BEN)])
        assert handoffs.all_of(tx, [ANA, BEN]) == {ANA: [full, handoff(ANA, 3)], BEN: [handoff(BEN)]}
        assert handoffs.open_of(tx, [ANA]) == {ANA: handoff(ANA, 3)}


def test_a_lead_never_has_two_open_handoffs(store: Store) -> None:
    def open_two() -> None:
        with store.write() as tx:
            handoffs.save(tx, [handoff(ANA, 1), handoff(ANA, 2)])

    with pytest.raises(StoreError):
        open_two()
    with store.read() as tx:
        assert handoffs.all_of(tx, [ANA]) == {}


def test_moves_and_assignments_are_kept_in_the_order_in_which_they_were_made(store: Store) -> None:
    moves = [
        Transition(
            lead_id=ANA,
            at=at(minute),
            before=before,
            after=after,
            cause=Cause.RULE,
            why="above the line",
            rule_hash=RULES,
            handoff=number,
        )
        for minute, before, after, number in SET_BACK
    ]
    given = Assignment(
        lead_id=ANA, handoff=1, owner="okafor@us.example", at=NOON, rule="west", why="next in turn",
        trace=("Diaz is away",), rule_hash=RULES,
    )  # fmt: skip
    with store.write() as tx:
        handoffs.save_transitions(tx, moves)
        handoffs.save_assignments(tx, [given])
        handoffs.save_transitions(tx, [])
        handoffs.save_assignments(tx, [])
        assert handoffs.transitions_of(tx, [ANA, BEN]) == {ANA: moves}
        assert handoffs.assignments_of(tx, [ANA, BEN]) == {ANA: [given]}


def test_open_work_is_counted_per_rep_and_queues_are_listed_oldest_first(store: Store) -> None:
    waiting = [
        replace(handoff(LeadId(number), minute=-number), owner=None, queue=Queue.UNASSIGNED, queue_cause="all away")
        for number in (3, 4)
    ]
    closed = replace(handoff(LeadId(5)), closed_at=NOON)
    with store.write() as tx:
        handoffs.save(tx, [handoff(ANA), handoff(BEN, owner="diaz@us.example"), closed, *waiting])
        assert handoffs.open_per_owner(tx) == {"okafor@us.example": 1, "diaz@us.example": 1}
        assert handoffs.in_queue(tx, Queue.UNASSIGNED) == [waiting[1], waiting[0]]
        assert handoffs.in_queue(tx, Queue.NEEDS_DATA) == []


def test_the_router_remembers(store: Store) -> None:
    with store.write() as tx:
        assert handoffs.routing_state(tx) is None
        handoffs.save_routing_state(tx, '{"pools":{}}')
        handoffs.save_routing_state(tx, '{"pools":{"west":1}}')
        assert handoffs.routing_state(tx) == '{"pools":{"west":1}}'
