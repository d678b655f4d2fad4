"""Whoever asks to be called is heard, wherever they stand."""

from datetime import timedelta

import pytest

from domain.decision import BlastClass
from domain.lead import Account
from domain.score import Grade
from domain.stage import Cause, Stage
from domain.values import RecordRef
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    DI,
    MONDAY,
    Case,
    accepted,
    assigned,
    call,
    form,
    lead,
    outcome,
    raised,
    rep,
    reps,
    score,
)

HOUR = timedelta(hours=1)


def test_a_hand_raise_needs_neither_points_nor_fit_nor_patience() -> None:
    asked = MONDAY - HOUR
    case = Case(score=score(3, at=asked, grade=Grade.E, excluded="students", hand_raises=(form(asked),)))
    decision = case.decide(MONDAY)
    assert case.stage() is Stage.ASSIGNED
    assert case.handoff.hand_raise
    assert (decision.hand_raise, decision.blast) == (True, BlastClass.HANDOFF)


def test_employees_competitors_and_tests_cannot_raise_their_hand() -> None:
    case = Case(score=score(90, at=MONDAY, excluded="rivals", hand_raises=(form(MONDAY),)))
    decision = case.decide(MONDAY)
    assert case.stage() is Stage.ENGAGED
    assert (decision.handoffs, decision.hand_raise) == ((), False)


def test_being_opted_out_limits_the_channel_only() -> None:
    asked = MONDAY - HOUR
    case = Case(score=score(25, at=asked, hand_raises=(form(asked),)))
    case.values["opted_out"] = True
    case.decide(MONDAY)
    assert case.stage() is Stage.ASSIGNED
    assert "E-mail: not allowed (opted out)" in str(case.tasks()[0].payload["body"])


def test_a_hand_raise_from_before_arming_changes_the_score_only() -> None:
    case = Case(lead=lead(armed_at=MONDAY), score=score(30, at=MONDAY, hand_raises=(form(MONDAY),)))
    case.decide(MONDAY + HOUR)
    assert case.stage() is Stage.ENGAGED


def test_a_hand_raise_ends_a_cool_off_at_once_and_leaves_the_list() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    asked = MONDAY + 4 * HOUR
    case.score = score(20, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    assert (case.stage(), case.handoff.number, case.owner()) == (Stage.ASSIGNED, 2, BO)
    assert case.lead.return_at is None
    assert case.member_of == {"LL · With sales"}


def test_somebody_disqualified_may_still_ask_to_be_called() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Left company", MONDAY + 2 * HOUR))
    asked = MONDAY + 4 * HOUR
    case.score = score(20, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    assert case.stage() is Stage.ASSIGNED


def test_asking_again_in_an_untouched_handoff_starts_the_promise_anew() -> None:
    case = assigned()
    asked = MONDAY + HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    decision = case.decide(asked + timedelta(minutes=5))
    assert decision.transitions == ()
    assert case.handoff.hand_raise
    assert case.handoff.touch_due_at == asked + timedelta(minutes=20)
    assert case.notices() == [("notify:2", BO)]
    assert len(case.tasks()) == 1
    case.decide(asked + timedelta(minutes=31))
    assert case.notices()[1:] == [("remind:2", BO)]


def test_asking_again_while_it_is_worked_tells_the_owner_once() -> None:
    case = accepted()
    asked = MONDAY + 2 * HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    case.decide(asked + HOUR)
    assert case.notices() == [("notify:2", BO)]
    assert case.stage() is Stage.ACCEPTED


def test_a_request_that_the_rep_had_not_heard_of_outlives_the_rejection() -> None:
    case = accepted()
    asked = MONDAY + 2 * HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    decision = case.decide(asked + HOUR, outcome("No need", asked + timedelta(minutes=2)))
    assert [(move.before, move.after) for move in decision.transitions] == [
        (Stage.ACCEPTED, Stage.RECYCLED),
        (Stage.RECYCLED, Stage.MQL),
        (Stage.MQL, Stage.ASSIGNED),
    ]
    assert [each.number for each in decision.handoffs] == [1, 2]


def test_a_customer_who_asks_is_told_to_the_account_owner_without_a_handoff() -> None:
    account = Account(ref=RecordRef(connection="crm", object="Account", id="A1"), name="Globex", owner=DI)
    case = Case(
        lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)), more={"account": account}
    )
    decision = case.decide(MONDAY + HOUR)
    assert (case.stage(), decision.handoffs, decision.hand_raise) == (Stage.CUSTOMER, (), True)
    assert case.notices() == [("raise:hub:forms:F1", DI)]
    case.decide(MONDAY + 2 * HOUR)
    assert len(case.notices()) == 1, "once"


