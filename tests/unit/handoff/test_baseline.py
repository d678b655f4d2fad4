"""First stages come from the confirmed table and open no handoff."""

import pytest

from config.lifecycle import BaselineRow
from domain.decision import Decision
from domain.stage import Cause, Stage
from handoff.baseline import first_stage
from handoff.view import LeadView
from tests.unit.handoff.material import BO, MONDAY, Case, form, lead, lifecycle_rules, rep, reps, rulebook, score

ROWS = [
    BaselineRow(customer=True, stage=Stage.CUSTOMER),
    BaselineRow(converted=True, open_deal=True, stage=Stage.OPPORTUNITY),
    BaselineRow(status="Working", stage=Stage.ACCEPTED),
    BaselineRow(status="New", lifecycle="marketingqualifiedlead", stage=Stage.MQL),
    BaselineRow(status="Nurture", stage=Stage.RECYCLED),
]
BOOK = rulebook(lifecycle=lifecycle_rules(baseline=ROWS))


@pytest.mark.parametrize(
    ("values", "more", "stage"),
    [
        pytest.param({"status": "Working"}, {"is_customer": True}, Stage.CUSTOMER, id="the first row that fits"),
        pytest.param({"status": "Working"}, {"converted": True}, Stage.ACCEPTED, id="every column has to fit"),
        pytest.param({"status": " working "}, {}, Stage.ACCEPTED, id="case and blanks do not matter"),
        pytest.param({"status": "New", "lifecycle": "lead"}, {}, Stage.KNOWN, id="no row fits"),
        pytest.param({"status": "New", "lifecycle": "marketingqualifiedlead"}, {}, Stage.MQL, id="two systems agree"),
        pytest.param({}, {}, Stage.KNOWN, id="nothing is known"),
    ],
)
def test_the_first_row_that_fits_decides(values: dict[str, str], more: dict[str, bool], stage: Stage) -> None:
    view = LeadView(lead=lead(), score=score(0), values=values, **more)  # type: ignore[arg-type]  # str and bool are values
    assert first_stage(view, ROWS)[0] is stage


def test_the_baseline_opens_no_handoff_for_who_is_above_the_line_already() -> None:
    case = Case(book=BOOK, lead=lead(armed_at=MONDAY), score=score(90, at=MONDAY, hand_raises=(form(MONDAY),)))
    case.values["status"], case.values["lifecycle"] = "New", "marketingqualifiedlead"
    decision = case.decide(MONDAY, needs_baseline=True)
    assert [(move.after, move.cause, move.why) for move in decision.transitions] == [
        (Stage.MQL, Cause.BASELINE, "first stage: status New, lifecycle marketingqualifiedlead")
    ]
    assert (decision.handoffs, decision.intents, decision.unarmed) == ((), (), True)


def test_a_new_lead_that_asks_to_be_called_after_go_live_is_handed_over_at_once() -> None:
    case = Case(book=BOOK, score=score(25, at=MONDAY, hand_raises=(form(MONDAY),)))
    decision = case.decide(MONDAY, needs_baseline=True)
    assert case.stage() is Stage.ASSIGNED
    assert decision.hand_raise


def test_whoever_works_a_lead_on_the_first_day_keeps_it_and_is_shown_in_both_systems() -> None:
    case = Case(book=BOOK)
    case.values |= {"status": "Working", "owner": "U1"}
    decision = case.decide(MONDAY, needs_baseline=True)
    assert (case.stage(), case.lead.owner, decision.properties["owner"]) == (Stage.ACCEPTED, BO, BO)
    assert (decision.handoffs, decision.assignment, decision.blast) == ((), None, None)


@pytest.mark.parametrize(
    ("owner", "finding"),
    [
        pytest.param("U1", "accepted and its owner is inactive: give the lead to somebody else", id="who left"),
        pytest.param("U9", "accepted with no owner that both sides know: nobody hears what this person asks", id="who"),
    ],
)
def test_a_lead_at_work_without_a_present_rep_is_a_finding(owner: str, finding: str) -> None:
    case = Case(book=BOOK, reps=reps(bo=rep(BO, "Bo Lind", 1, active=False)))
    case.values |= {"status": "Working", "owner": owner}
    decision = case.decide(MONDAY, needs_baseline=True)
    assert (decision.notes, "owner" in decision.properties) == ((finding,), False)


def test_who_was_only_scored_before_the_baseline_gets_a_first_stage_all_the_same() -> None:
    case = Case(book=BOOK, lead=lead(stage=Stage.ENGAGED), score=score(30, at=MONDAY))
    case.values["status"] = "Working"
    decision = case.decide(MONDAY, needs_baseline=True)
    assert [(move.before, move.after, move.cause) for move in decision.transitions] == [
        (Stage.ENGAGED, Stage.ACCEPTED, Cause.BASELINE)
    ]


def began(case: Case, stage: Stage, **values: str) -> None:
    """A lead whose stage is what a table gave it."""
    case.values |= values
    case.decide(MONDAY, needs_baseline=True)
    assert case.stage() is stage


OTHER = rulebook(lifecycle=lifecycle_rules(baseline=[BaselineRow(status="Working", stage=Stage.MQL)]))


def moves(decision: Decision) -> list[tuple[Stage, Stage]]:
    return [(move.before, move.after) for move in decision.transitions]


def test_a_first_stage_that_nobody_confirmed_is_given_anew_by_another_table() -> None:
    case = Case(book=BOOK)
    began(case, Stage.ACCEPTED, status="Working", owner="U1")
    case.book = OTHER
    decision = case.decide(MONDAY, needs_baseline=True, is_provisional=True)
    assert moves(decision) == [(Stage.ACCEPTED, Stage.KNOWN), (Stage.KNOWN, Stage.MQL)]
    assert {move.cause for move in decision.transitions} == {Cause.BASELINE}
    assert (decision.blast, decision.handoffs, case.lead.owner, case.lead.mql_since) == (None, (), None, MONDAY)


def test_who_falls_into_the_same_stage_by_another_row_does_not_move() -> None:
    case = Case(book=BOOK)
    began(case, Stage.ACCEPTED, status="Working", owner="U1")
    case.book = rulebook(lifecycle=lifecycle_rules(baseline=[BaselineRow(stage=Stage.ACCEPTED)]))
    decision = case.decide(MONDAY, needs_baseline=True, is_provisional=True)
    assert (moves(decision), case.lead.owner) == ([], BO)


def test_a_stage_that_is_not_from_the_table_alone_is_kept() -> None:
    case = Case(book=BOOK)
    began(case, Stage.ACCEPTED, status="Working")
    case.book = OTHER
    assert moves(case.decide(MONDAY, needs_baseline=True, is_provisional=False)) == []


def test_whom_the_new_table_does_not_know_is_known_and_nothing_else() -> None:
    case = Case(book=BOOK)
    began(case, Stage.RECYCLED, status="Nurture")
    case.book = OTHER
    assert moves(case.decide(MONDAY, needs_baseline=True, is_provisional=True)) == [(Stage.RECYCLED, Stage.KNOWN)]
