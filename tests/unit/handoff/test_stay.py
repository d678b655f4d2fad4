"""Nothing lasts for ever: every stage has an end, and rest has two."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.decision import BlastClass
from domain.handoff import Handoff, HandoffKind, Outcome
from domain.stage import Cause, Stage
from domain.values import LeadId
from tests.unit.handoff.material import (
    BO,
    MONDAY,
    UNREACHABLE,
    WITH_SALES,
    Case,
    accepted,
    lead,
    lifecycle_rules,
    outcome,
    rulebook,
    score,
)

HOUR = timedelta(hours=1)
BOOK = rulebook(lifecycle=lifecycle_rules(longest_stay_days=dict.fromkeys(Stage, 10)))


@pytest.mark.parametrize("stage", [Stage.MQL, Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY])
def test_what_sales_leaves_lying_comes_to_rest(stage: Stage) -> None:
    case = Case(book=BOOK, lead=lead(stage=stage, stage_since=MONDAY), score=score(0))
    assert case.decide(MONDAY).wake_at == MONDAY + timedelta(days=10)
    decision = case.decide(MONDAY + timedelta(days=10))
    assert [(move.after, move.cause, move.why) for move in decision.transitions] == [
        (Stage.RECYCLED, Cause.TIME, f"{stage} for 10 days")
    ]
    assert (case.lead.recycled_as, case.member_of) == ("went_quiet", {UNREACHABLE})
    assert decision.blast is BlastClass.DESTRUCTIVE


@pytest.mark.parametrize(
    ("named", "ends"),
    [("2026-11-25", "2026-12-11"), ("2027-02-01", "2027-02-17"), ("2029-01-01", "2027-12-09")],
    ids=["soon", "past its stay", "farther than a year"],
)
def test_a_rep_keeps_a_lead_until_the_day_they_named_and_has_time_to_answer_then(named: str, ends: str) -> None:
    case = Case(book=BOOK, lead=lead(stage=Stage.QUALIFIED, stage_since=MONDAY), score=score(0))
    case.values["snooze_until"] = named
    at = case.decide(MONDAY).wake_at
    assert at is not None
    assert f"{at:%Y-%m-%d}" == ends
    case.decide(at - timedelta(minutes=1))
    assert case.stage() is Stage.QUALIFIED
    case.decide(at)
    assert case.stage() is Stage.RECYCLED


@pytest.mark.parametrize("stage", [Stage.KNOWN, Stage.CUSTOMER, Stage.DISQUALIFIED])
def test_some_stages_are_for_ever(stage: Stage) -> None:
    case = Case(book=BOOK, lead=lead(stage=stage, stage_since=MONDAY), score=score(0))
    decision = case.decide(MONDAY + timedelta(days=999))
    assert (decision.transitions, decision.wake_at) == ((), None)


def test_an_engaged_lead_is_let_go_when_it_is_cold_and_not_before() -> None:
    case = Case(book=BOOK, lead=lead(stage=Stage.ENGAGED, stage_since=MONDAY), score=score(19))
    case.decide(MONDAY + timedelta(days=9))
    assert case.stage() is Stage.ENGAGED
    case.score = score(25)
    case.decide(MONDAY + timedelta(days=11))
    assert case.stage() is Stage.ENGAGED
    case.score = score(19)
    assert case.decide(MONDAY + timedelta(days=11)).blast is None
    assert case.stage() is Stage.KNOWN


def test_rest_ends_on_the_list_but_not_before_the_reps_date() -> None:
    date = MONDAY + timedelta(days=30)
    resting = lead(stage=Stage.RECYCLED, stage_since=MONDAY, armed_at=MONDAY, recycled_as="no_need", return_at=date)
    case = Case(book=BOOK, lead=resting, score=score(90, at=MONDAY - HOUR))
    case.decide(MONDAY + timedelta(days=11))
    assert case.stage() is Stage.RECYCLED
    decision = case.decide(MONDAY + timedelta(days=30))
    assert [move.after for move in decision.transitions] == [Stage.KNOWN, Stage.ENGAGED]
    assert (case.lead.recycled_as, case.lead.return_at, case.member_of) == (None, None, frozenset())
    assert decision.unarmed, "old points hand nobody off"


def test_not_our_target_returns_only_when_fit_changes() -> None:
    resting = lead(stage=Stage.RECYCLED, stage_since=MONDAY, armed_at=MONDAY, recycled_as="not_target")
    case = Case(lead=resting, score=score(90, at=MONDAY + timedelta(days=40)))
    case.decide(MONDAY + timedelta(days=41))
    assert case.stage() is Stage.RECYCLED, "clicks make nobody fit"
    case.score = score(90, last_fact_at=MONDAY + timedelta(days=5))
    case.decide(MONDAY + timedelta(days=29))
    assert case.stage() is Stage.RECYCLED, "the cool-off runs"
    case.decide(MONDAY + timedelta(days=30))
    assert case.stage() is Stage.ASSIGNED


def test_a_lead_returns_three_times_at_most() -> None:
    case = accepted()
    now = MONDAY + 2 * HOUR
    for passes in (1, 2, 3, 4):
        case.decide(now, outcome("Unreachable", now))
        assert case.lead.times_recycled == passes
        now += timedelta(days=31)
        case.score = score(60, at=now)
        case.decide(now)
        if passes < 4:
            assert (case.stage(), case.handoff.number) == (Stage.ASSIGNED, passes + 1)
    assert case.stage() is Stage.RECYCLED


@pytest.mark.parametrize("stage", [Stage.MQL, Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED])
@pytest.mark.parametrize(
    ("known", "after", "because"),
    [
        pytest.param({"has_open_deal": True}, Stage.OPPORTUNITY, "has an open deal", id="an open deal"),
        pytest.param({"is_customer": True}, Stage.CUSTOMER, "is a customer", id="a customer"),
    ],
)
def test_time_alone_takes_nobody_with_a_deal_and_no_customer_to_a_nurture_list(
    stage: Stage, known: dict[str, bool], after: Stage, because: str
) -> None:
    case = Case(book=BOOK, score=score(60, at=MONDAY), more=dict(known))
    case.decide(MONDAY)
    assert (case.stage(), case.handoff.touch_due_at) == (Stage.ASSIGNED, None), "a signal: no clock runs on it"
    case.lead = replace(case.lead, stage=stage, stage_since=MONDAY)
    decision = case.decide(MONDAY + timedelta(days=10))
    assert [(move.after, move.cause, move.why) for move in decision.transitions] == [
        (after, Cause.TIME, f"{stage} for 10 days, and its account {because}")
    ]
    assert (case.has_handoff, case.handoffs[1].outcome, decision.blast) == (False, None, None)
    assert case.member_of <= {WITH_SALES}
    assert case.lead.times_recycled == 0
    assert case.state.open_of(BO) == 0


def test_an_open_deal_lasts_as_long_as_it_lasts() -> None:
    case = Case(book=BOOK, lead=lead(stage=Stage.OPPORTUNITY, stage_since=MONDAY), more={"has_open_deal": True})
    case.decide(MONDAY + timedelta(days=11))
    assert (case.stage(), case.member_of) == (Stage.OPPORTUNITY, {WITH_SALES})
    case.more = {}
    case.decide(MONDAY + timedelta(days=12))
    assert case.stage() is Stage.RECYCLED, "the deal is over"


def returned(*closed: datetime, **changes: Any) -> Case:
    """A resting lead whose passes ended with a rest at these times, above the line by fresh points."""
    passes = {
        number: Handoff(
            lead_id=LeadId(7),
            number=number,
            kind=HandoffKind.NEW_BUSINESS,
            opened_at=at - HOUR,
            why="clicks",
            hand_raise=False,
            score=60_000,
            band="B hot",
            owner=BO,
            outcome=Outcome.NOT_NOW,
            closed_at=at,
        )
        for number, at in enumerate(closed, start=1)
    }
    back = closed[-1] + timedelta(days=30)
    resting = lead(stage=Stage.RECYCLED, stage_since=closed[-1], recycled_as="not_now", return_at=back, **changes)
    return Case(lead=resting, score=score(90, at=MONDAY), handoffs=passes)


def test_returns_are_counted_over_two_years_and_not_over_a_life() -> None:
    long_ago = [MONDAY - timedelta(days=days) for days in (1400, 1300, 1200, 1100)]
    case = returned(*long_ago, times_recycled=4)
    case.decide(MONDAY)
    assert (case.stage(), case.handoff.number) == (Stage.ASSIGNED, 5)


def test_a_lead_that_has_had_its_returns_wakes_when_the_first_of_them_is_two_years_old() -> None:
    lately = [MONDAY - timedelta(days=days) for days in (740, 700, 600, 500)]
    case = returned(*lately, times_recycled=4)
    decision = case.decide(MONDAY)
    free = MONDAY - timedelta(days=700) - HOUR + timedelta(days=730)
    assert (case.stage(), decision.wake_at) == (Stage.RECYCLED, free)
    case.decide(free)
    assert case.stage() is Stage.ASSIGNED


def test_a_person_who_takes_a_flag_back_uses_up_no_return() -> None:
    case = returned(*[MONDAY - timedelta(days=days) for days in (90, 80, 70, 60)], times_recycled=1)
    case.handoffs |= {number: replace(case.handoffs[number], outcome=None) for number in (1, 2, 3)}
    case.decide(MONDAY)
    assert case.stage() is Stage.ASSIGNED
