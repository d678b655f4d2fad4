"""First stages come from the confirmed table and open no handoff."""

import pytest

from config.lifecycle import BaselineRow
from domain.stage import Cause, Stage
from handoff.baseline import first_stage
from handoff.view import LeadView
from tests.unit.handoff.material import MONDAY, Case, form, lead, lifecycle_rules, rulebook, score

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