def test_a_customer_whom_nobody_owns_is_told_to_the_manager() -> None:
    case = Case(lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)))
    case.decide(MONDAY + HOUR)
    assert case.notices() == [("raise:hub:forms:F1", BOSS)]


def test_a_hand_raise_is_noticed_at_once() -> None:
    case = raised()
    assert case.notices() == [("notify", BO)]
    assert case.intents[1].payload["text"] == "Ana Ruiz: asked for a demo"


OLD_HANDS = [
    pytest.param(Stage.ASSIGNED, id="given out"),
    pytest.param(Stage.ACCEPTED, id="being worked"),
    pytest.param(Stage.QUALIFIED, id="qualified"),
]


@pytest.mark.parametrize("stage", OLD_HANDS)
def test_somebody_whom_sales_had_before_go_live_is_their_reps_task(stage: Stage) -> None:
    case = Case(lead=lead(stage=stage, owner=CY), score=score(20, hand_raises=(form(MONDAY),)))
    decision = case.decide(MONDAY + HOUR)
    assert (case.stage(), case.owner(), decision.hand_raise) == (stage, CY, True)
    assert [each.payload["owner"] for each in case.tasks()] == [CY]
    assert case.notices() == [("notify", CY)]
    assert decision.blast is BlastClass.HANDOFF
    case.settle(MONDAY + HOUR + timedelta(minutes=1))
    assert (len(case.tasks()), len(case.notices())) == (1, 1), "once"


def test_the_promise_to_somebody_given_out_before_go_live_runs_from_the_request() -> None:
    case = Case(lead=lead(stage=Stage.ASSIGNED, owner=CY), score=score(20, hand_raises=(form(MONDAY),)))
    case.decide(MONDAY + HOUR)
    assert case.handoff.touch_due_at is not None
    assert case.handoff.touch_due_at > MONDAY + HOUR
    case.sales.append(call(MONDAY + 2 * HOUR, "U2"))
    case.decide(MONDAY + 2 * HOUR)
    assert (case.stage(), case.handoff.accepted_by) == (Stage.ACCEPTED, "touch")


@pytest.mark.parametrize("stage", OLD_HANDS)
@pytest.mark.parametrize(
    "owner",
    [pytest.param(None, id="no owner both sides know"), pytest.param(DI, id="an owner who left")],
)
def test_somebody_whose_rep_is_gone_gets_another_one(stage: Stage, owner: str | None) -> None:
    gone = reps(di=rep(DI, "Di Rae", 3, active=False))
    case = Case(lead=lead(stage=stage, owner=owner), score=score(20, hand_raises=(form(MONDAY),)), reps=gone)
    decision = case.decide(MONDAY + HOUR)
    assert [(move.before, move.after, move.cause) for move in decision.transitions] == [
        (stage, Stage.MQL, Cause.RULE),
        (Stage.MQL, Stage.ASSIGNED, Cause.RULE),
    ]
    assert case.owner() == BO
    assert [each.payload["owner"] for each in case.tasks()] == [BO]


def test_the_request_of_somebody_in_a_handoff_whose_rep_left_goes_to_another() -> None:
    case = accepted()
    case.reps = reps(bo=rep(BO, "Bo Lind", 1, active=False))
    asked = MONDAY + 3 * HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    case.decide(asked + HOUR)
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, CY)
    assert [each.payload["owner"] for each in case.tasks()] == [BO, CY]


def test_a_customer_who_asks_is_a_task_of_the_account_owner_without_a_clock() -> None:
    account = Account(ref=RecordRef(connection="crm", object="Account", id="A1"), name="Globex", owner=DI)
    more = {"account": account, "is_customer": True}
    case = Case(lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)), more=more)
    decision = case.decide(MONDAY + HOUR)
    (task,) = case.tasks()
    assert (task.payload["owner"], task.payload["kind"], task.payload["due_at"]) == (DI, "customer", None)
    assert task.payload["subject"] == "Call Ana Ruiz (Globex): asked for a demo"
    assert (case.stage(), decision.handoffs) == (Stage.CUSTOMER, ())
    case.decide(MONDAY + 2 * HOUR)
    assert len(case.tasks()) == 1, "once"
