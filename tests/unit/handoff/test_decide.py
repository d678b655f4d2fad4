"""The composition: one pass from the line to a nurture list, and that deciding again changes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from domain.decision import BlastClass, IntentKind
from domain.handoff import HandoffKind, Outcome
from domain.stage import Cause, Stage
from tests.unit.handoff.material import (
    BO,
    CY,
    MONDAY,
    TIMING,
    WITH_SALES,
    Case,
    accepted,
    assigned,
    call,
    form,
    lead,
    outcome,
    raised,
    score,
    verdict,
)

HOUR = timedelta(hours=1)


def test_a_crossing_opens_one_handoff_and_gives_it_to_the_first_in_turn() -> None:
    case = assigned()
    assert case.moves() == [(Stage.KNOWN, Stage.MQL), (Stage.MQL, Stage.ASSIGNED)]
    handoff = case.handoff
    assert (handoff.number, handoff.kind, handoff.owner, handoff.queue) == (1, HandoffKind.NEW_BUSINESS, BO, None)
    assert (handoff.opened_at, handoff.assigned_at) == (MONDAY, MONDAY)
    assert handoff.touch_due_at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert (handoff.score, handoff.band, handoff.hand_raise) == (60_000, "B hot", False)
    assert case.lead.owner == BO
    assert case.history[0].blast is BlastClass.HANDOFF


def test_the_properties_are_the_whole_set_with_blank_answers_for_a_new_pass() -> None:
    decision = assigned().history[0]
    assert decision.properties == {
        "score": 60,
        "grade": "B",
        "band": "B hot",
        "fit_percent": 70,
        "why": "Asked for a demo: replace Zendesk. Pricing page 3×",
        "score_change": 0,
        "stage": "assigned",
        "mql_since": "2026-11-23T10:00:00Z",
        "owner": BO,
        "queue": None,
        "route_why": "rule 'everybody', pool North: Bo Lind is next in turn",
        "nurture_until": None,
        "times_recycled": 0,
        "needs_data": None,
        "rejected_reason": None,
        "stage_since": "2026-11-23T10:00:00Z",
        "engaged_at": None,
        "assigned_at": "2026-11-23T10:00:00Z",
        "accepted_at": None,
        "touched_at": None,
        "qualified_at": None,
        "opportunity_at": None,
        "customer_at": None,
        "recycled_at": None,
        "disqualified_at": None,
        "unreachable_offered": None,
        "verdict": None,
        "outcome": None,
        "return_date": None,
    }


def test_the_loop_from_the_line_to_a_list_and_back_only_on_new_behaviour() -> None:
    case = accepted()
    assert case.stage() is Stage.ACCEPTED
    case.decide(MONDAY + 24 * HOUR, outcome("Not now", MONDAY + 23 * HOUR))
    assert case.stage() is Stage.RECYCLED
    assert case.member_of == {TIMING}
    returns = MONDAY + 24 * HOUR + timedelta(days=90)
    assert case.lead.return_at == returns
    case.decide(returns + HOUR)
    assert case.stage() is Stage.RECYCLED, "a date alone brings nobody back"
    case.score = score(55, at=returns + 2 * HOUR)
    case.decide(returns + 3 * HOUR)
    assert case.stage() is Stage.ASSIGNED
    assert case.member_of == {WITH_SALES}
    assert case.handoff.number == 2
    assert case.owner() == BO, "back to the rep who spoke with them"
    assert case.lead.times_recycled == 1
    assert case.lead.return_at is None


def _open_deal() -> Case:
    case = Case(score=score(60, at=MONDAY - HOUR), more={"has_open_deal": True})
    case.decide(MONDAY)
    return case


def _recycled() -> Case:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("No budget", MONDAY + 2 * HOUR))
    return case


def _rerouted() -> Case:
    case = assigned()
    case.decide(MONDAY + HOUR, verdict("Wrong person", MONDAY + HOUR))
    return case


def _needs_data() -> Case:
    case = assigned()
    case.decide(MONDAY + HOUR, verdict("Data wrong", MONDAY + HOUR))
    return case


def _unarmed() -> Case:
    case = Case(lead=lead(armed_at=MONDAY), score=score(60, at=MONDAY - HOUR))
    case.decide(MONDAY)
    return case


def _nobody_there() -> Case:
    case = Case(score=score(60, at=MONDAY - HOUR), reps={})
    case.decide(MONDAY)
    return case


def _late() -> Case:
    case = raised()
    case.decide(MONDAY + 5 * HOUR)
    return case


def _raised_twice() -> Case:
    case = assigned()
    case.score = score(80, at=MONDAY + HOUR, hand_raises=(form(MONDAY + HOUR),))
    case.decide(MONDAY + 2 * HOUR)
    return case


@pytest.mark.parametrize(
    "make",
    [
        assigned,
        raised,
        accepted,
        _open_deal,
        _recycled,
        _rerouted,
        _needs_data,
        _unarmed,
        _nobody_there,
        _late,
        _raised_twice,
    ],
)
def test_deciding_again_changes_nothing(make: Callable[[], Case]) -> None:
    case = make()
    last, state, stands = case.history[-1], case.state, dict(case.handoffs)
    again = case.settle(case.decided_at)
    assert again.transitions == ()
    assert again.intents == ()
    assert again.properties == last.properties
    assert (again.lead, again.wake_at, again.blast, again.assignment) == (last.lead, last.wake_at, None, None)
    assert (case.state, case.handoffs) == (state, stands)


def test_it_wakes_at_the_earliest_of_score_clock_date_and_stay() -> None:
    case = assigned()
    assert case.history[0].wake_at == datetime(2026, 11, 24, 10, 10, tzinfo=UTC), "reminder plus logging delay"
    case.score = score(60, at=MONDAY - HOUR, next_change_at=MONDAY + 3 * HOUR)
    assert case.decide(MONDAY + HOUR).wake_at == MONDAY + 3 * HOUR
    rested = _recycled()
    assert rested.history[-1].wake_at == MONDAY + 2 * HOUR + timedelta(days=120)


def test_warm_leads_are_engaged_and_open_nothing() -> None:
    case = Case(score=score(25, at=MONDAY))
    decision = case.decide(MONDAY)
    assert [(move.after, move.cause) for move in decision.transitions] == [(Stage.ENGAGED, Cause.RULE)]
    assert decision.handoffs == ()
    assert decision.intents == ()
    assert decision.blast is None


def test_a_second_pass_with_sales_is_counted_from_the_first() -> None:
    case = _recycled()
    asked = MONDAY + 10 * HOUR
    case.score = score(30, at=asked, hand_raises=(form(asked),))
    decision = case.decide(asked + HOUR)
    assert [each.number for each in decision.handoffs] == [2]
    assert case.handoffs[1].outcome is Outcome.NO_BUDGET
    assert {each.handoff for each in decision.intents} == {2}


def test_every_assignment_brings_a_task_of_its_own() -> None:
    case = _rerouted()
    case.decide(MONDAY + 2 * HOUR, verdict("Wrong person", MONDAY + 2 * HOUR))
    assert [each.step for each in case.tasks()] == ["task", "task:2", "task:3"]
    assert len({(each.handoff, each.kind, each.step) for each in case.intents}) == len(case.intents)
    assert case.tasks()[1].payload["owner"] == CY


def test_a_score_that_moved_shows_by_how_much() -> None:
    case = Case(lead=lead(shown_score=41), score=score(25, at=MONDAY))
    assert case.decide(MONDAY).properties["score_change"] == -16


def test_calls_before_the_assignment_do_not_accept() -> None:
    case = Case(score=score(60, at=MONDAY - HOUR), sales=[call(MONDAY - HOUR)])
    case.decide(MONDAY)
    assert case.settle(MONDAY).lead.stage is Stage.ASSIGNED
    assert [(each.kind, each.step) for each in case.intents] == [
        (IntentKind.TASK, "task"),
        (IntentKind.NOTICE, "given"),
    ]
