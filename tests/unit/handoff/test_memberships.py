"""Lists follow the stage: With sales while they have it, the reason's list while it rests."""

from datetime import timedelta

import pytest

from domain.stage import Stage
from handoff.memberships import lists_of
from tests.unit.handoff.material import BOOK, MONDAY, NO_NEED, TIMING, WITH_SALES, accepted, assigned, lead, outcome

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("stage", list(Stage))
def test_with_sales_from_assigned_to_opportunity(stage: Stage) -> None:
    with_sales = {Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY}
    assert (WITH_SALES in lists_of(lead(stage=stage), BOOK)) is (stage in with_sales)


def test_moving_says_what_is_joined_and_what_is_left() -> None:
    case = accepted()
    decision = case.decide(MONDAY + 2 * HOUR, outcome("No need", MONDAY + 2 * HOUR))
    assert [(each.list, each.member, each.why) for each in decision.memberships] == [
        (NO_NEED, True, "rejected: No need"),
        (WITH_SALES, False, "is recycled now"),
    ]
    settled = case.settle(MONDAY + 2 * HOUR)
    assert [(each.list, each.member) for each in settled.memberships] == [(NO_NEED, True)]


def test_a_membership_that_was_never_confirmed_is_left_all_the_same() -> None:
    case = assigned()
    case.member_of = frozenset()
    decision = case.decide(MONDAY + HOUR, outcome("No need", MONDAY + HOUR))
    assert (WITH_SALES, False) in [(each.list, each.member) for each in decision.memberships]


def test_lists_that_are_not_ours_are_left_alone() -> None:
    case = assigned()
    case.member_of = frozenset({"Newsletter", WITH_SALES, TIMING})
    decision = case.settle(MONDAY)
    assert {each.list for each in decision.memberships} == {WITH_SALES, TIMING}


def test_a_lead_at_rest_by_baseline_is_on_no_list() -> None:
    assert lists_of(lead(stage=Stage.RECYCLED), BOOK) == {}
