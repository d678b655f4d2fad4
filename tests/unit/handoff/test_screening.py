"""Rules that disqualify: at once, under their name, and never against a request to be called or a person's word."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from config.conditions import Condition, Operator, Row
from config.lifecycle import DisqualifyRule
from domain.decision import BlastClass
from domain.rule_problem import RuleFile, RuleProblem
from domain.stage import Cause, Signal, SignalKind, Stage
from tests.unit.handoff.material import (
    BO,
    CY,
    GO_LIVE,
    MONDAY,
    Case,
    assigned,
    call,
    form,
    lead,
    lifecycle_rules,
    outcome,
    raised,
    rulebook,
    says,
    score,
    verdict,
)

HOUR = timedelta(hours=1)
DECLINED = Condition(all=[Row(property="decision", operator=Operator.EQUALS, value="declined")])
BOOK = rulebook(lifecycle=lifecycle_rules(disqualify=[DisqualifyRule(name="Declined by the bank", when=DECLINED)]))


def declined(case: Case, **more: Any) -> Case:
    case.values["decision"] = "declined"
    case.more |= more
    return case


@pytest.mark.parametrize("stage", [Stage.KNOWN, Stage.ENGAGED, Stage.RECYCLED])
def test_a_lead_that_meets_the_rule_is_disqualified_under_its_name(stage: Stage) -> None:
    decision = declined(Case(book=BOOK, lead=lead(stage=stage)), changed_at={"decision": MONDAY}).decide(MONDAY)
    assert [(move.after, move.cause, move.why) for move in decision.transitions] == [
        (Stage.DISQUALIFIED, Cause.RULE, "rule 'Declined by the bank'")
    ]
    assert (decision.blast, decision.lead.armed_at) == (BlastClass.DESTRUCTIVE, MONDAY)


def test_an_open_handoff_ends_with_it() -> None:
    case = declined(assigned(book=BOOK), changed_at={"decision": MONDAY + HOUR})
    case.decide(MONDAY + HOUR)
    assert (case.stage(), case.has_handoff) == (Stage.DISQUALIFIED, False)
    assert (case.handoffs[1].closed_at, case.handoffs[1].outcome) == (MONDAY + HOUR, None)


@pytest.mark.parametrize("stage", [Stage.OPPORTUNITY, Stage.CUSTOMER])
def test_a_deal_and_a_customer_are_left_to_people(stage: Stage) -> None:
    case = declined(Case(book=BOOK, lead=lead(stage=stage)), changed_at={"decision": MONDAY})
    assert case.decide(MONDAY).transitions == ()


def test_who_asks_to_be_called_is_heard_although_the_rule_is_met() -> None:
    asked = MONDAY - HOUR
    case = declined(Case(book=BOOK, score=score(25, at=asked, hand_raises=(form(asked),))))
    case.more = {"changed_at": {"decision": MONDAY - 2 * HOUR}}
    case.decide(MONDAY)
    assert (case.stage(), case.handoff.hand_raise) == (Stage.ASSIGNED, True)


def test_news_after_the_request_disqualifies_all_the_same() -> None:
    case = declined(raised(book=BOOK), changed_at={"decision": MONDAY + HOUR})
    case.decide(MONDAY + 2 * HOUR)
    assert case.stage() is Stage.DISQUALIFIED


def test_a_person_who_takes_it_back_is_not_overruled() -> None:
    case = declined(Case(book=BOOK), changed_at={"decision": MONDAY})
    case.decide(MONDAY + HOUR)
    case.decide(MONDAY + 2 * HOUR, says(SignalKind.STAGE, "known", MONDAY + 2 * HOUR))
    assert case.stage() is Stage.KNOWN
    case.settle(MONDAY + 3 * HOUR)
    assert case.stage() is Stage.KNOWN
    case.more = {"changed_at": {"decision": MONDAY + 4 * HOUR}}
    case.decide(MONDAY + 5 * HOUR)
    assert case.stage() is Stage.DISQUALIFIED


@pytest.mark.parametrize(("is_new", "after"), [(True, Stage.DISQUALIFIED), (False, Stage.KNOWN)])
def test_what_was_so_before_is_news_only_of_a_new_lead(is_new: bool, after: Stage) -> None:
    case = declined(Case(book=BOOK), changed_at={"decision": GO_LIVE - HOUR}, needs_baseline=is_new)
    case.decide(MONDAY)
    assert case.stage() is after


def test_a_rule_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="would disqualify everybody"):
        DisqualifyRule(name="Everybody", when=Condition())


STATUS = Condition(all=[Row(property="status", operator=Operator.EQUALS, value="Declined")])
BY_STATUS = rulebook(lifecycle=lifecycle_rules(disqualify=[DisqualifyRule(name="Declined", when=STATUS)]))


def test_what_nobody_dates_is_no_news_of_a_lead_that_a_rep_took() -> None:
    case = Case(book=BY_STATUS, lead=lead(stage=Stage.DISQUALIFIED))
    case.values |= {"status": "Declined", "owner": BO}
    case.decide(MONDAY, verdict("Accept", MONDAY))
    assert case.stage() is Stage.ACCEPTED
    assert case.settle(MONDAY + HOUR).transitions == ()


def test_what_nobody_dates_is_news_of_a_new_lead() -> None:
    case = Case(book=BY_STATUS)
    case.values["status"] = "Declined"
    case.decide(MONDAY, needs_baseline=True)
    assert case.stage() is Stage.DISQUALIFIED


def test_a_persons_move_of_a_new_lead_goes_before_the_rule() -> None:
    case = Case(book=BY_STATUS)
    case.values |= {"status": "Declined", "owner": BO}
    case.decide(MONDAY, says(SignalKind.STAGE, "accepted", MONDAY, "status"), needs_baseline=True)
    assert case.stage() is Stage.ACCEPTED
    assert case.settle(MONDAY + HOUR).transitions == ()


SPOKEN = [
    pytest.param(verdict("Accept", MONDAY + HOUR), id="accepts"),
    pytest.param(outcome("Meeting", MONDAY + HOUR), id="had a meeting"),
    pytest.param(says(SignalKind.STAGE, "Working", MONDAY + HOUR, "status"), id="works it"),
    pytest.param(says(SignalKind.OWNER, CY, MONDAY + HOUR), id="gives it to somebody"),
]


@pytest.mark.parametrize("word", SPOKEN)
def test_a_persons_word_outweighs_what_was_so_before_it(word: Signal) -> None:
    case = declined(assigned(book=BOOK), changed_at={"decision": MONDAY + HOUR / 2})
    case.decide(MONDAY + 2 * HOUR, word)
    assert case.has_handoff
    assert case.settle(MONDAY + 3 * HOUR).transitions == ()
    assert case.has_handoff


@pytest.mark.parametrize("word", SPOKEN)
def test_what_comes_after_a_persons_word_is_news(word: Signal) -> None:
    case = assigned(book=BOOK)
    case.decide(MONDAY + HOUR, word)
    declined(case, changed_at={"decision": MONDAY + 2 * HOUR}).decide(MONDAY + 3 * HOUR)
    assert case.stage() is Stage.DISQUALIFIED


def test_a_touch_says_nothing_about_what_another_system_decided() -> None:
    case = declined(assigned(book=BOOK), changed_at={"decision": MONDAY + HOUR})
    case.sales.append(call(MONDAY + 2 * HOUR))
    case.decide(MONDAY + 3 * HOUR)
    assert case.stage() is Stage.DISQUALIFIED


def test_a_rule_that_cannot_be_told_disqualifies_nobody_is_named_and_the_next_is_asked() -> None:
    hasty = DisqualifyRule(name="Too small", when=Condition(expr="lead.size < 10"))
    book = rulebook(lifecycle=lifecycle_rules(disqualify=[hasty, *BOOK.lifecycle.disqualify]))
    unsure = Case(book=book, lead=lead(stage=Stage.KNOWN)).decide(MONDAY)
    words = "lead.size is blank: ask has(lead.size) first"
    told = RuleProblem(file=RuleFile.LIFECYCLE, rule="disqualify 'Too small'", words=words)
    assert (unsure.transitions, unsure.problems) == ((), (told,))
    sure = declined(Case(book=book, lead=lead(stage=Stage.KNOWN)), changed_at={"decision": MONDAY}).decide(MONDAY)
    assert ([move.after for move in sure.transitions], sure.problems) == ([Stage.DISQUALIFIED], (told,))
