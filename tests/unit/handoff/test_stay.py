"""Nothing lasts for ever: every stage has an end, and rest has two."""

from datetime import timedelta

import pytest

from domain.decision import BlastClass
from domain.stage import Cause, Stage
from tests.unit.handoff.material import (
    MONDAY,
    UNREACHABLE,
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
