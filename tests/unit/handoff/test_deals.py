"""A conversion or a deal that came out of a handoff ends it; one that was there before does not."""

from datetime import timedelta

import pytest

from domain.handoff import HandoffKind, Outcome
from domain.stage import Cause, Stage
from tests.unit.handoff.material import BO, MONDAY, WITH_SALES, Case, accepted, assigned, lead, score, verdict

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("news", ["converted", "has_open_deal"])
def test_a_conversion_or_a_deal_makes_an_opportunity(news: str) -> None:
    case = accepted()
    case.more = {news: True}
    decision = case.decide(MONDAY + 2 * HOUR)
    assert [(move.after, move.cause) for move in decision.transitions] == [(Stage.OPPORTUNITY, Cause.SYSTEM)]
    assert (case.handoffs[1].outcome, case.handoffs[1].closed_at) == (Outcome.QUALIFIED, MONDAY + 2 * HOUR)
    assert case.member_of == {WITH_SALES}
    assert (case.lead.owner, decision.blast) == (BO, None)
    assert case.settle(MONDAY + 3 * HOUR).transitions == ()


@pytest.mark.parametrize("old", ["converted", "has_open_deal", "is_customer"])
def test_what_stood_before_the_handoff_opened_is_no_news(old: str) -> None:
    case = Case(score=score(60, at=MONDAY), more={old: True})
    case.decide(MONDAY)
    assert case.stage() is Stage.ASSIGNED
    assert case.settle(MONDAY + HOUR).transitions == ()


def test_a_deal_owners_handoff_is_not_ended_by_the_next_deal() -> None:
    case = Case(score=score(60, at=MONDAY), more={"is_customer": True})
    case.decide(MONDAY)
    assert case.handoff.kind is HandoffKind.CUSTOMER
    case.more = {"is_customer": True, "has_open_deal": True}
    assert case.decide(MONDAY + HOUR).transitions == ()


def test_a_won_deal_makes_a_customer() -> None:
    case = assigned()
    case.more = {"has_open_deal": True}
    case.decide(MONDAY + HOUR)
    case.more = {"is_customer": True, "has_open_deal": True}
    assert case.decide(MONDAY + 2 * HOUR).transitions == (), "another deal is still open"
    case.more = {"is_customer": True}
    case.decide(MONDAY + 3 * HOUR)
    assert (case.stage(), case.member_of) == (Stage.CUSTOMER, frozenset())


def test_a_deal_at_the_account_makes_no_opportunity_of_a_lead_that_sales_does_not_have() -> None:
    case = Case(lead=lead(stage=Stage.ENGAGED), score=score(30), more={"has_open_deal": True})
    assert case.decide(MONDAY).transitions == ()


AT_WORK = [Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED]
KNOWN_NOW = [
    pytest.param({"has_open_deal": True}, Stage.OPPORTUNITY, "a deal is open", id="an open deal"),
    pytest.param({"converted": True}, Stage.OPPORTUNITY, "converted in the CRM", id="a conversion"),
    pytest.param({"is_customer": True}, Stage.CUSTOMER, "the account is a customer", id="a customer"),
]


@pytest.mark.parametrize("stage", AT_WORK)
@pytest.mark.parametrize(("known", "after", "why"), KNOWN_NOW)
def test_a_lead_whom_sales_had_before_go_live_follows_its_deal(
    stage: Stage, known: dict[str, bool], after: Stage, why: str
) -> None:
    case = Case(lead=lead(stage=stage, owner=BO), more=dict(known))
    decision = case.decide(MONDAY)
    assert [(move.after, move.cause, move.why) for move in decision.transitions] == [(after, Cause.SYSTEM, why)]
    assert (decision.handoffs, decision.blast) == ((), None)
    assert case.settle(MONDAY + HOUR).transitions == ()


def test_a_deal_read_together_with_wrong_person_is_followed_in_the_same_decision() -> None:
    case = assigned()
    case.more = {"has_open_deal": True}
    case.decide(MONDAY + HOUR, verdict("Wrong person", MONDAY + HOUR))
    assert (case.stage(), case.has_handoff) == (Stage.OPPORTUNITY, False)
    assert case.settle(MONDAY + 2 * HOUR).transitions == ()
