"""A lost deal sends its people to rest under the deal's reason; new points bring them back, a new deal at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.account import Account, Certainty
from domain.stage import Stage
from domain.values import RecordRef
from tests.unit.handoff.material import BO, MONDAY, Case, accepted, call, lead, rulebook, score
from tests.unit.handoff.test_memberships import LOST, PRICE, RULES

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOOK = rulebook(lifecycle=RULES)


def account(**changes: Any) -> Account:
    ref = RecordRef(connection="crm", object="Account", id="001")
    return Account(**{"ref": ref, "name": "Globex", "certainty": Certainty.EXPLICIT, "owner": BO, **changes})


def in_deal() -> Case:
    """Bo was given the lead on Monday, and a deal is open since an hour later."""
    case = accepted(book=BOOK)
    case.more = {"account": account(open_deals=1), "has_open_deal": True}
    case.decide(MONDAY + 2 * HOUR)
    assert case.stage() is Stage.OPPORTUNITY
    return case


def lose(case: Case, at: datetime, *, reason: str | None = None, **changes: Any) -> None:
    case.more = {"account": account(lost_at=at, lost_reason=reason, **changes)}
    case.decide(at)


@pytest.mark.parametrize(
    ("reason", "joined", "days", "shown"),
    [
        ("price", PRICE, 30, "Deal lost: price"),
        ("Went with a friend", LOST, 180, "Deal lost: Went with a friend"),
        (None, LOST, 180, "Deal lost"),
    ],
)
def test_its_people_rest_on_the_reason_s_list_until_the_reason_s_day(
    reason: str | None, joined: str, days: int, shown: str
) -> None:
    case = in_deal()
    lose(case, MONDAY + DAY, reason=reason)
    assert (case.stage(), case.lead.recycled_as, case.member_of) == (Stage.RECYCLED, "lost", {joined})
    assert case.lead.return_at == MONDAY + DAY + timedelta(days=days)
    assert case.history[-1].properties["rejected_reason"] == shown


def test_a_reason_that_is_corrected_later_is_followed_to_its_list() -> None:
    case = in_deal()
    lose(case, MONDAY + DAY)
    case.more = {"account": account(lost_at=MONDAY + DAY, lost_reason="Price")}
    case.decide(MONDAY + 2 * DAY)
    assert case.member_of == {PRICE}


def test_a_deal_that_was_lost_before_the_lead_came_to_be_in_one_says_nothing() -> None:
    case = in_deal()
    case.more = {"account": account(lost_at=MONDAY)}
    case.decide(MONDAY + DAY)
    assert case.stage() is Stage.OPPORTUNITY


def test_while_another_deal_is_open_nothing_is_lost() -> None:
    case = in_deal()
    case.more = {"account": account(lost_at=MONDAY + DAY, open_deals=1), "has_open_deal": True}
    case.decide(MONDAY + DAY)
    assert case.stage() is Stage.OPPORTUNITY


def test_a_customer_who_loses_a_deal_is_a_customer() -> None:
    case = in_deal()
    case.more = {"account": account(lost_at=MONDAY + DAY, is_customer=True), "is_customer": True}
    decision = case.decide(MONDAY + DAY)
    assert case.stage() is Stage.CUSTOMER
    assert decision.transitions[-1].why == "the deal is lost, and the account is a customer"


def test_without_a_road_for_lost_deals_a_lead_stays_as_it_did_before_there_was_one() -> None:
    case = in_deal()
    case.book = rulebook()
    lose(case, MONDAY + DAY)
    assert case.stage() is Stage.OPPORTUNITY


def test_points_earned_before_the_return_date_bring_nobody_back_and_later_ones_to_the_same_rep() -> None:
    case = in_deal()
    lose(case, MONDAY + DAY, reason="Price")
    case.score = score(60, at=MONDAY + 2 * DAY)
    case.decide(MONDAY + 2 * DAY)
    assert case.stage() is Stage.RECYCLED
    back = MONDAY + DAY + 30 * DAY
    case.score = score(60, at=back)
    case.decide(back + HOUR)
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, BO)
    assert case.assignment.why.startswith("spoke with them last")


def test_who_was_in_a_deal_before_leadloop_came_goes_back_to_the_rep_who_spoke_with_them() -> None:
    case = Case(lead=lead(stage=Stage.OPPORTUNITY), book=BOOK, sales=[call(MONDAY - DAY)])
    lose(case, MONDAY, reason="Price")
    back = MONDAY + 31 * DAY
    case.score = score(60, at=back)
    case.decide(back)
    assert case.owner() == BO


@pytest.mark.parametrize(
    ("more", "stage"), [({"has_open_deal": True}, Stage.OPPORTUNITY), ({"is_customer": True}, Stage.CUSTOMER)]
)
def test_a_deal_that_is_open_again_or_won_takes_them_off_the_list_at_once(more: dict[str, bool], stage: Stage) -> None:
    case = in_deal()
    lose(case, MONDAY + DAY)
    case.more = {**case.more, **more}
    case.decide(MONDAY + 2 * DAY)
    assert (case.stage(), case.lead.recycled_as, case.lead.return_at) == (stage, None, None)
    assert LOST not in case.member_of


def test_coming_back_after_a_lost_deal_counts_as_a_return() -> None:
    case = in_deal()
    case.book = rulebook(lifecycle=RULES.model_copy(update={"max_returns": 1}))
    lose(case, MONDAY + DAY, reason="Price")
    back = MONDAY + 32 * DAY
    case.score = score(60, at=back)
    case.decide(back)
    assert case.stage() is Stage.ASSIGNED
    case.more = {"account": account(open_deals=1), "has_open_deal": True}
    case.decide(back + HOUR)
    lose(case, back + DAY, reason="Price")
    case.score = score(60, at=back + 40 * DAY)
    case.decide(back + 40 * DAY)
    assert case.stage() is Stage.RECYCLED
