"""A conversion or a deal that came out of a handoff ends it; one that was there before does not."""

from datetime import timedelta

import pytest

from domain.handoff import HandoffKind, Outcome
from domain.stage import Cause, Stage
from tests.unit.handoff.material import BO, MONDAY, WITH_SALES, Case, accepted, assigned, lead, score

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
