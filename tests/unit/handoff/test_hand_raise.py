"""Whoever asks to be called is heard, wherever they stand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.routing import Member
from domain.account import Account, Certainty
from domain.decision import BlastClass, IntentKind
from domain.handoff import Queue
from domain.score import Grade
from domain.stage import Cause, Stage
from domain.values import RecordRef
from handoff.rotation import RoutingState
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
    pool,
    raised,
    rep,
    reps,
    routing_rules,
    rulebook,
    score,
    team,
    verdict,
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


def test_asking_in_a_handoff_that_a_rep_took_without_a_task_gives_them_one() -> None:
    case = Case(lead=lead(stage=Stage.RECYCLED, owner=BO), score=score(5, at=MONDAY))
    case.decide(MONDAY, verdict("Accept", MONDAY))
    assert (case.stage(), case.owner(), case.tasks()) == (Stage.ACCEPTED, BO, [])
    asked = MONDAY + 2 * HOUR
    case.score = score(20, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    case.decide(asked + HOUR)
    assert [(task.step, task.payload["owner"]) for task in case.tasks()] == [("task", BO)]
    assert case.notices() == [("notify", BO)]


def test_asking_again_in_a_queue_that_nobody_can_empty_is_told_to_the_manager() -> None:
    asked = MONDAY - HOUR
    away = {email: replace(each, active=False) for email, each in reps().items()}
    case = Case(score=score(5, at=asked, hand_raises=(form(asked),)), reps=away)
    case.decide(MONDAY)
    assert (case.handoff.queue, case.notices()) == (Queue.UNASSIGNED, [("queued", BOSS)])
    again = form(MONDAY + HOUR, 2)
    case.score = score(10, at=again.occurred_at, hand_raises=(form(asked), again))
    case.decide(MONDAY + HOUR)
    case.decide(MONDAY + 2 * HOUR)
    assert case.notices() == [("queued", BOSS), ("queued:2", BOSS)]


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
    account = Account(
        ref=RecordRef(connection="crm", object="Account", id="A1"),
        name="Globex",
        certainty=Certainty.EXPLICIT,
        owner=DI,
    )
    case = Case(
        lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)), more={"account": account}
    )
    decision = case.decide(MONDAY + HOUR)
    assert (case.stage(), decision.handoffs, decision.hand_raise) == (Stage.CUSTOMER, (), True)
    assert case.notices() == [("raise:hub:forms:F1", DI)]
    case.decide(MONDAY + 2 * HOUR)
    assert len(case.notices()) == 1, "once"


def test_who_asks_while_a_deal_ends_their_handoff_is_told_of_without_one() -> None:
    case = accepted()
    asked = MONDAY + 2 * HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    account = Account(
        ref=RecordRef(connection="crm", object="Account", id="A1"),
        name="Globex",
        certainty=Certainty.EXPLICIT,
        owner=DI,
    )
    decision = case.decide(asked + HOUR, has_open_deal=True, account=account)
    assert case.stage() is Stage.OPPORTUNITY
    assert [(each.kind, each.handoff, each.step) for each in decision.intents] == [
        (IntentKind.NOTICE, 0, "raise:hub:forms:F1"),
        (IntentKind.TASK, 0, "raise:hub:forms:F1"),
    ]


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
    account = Account(
        ref=RecordRef(connection="crm", object="Account", id="A1"),
        name="Globex",
        certainty=Certainty.EXPLICIT,
        owner=DI,
    )
    more = {"account": account, "is_customer": True}
    case = Case(lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)), more=more)
    decision = case.decide(MONDAY + HOUR)
    (task,) = case.tasks()
    assert (task.payload["owner"], task.payload["kind"], task.payload["due_at"]) == (DI, "customer", None)
    assert task.payload["subject"] == "Call Ana Ruiz (Globex): asked for a demo"
    assert (case.stage(), decision.handoffs) == (Stage.CUSTOMER, ())
    case.decide(MONDAY + 2 * HOUR)
    assert len(case.tasks()) == 1, "once"


def test_a_request_that_is_read_late_is_heard_in_the_open_handoff() -> None:
    case = assigned()
    before = case.handoff.touch_due_at
    asked = MONDAY - timedelta(minutes=2)
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    decision = case.decide(MONDAY + timedelta(minutes=3))
    assert (decision.hand_raise, case.handoff.hand_raise, case.notices()) == (True, True, [("notify:2", BO)])
    assert case.intents[-1].payload["text"] == "Ana Ruiz asks to be called: asked for a demo"
    assert case.handoff.touch_due_at == MONDAY + timedelta(minutes=18)
    assert before is not None
    assert before > MONDAY + HOUR
    case.settle(MONDAY + timedelta(minutes=4))
    assert len(case.notices()) == 1, "once"


def test_a_request_that_is_read_late_gets_a_lead_out_of_the_queue_of_the_full() -> None:
    book = rulebook(routing=routing_rules(pools=[pool(new_per_day=1, members=[Member(email=BO)])]))
    case = Case(book=book, score=score(60, at=MONDAY), state=RoutingState().gave(BO, MONDAY.date()))
    case.decide(MONDAY)
    assert case.handoff.queue_cause == "pool North: all 1 full"
    asked = MONDAY - timedelta(minutes=2)
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    case.decide(MONDAY + timedelta(minutes=3))
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, BO)


def test_the_request_that_opened_a_handoff_is_not_heard_again_in_it() -> None:
    case = raised()
    case.decide(MONDAY + timedelta(minutes=1))
    assert (case.notices(), len(case.tasks())) == ([("notify", BO)], 1)


PUBLISHED = MONDAY
"""When new rules armed every lead anew."""


def published(asked: datetime, *, seen_at: datetime) -> Case:
    request = replace(form(asked), seen_at=seen_at)
    return Case(lead=lead(armed_at=PUBLISHED), score=score(30, at=asked, hand_raises=(request,)))


@pytest.mark.parametrize(
    ("older", "seen_later", "stage"),
    [
        pytest.param(timedelta(minutes=2), timedelta(minutes=1), Stage.ASSIGNED, id="read only afterwards"),
        pytest.param(timedelta(days=7), timedelta(minutes=1), Stage.ASSIGNED, id="a week old at most"),
        pytest.param(timedelta(days=7, seconds=1), timedelta(minutes=1), Stage.ENGAGED, id="older than a week"),
        pytest.param(timedelta(minutes=2), timedelta(0), Stage.ENGAGED, id="seen when the rules changed"),
        pytest.param(timedelta(minutes=2), -timedelta(minutes=1), Stage.ENGAGED, id="known to the old rules"),
    ],
)
def test_a_request_from_before_a_publication_counts_if_we_saw_it_only_after(
    older: timedelta, seen_later: timedelta, stage: Stage
) -> None:
    case = published(PUBLISHED - older, seen_at=PUBLISHED + seen_later)
    case.decide(PUBLISHED + timedelta(minutes=5))
    assert case.stage() is stage
    case.settle(PUBLISHED + timedelta(minutes=6))
    assert len(case.tasks()) == (stage is Stage.ASSIGNED)


def test_a_customers_request_that_is_read_late_is_told_once() -> None:
    request = replace(form(MONDAY - HOUR), seen_at=MONDAY + HOUR)
    case = Case(lead=lead(stage=Stage.CUSTOMER, armed_at=MONDAY, owner=CY), score=score(20, hand_raises=(request,)))
    case.decide(MONDAY + HOUR)
    assert case.notices() == [("raise:hub:forms:F1", CY)]
    assert case.settle(MONDAY + 2 * HOUR).intents == ()


def test_what_the_rep_had_heard_does_not_come_back_after_the_rejection() -> None:
    case = assigned()
    request = replace(form(MONDAY + timedelta(minutes=10)), seen_at=MONDAY + timedelta(minutes=20))
    case.score = score(80, at=MONDAY + timedelta(minutes=10), hand_raises=(request,))
    case.decide(MONDAY + timedelta(minutes=20))
    case.decide(MONDAY + HOUR, outcome("No need", MONDAY + timedelta(minutes=15)))
    assert case.stage() is Stage.RECYCLED
    assert case.settle(MONDAY + 2 * HOUR).transitions == ()


def test_a_request_read_together_with_a_rejection_and_older_than_the_handoff_outlives_it() -> None:
    case = assigned()
    asked = MONDAY - timedelta(minutes=2)
    request = replace(form(asked), seen_at=MONDAY + timedelta(minutes=3))
    case.score = score(80, at=asked, hand_raises=(request,))
    case.decide(MONDAY + timedelta(minutes=3), outcome("No need", MONDAY + timedelta(minutes=2)))
    assert (case.stage(), case.handoff.number) == (Stage.ASSIGNED, 2)


def test_a_request_read_together_with_the_news_of_a_deal_is_heard_all_the_same() -> None:
    case = accepted()
    asked = MONDAY + 2 * HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    case.more = {"has_open_deal": True}
    case.decide(MONDAY + 3 * HOUR)
    assert (case.stage(), case.notices()) == (Stage.OPPORTUNITY, [("raise:hub:forms:F1", BO)])


def test_a_request_nobody_can_be_told_of_stays_alive_until_somebody_can() -> None:
    silent = rulebook(routing=routing_rules(teams=[team(manager=None)]))
    case = Case(book=silent, lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)))
    decision = case.decide(MONDAY + timedelta(minutes=5))
    assert decision.notes == ("somebody with sales asked to be called and nobody is named who could be told",)
    assert decision.intents == ()
    assert decision.wake_at == MONDAY + HOUR, "asked again, not in every pass"
    case.values["owner"] = "U2"
    case.decide(MONDAY + HOUR)
    assert case.notices() == [("raise:hub:forms:F1", CY)]
    assert case.settle(MONDAY + 2 * HOUR).wake_at is None
