"""Lists follow the standing: nobody is on one who is not, nobody is missing; who opted out is written to by none."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.lifecycle import AirCover, LifecycleRules, LostReason, Road, SilentCustomers
from domain.handoff import Outcome
from domain.stage import Signal, SignalKind, Stage
from handoff.memberships import Place, lists_of
from tests.unit.handoff.material import (
    BOOK,
    MONDAY,
    NO_NEED,
    TIMING,
    WITH_SALES,
    Case,
    accepted,
    assigned,
    lead,
    lifecycle_rules,
    outcome,
    rulebook,
    score,
)

HOUR = timedelta(hours=1)
IN_DEAL, CUSTOMER, SILENT, COVER = "LL · Open opportunity", "LL · Customer", "LL · Customer · Silent", "LL · Air cover"
LOST, PRICE = "LL · Lost · Other", "LL · Lost · Price"
WITH = {Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY}


def every_list() -> LifecycleRules:
    """Rules that keep every list there is."""
    reasons = {"Price": LostReason(list=PRICE, return_days=30)}
    lost = Road(label="Deal lost", list=LOST, return_days=180, reasons=reasons)
    return lifecycle_rules(
        outcomes={**BOOK.lifecycle.outcomes, Outcome.LOST: lost},
        open_opportunity_list=IN_DEAL,
        customer_list=CUSTOMER,
        silent_customers=SilentCustomers(list=SILENT),
        air_cover=AirCover(list=COVER),
    )


RULES = every_list()
PLACES = st.builds(
    Place,
    stage=st.sampled_from(Stage),
    rest_list=st.sampled_from([None, TIMING, LOST]),
    **{
        name: st.booleans()
        for name in ("withheld", "opted_out", "has_open_deal", "is_customer", "is_silent", "is_covered")
    },
)


@settings(max_examples=100, deadline=None)
@given(place=PLACES)
def test_each_list_has_exactly_those_whom_it_is_about(place: Place) -> None:
    found = set(lists_of(place, RULES))
    assert (WITH_SALES in found) is (place.stage in WITH)
    in_deal = place.stage is Stage.OPPORTUNITY or (place.stage in WITH and place.has_open_deal)
    assert (IN_DEAL in found) is in_deal
    assert (CUSTOMER in found) is (place.stage is Stage.CUSTOMER or place.is_customer)
    rests = place.stage is Stage.RECYCLED and not (place.withheld or place.opted_out)
    assert found & {TIMING, LOST} == ({place.rest_list} if rests and place.rest_list else set())
    silent = place.stage is Stage.CUSTOMER and place.is_silent and not place.opted_out
    assert (SILENT in found) is silent
    assert (COVER in found) is (place.is_covered and not place.opted_out and place.stage is not Stage.DISQUALIFIED)


@settings(max_examples=100, deadline=None)
@given(place=PLACES)
def test_who_opted_out_is_on_no_list_that_is_written_to_and_on_all_others_as_ever(place: Place) -> None:
    written = set(RULES.nurture_lists())
    out, into = (set(lists_of(replace(place, opted_out=said), RULES)) for said in (True, False))
    assert not out & written
    assert out == into - written


def test_lists_that_no_rule_names_are_kept_by_nobody() -> None:
    for stage, flag in product(Stage, (True, False)):
        place = Place(stage=stage, has_open_deal=flag, is_customer=flag, is_silent=flag, is_covered=flag)
        assert set(lists_of(place, BOOK.lifecycle)) == ({WITH_SALES} if stage in WITH else set())


@pytest.mark.parametrize("stage", list(Stage))
def test_with_sales_from_assigned_to_opportunity(stage: Stage) -> None:
    assert (WITH_SALES in lists_of(Place(stage=stage), BOOK.lifecycle)) is (stage in WITH)


def test_moving_says_what_is_joined_and_what_is_left() -> None:
    case = accepted()
    decision = case.decide(MONDAY + 2 * HOUR, outcome("No need", MONDAY + 2 * HOUR))
    assert [(each.list, each.member, each.why) for each in decision.memberships] == [
        (NO_NEED, True, "rejected: No need"),
        (WITH_SALES, False, "is recycled now"),
    ]
    settled = case.settle(MONDAY + 2 * HOUR)
    assert [(each.list, each.member) for each in settled.memberships] == [(NO_NEED, True)]


def test_whoever_comes_back_to_sales_leaves_the_reason_s_list_for_that() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("No need", MONDAY + 2 * HOUR))
    later = MONDAY + timedelta(days=181)
    case.score = score(60, at=later - HOUR)
    found = {each.list: (each.member, each.why) for each in case.decide(later).memberships}
    assert found == {NO_NEED: (False, "returned to sales"), WITH_SALES: (True, "is assigned")}


@pytest.mark.parametrize("is_held", [False, True])
def test_opting_out_leaves_the_list_in_the_same_decision_also_while_the_lead_is_held(is_held: bool) -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("No need", MONDAY + 2 * HOUR))
    case.values["opted_out"] = True
    decision = case.decide(MONDAY + 3 * HOUR, held=is_held)
    assert [(each.list, each.member, each.why) for each in decision.memberships] == [(NO_NEED, False, "opted out")]
    assert decision.lead.nurture_withheld == "opted_out"


def test_who_was_taken_off_by_hand_is_not_put_back_and_leaves_for_good_when_it_goes_on() -> None:
    case = accepted(book=rulebook(lifecycle=RULES))
    case.decide(MONDAY + 2 * HOUR, outcome("No need", MONDAY + 2 * HOUR))
    off = Signal(kind=SignalKind.LEFT_LIST, connection="hub", property=NO_NEED, value=None, at=MONDAY + 3 * HOUR)
    found = [(each.list, each.member, each.why) for each in case.decide(MONDAY + 3 * HOUR, off).memberships]
    assert found == [(NO_NEED, False, "taken off by a person")]
    assert not any(each.member for each in case.settle(MONDAY + 4 * HOUR).memberships)


def test_lists_that_are_not_ours_are_left_alone() -> None:
    case = assigned()
    case.member_of = frozenset({"Newsletter", WITH_SALES, TIMING})
    decision = case.settle(MONDAY)
    assert {each.list for each in decision.memberships} == {WITH_SALES, TIMING}


def test_a_lead_at_rest_by_baseline_is_on_no_list() -> None:
    case = Case(lead=lead(stage=Stage.RECYCLED), book=rulebook(lifecycle=RULES))
    assert case.decide(MONDAY).memberships == ()
