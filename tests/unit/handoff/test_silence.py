"""A customer of whom nobody hears is told apart, and goes to the account's owner when they act again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.account import Account, Certainty
from domain.handoff import HandoffKind
from domain.stage import Stage
from domain.values import RecordRef
from tests.unit.handoff.material import BO, CY, GO_LIVE, MONDAY, WITH_SALES, Case, call, form, lead, rulebook, score
from tests.unit.handoff.test_memberships import CUSTOMER, RULES, SILENT

DAY = timedelta(days=1)
QUIET = 90 * DAY
GLOBEX = Account(
    ref=RecordRef(connection="crm", object="Account", id="001"),
    name="Globex",
    certainty=Certainty.EXPLICIT,
    owner=CY,
    is_customer=True,
)


def customer(**changes: Any) -> Case:
    """Somebody of a customer's since go-live, whom Bo called then; the account is Cy's."""
    view = {"account": GLOBEX, "is_customer": True}
    fields = {"lead": lead(stage=Stage.CUSTOMER), "book": rulebook(lifecycle=RULES), "more": view}
    return Case(**{**fields, "sales": [call(GO_LIVE)], **changes})


def silent() -> Case:
    case = customer()
    case.decide(GO_LIVE + QUIET)
    assert case.member_of == {CUSTOMER, SILENT}
    return case


def test_it_takes_both_silences_and_the_loop_wakes_for_it() -> None:
    case = customer()
    decision = case.decide(MONDAY)
    assert (case.member_of, decision.wake_at) == ({CUSTOMER}, GO_LIVE + QUIET)
    case.decide(GO_LIVE + QUIET)
    assert (case.lead.silent_since, case.member_of) == (GO_LIVE + QUIET, {CUSTOMER, SILENT})


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({"sales": [call(GO_LIVE + 40 * DAY)]}, None),
        ({}, GO_LIVE + 10 * DAY),
        ({"lead": lead(stage=Stage.CUSTOMER, stage_since=GO_LIVE + 10 * DAY)}, None),
    ],
    ids=["sales called", "they did something", "a customer since lately"],
)
def test_who_was_heard_of_lately_is_not_silent(changes: dict[str, Any], heard: datetime | None) -> None:
    case = customer(**changes)
    case.decide(GO_LIVE + QUIET, heard_at=heard)
    assert case.member_of == {CUSTOMER}


def test_without_the_rule_nobody_is_silent() -> None:
    rules = RULES.model_copy(update={"silent_customers": None})
    case = customer(book=rulebook(lifecycle=rules))
    assert case.decide(GO_LIVE + 10 * QUIET).wake_at is None
    assert case.lead.silent_since is None


def test_acting_above_the_line_opens_a_handoff_for_the_owner_of_the_account() -> None:
    case = silent()
    at = GO_LIVE + QUIET + 5 * DAY
    case.score = score(60, at=at)
    decision = case.decide(at)
    assert (case.stage(), case.owner(), case.handoff.kind) == (Stage.ASSIGNED, CY, HandoffKind.CUSTOMER)
    assert case.handoff.touch_due_at is None
    assert {each.list: each.member for each in decision.memberships} == {
        CUSTOMER: True,
        SILENT: False,
        WITH_SALES: True,
    }


def test_a_click_below_the_line_opens_nothing_and_ends_no_silence() -> None:
    case = silent()
    at = GO_LIVE + QUIET + 5 * DAY
    case.score = score(30, at=at)
    case.decide(at, heard_at=at)
    assert (case.stage(), SILENT in case.member_of) == (Stage.CUSTOMER, True)
    case.score = score(60, at=at + DAY)
    case.decide(at + DAY)
    assert case.owner() == CY


def test_points_from_before_the_silence_open_nothing() -> None:
    case = silent()
    case.score = score(60, at=GO_LIVE + QUIET - DAY)
    case.decide(GO_LIVE + QUIET + DAY)
    assert case.stage() is Stage.CUSTOMER


def test_a_customer_who_was_never_silent_is_no_lead_whatever_they_do() -> None:
    case = customer()
    case.score = score(90, at=MONDAY)
    case.decide(MONDAY)
    assert case.stage() is Stage.CUSTOMER


def test_a_rep_who_is_in_touch_ends_the_silence() -> None:
    case = silent()
    case.sales.append(call(GO_LIVE + QUIET + DAY))
    case.decide(GO_LIVE + QUIET + DAY)
    assert (case.lead.silent_since, case.member_of) == (None, {CUSTOMER})


def test_a_request_to_be_called_goes_to_the_owner_as_ever_and_ends_the_silence() -> None:
    case = silent()
    at = GO_LIVE + QUIET + DAY
    case.score = score(30, at=at, hand_raises=(form(at),))
    case.decide(at)
    assert (case.stage(), case.notices()[-1][1], case.lead.silent_since) == (Stage.CUSTOMER, CY, None)


def test_publishing_rules_which_arms_everybody_anew_ends_no_silence() -> None:
    case = silent()
    case.lead = replace(case.lead, armed_at=GO_LIVE + QUIET + DAY)
    case.decide(GO_LIVE + QUIET + 2 * DAY)
    assert SILENT in case.member_of


def test_a_handoff_that_nobody_moves_ends_with_the_customer_where_they_were() -> None:
    case = silent()
    at = GO_LIVE + QUIET + 5 * DAY
    case.score = score(60, at=at)
    case.more = {}
    case.decide(at)
    assert case.stage() is Stage.ASSIGNED
    case.book = rulebook(lifecycle=RULES.model_copy(update={"longest_stay_days": {Stage.ASSIGNED: 14}}))
    case.decide(at + 15 * DAY)
    assert case.stage() is Stage.CUSTOMER


def test_the_owner_of_the_account_comes_before_the_rep_who_spoke_with_them_once() -> None:
    case = silent()
    at = GO_LIVE + QUIET + DAY
    case.score = score(60, at=at)
    case.decide(at)
    assert (case.sales[0].actor, case.owner()) == (case.reps[BO].user_ids[0][1], CY)
