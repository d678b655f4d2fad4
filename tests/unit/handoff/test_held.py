"""While a lead is held people are heard and the score is shown; what rules and time want waits."""

from datetime import timedelta
from typing import Any

import pytest

from config.conditions import Condition, Operator, Row
from config.lifecycle import DisqualifyRule
from domain.decision import BlastClass
from domain.handoff import Queue
from domain.stage import Cause, SignalKind, Stage
from handoff.rotation import RoutingState
from tests.unit.handoff.material import (
    BO,
    MONDAY,
    NO_BUDGET,
    Case,
    accepted,
    assigned,
    call,
    form,
    lead,
    lifecycle_rules,
    outcome,
    reps,
    routing_rules,
    rulebook,
    says,
    score,
    verdict,
)

HOUR = timedelta(hours=1)
DECLINED = Condition(all=[Row(property="decision", operator=Operator.EQUALS, value="declined")])
BOOK = rulebook(
    lifecycle=lifecycle_rules(
        longest_stay_days=dict.fromkeys(Stage, 10), disqualify=[DisqualifyRule(name="Declined", when=DECLINED)]
    )
)


def wanting(stage: Stage, **more: Any) -> Case:
    return Case(book=BOOK, lead=lead(stage=stage, stage_since=MONDAY - timedelta(days=9)), **more)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(wanting(Stage.ENGAGED, score=score(60, at=MONDAY)), id="a crossing"),
        pytest.param(wanting(Stage.ENGAGED, score=score(25, hand_raises=(form(MONDAY),))), id="a request"),
        pytest.param(wanting(Stage.ACCEPTED, score=score(25)), id="the end of a stay"),
        pytest.param(
            wanting(Stage.ENGAGED, values={"decision": "declined"}, more={"changed_at": {"decision": MONDAY}}),
            id="a rule that disqualifies",
        ),
    ],
)
def test_what_a_rule_or_time_wants_waits(case: Case) -> None:
    now = MONDAY + timedelta(days=2)
    decision = case.decide(now, held=True)
    assert (decision.transitions, decision.handoffs, decision.intents, decision.blast) == ((), (), (), None)
    assert (decision.hand_raise, case.state) == (False, RoutingState())
    assert case.decide(now).transitions != (), "it would have happened"


def test_the_score_is_shown_all_the_same() -> None:
    case = wanting(Stage.KNOWN, score=score(60, at=MONDAY))
    decision = case.decide(MONDAY, held=True)
    assert (decision.properties["score"], decision.properties["band"]) == (60, "B hot")
    assert case.stage() is Stage.ENGAGED, "how warm it is follows the score"


def test_a_held_clock_goes_on_when_the_hold_ends() -> None:
    case = assigned()
    late = case.handoff.touch_due_at
    assert late is not None
    assert case.decide(late + HOUR, held=True).intents == ()
    case.decide(late + HOUR)
    assert case.notices() == [("remind", BO)]


def test_a_rejection_counts_while_the_lead_is_held() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("No budget", MONDAY + 2 * HOUR), held=True)
    assert (case.stage(), case.member_of, case.state.open_of(BO)) == (Stage.RECYCLED, {NO_BUDGET}, 0)


def test_a_touch_counts_while_the_lead_is_held() -> None:
    case = assigned()
    case.sales.append(call(MONDAY + HOUR))
    case.decide(MONDAY + HOUR, held=True)
    assert case.stage() is Stage.ACCEPTED


def test_an_opt_out_withholds_nurturing_while_the_lead_is_held() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("No budget", MONDAY + 2 * HOUR))
    case.values["opted_out"] = True
    case.decide(MONDAY + 3 * HOUR, held=True)
    assert (case.lead.nurture_withheld, case.member_of) == ("opted_out", frozenset())


@pytest.mark.parametrize("word", ["a wrong person", "a person's flag"])
def test_whom_a_person_sends_on_waits_in_sight_and_needs_room_to_be_given_out(word: str) -> None:
    case = assigned() if word == "a wrong person" else Case()
    signal = verdict("Wrong person", MONDAY) if case.has_handoff else says(SignalKind.STAGE, "mql", MONDAY, "status")
    decision = case.decide(MONDAY + HOUR, signal, held=True)
    assert (case.stage(), case.handoff.queue, decision.assignment, decision.blast) == (
        Stage.MQL,
        Queue.UNASSIGNED,
        None,
        None,
    )
    assert decision.transitions[0].cause is Cause.PERSON
    assert (decision.wake_at, decision.properties["queue"]) == (case.lead.stage_since + timedelta(days=7), "unassigned")
    assert case.decide(MONDAY + 2 * HOUR, held=True).transitions == ()
    given = case.decide(MONDAY + 2 * HOUR)
    assert (case.stage(), given.blast) == (Stage.ASSIGNED, BlastClass.HANDOFF)
    assert case.settle(MONDAY + 3 * HOUR).blast is None


def test_nobody_is_told_of_a_held_request_and_it_stays_alive() -> None:
    asked = MONDAY - HOUR
    case = Case(lead=lead(stage=Stage.CUSTOMER, owner=BO), score=score(20, hand_raises=(form(asked),)))
    decision = case.decide(MONDAY, held=True)
    assert (decision.intents, decision.wake_at) == ((), None)
    case.decide(MONDAY + HOUR)
    assert case.notices() == [("raise:hub:forms:F1", BO)]


def test_a_queue_is_not_asked_again_while_the_lead_is_held() -> None:
    full = rulebook(routing=routing_rules(all_away="queue"))
    case = Case(book=full, reps={}, score=score(60, at=MONDAY))
    case.decide(MONDAY)
    assert case.handoff.queue is Queue.UNASSIGNED
    assert case.decide(MONDAY + HOUR, held=True).wake_at == MONDAY + timedelta(days=7)
    queued = case.handoff
    case.reps = reps()
    case.decide(MONDAY + HOUR, held=True)
    assert case.handoff == queued
    case.decide(MONDAY + HOUR)
    assert case.owner() == BO


def test_mended_data_lead_nowhere_while_the_lead_is_held() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, verdict("Data wrong", MONDAY + HOUR))
    case.values["phone"] = "+34 600 000 001"
    case.decide(MONDAY + 2 * HOUR, held=True)
    assert case.handoff.queue is Queue.NEEDS_DATA
    case.decide(MONDAY + 2 * HOUR)
    assert case.owner() == BO
