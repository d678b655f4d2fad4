"""A rep who follows up has accepted; silence, sequences, notes and colleagues have not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.activity import Activity, ActivityKind
from domain.stage import Cause, SignalKind, Stage
from tests.unit.handoff.material import (
    BO,
    CY,
    MONDAY,
    Case,
    assigned,
    call,
    form,
    lead,
    outcome,
    raised,
    rep,
    reps,
    says,
    score,
    verdict,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (ActivityKind.CALL_LOGGED, "Bo Lind: a call"),
        (ActivityKind.MEETING_BOOKED, "Bo Lind: a meeting"),
        (ActivityKind.EMAIL_SENT, "Bo Lind: an e-mail"),
    ],
)
def test_following_up_accepts(kind: ActivityKind, why: str) -> None:
    case = assigned()
    case.sales.append(call(MONDAY + HOUR, kind=kind))
    decision = case.decide(MONDAY + 3 * HOUR)
    assert [(move.after, move.cause, move.why) for move in decision.transitions] == [
        (Stage.ACCEPTED, Cause.PERSON, why)
    ]
    handoff = case.handoff
    assert (handoff.touched_at, handoff.accepted_at, handoff.accepted_by) == (MONDAY + HOUR, MONDAY + HOUR, "touch")
    assert (handoff.touch_due_at, handoff.outcome_due_at) == (None, MONDAY + HOUR + timedelta(days=14))


def test_the_first_touch_counts_whatever_order_they_come_in() -> None:
    case = assigned()
    case.sales.extend([call(MONDAY + 2 * HOUR), call(MONDAY + HOUR)])
    case.decide(MONDAY + 3 * HOUR)
    assert case.handoff.touched_at == MONDAY + HOUR


def reply(at: datetime, **changes: Any) -> Activity:
    """What the prospect writes; HubSpot names the rep in whose mailbox it came."""
    return call(at, kind=ActivityKind.EMAIL_REPLIED, **changes)


def test_a_reply_of_the_prospect_is_theirs_and_stops_no_clock() -> None:
    case = raised()
    case.more = {"recent": (reply(MONDAY + timedelta(minutes=5)),)}
    case.sales.append(reply(MONDAY + timedelta(minutes=5)))
    case.decide(MONDAY + timedelta(minutes=30))
    assert (case.stage(), case.handoff.touched_at) == (Stage.ASSIGNED, None)
    assert case.notices()[-1] == ("remind", BO), "somebody who writes waits for an answer all the more"


def test_the_reps_reply_is_a_touch_though_a_sequence_began_the_thread() -> None:
    case = assigned()
    mail = call(MONDAY + HOUR, kind=ActivityKind.EMAIL_SENT, automated=True, properties={"subject": "Step 1"})
    answer = call(MONDAY + 2 * HOUR, kind=ActivityKind.EMAIL_SENT, properties={"subject": "Re: Step 1"})
    case.sales.append(mail)
    case.decide(MONDAY + 3 * HOUR)
    assert case.stage() is Stage.ASSIGNED
    case.sales.append(answer)
    case.decide(MONDAY + 4 * HOUR)
    assert (case.stage(), case.handoff.touched_at) == (Stage.ACCEPTED, MONDAY + 2 * HOUR)


@pytest.mark.parametrize(
    ("news", "stage"),
    [
        pytest.param({"has_open_deal": True}, Stage.OPPORTUNITY, id="a deal is created"),
        pytest.param({"converted": True}, Stage.OPPORTUNITY, id="converted"),
        pytest.param({"is_customer": True}, Stage.CUSTOMER, id="a deal is won"),
    ],
)
def test_a_conversion_or_a_deal_stops_the_clock_for_good(news: dict[str, bool], stage: Stage) -> None:
    case = raised()
    case.more = news
    case.decide(MONDAY + timedelta(minutes=20))
    for hours in range(1, 200, 8):
        case.decide(MONDAY + hours * HOUR)
    assert (case.stage(), case.has_handoff) == (stage, False)
    assert case.notices() == [("notify", BO)]
    assert not any(decision.steps for decision in case.history)


def test_the_other_system_counts_too() -> None:
    case = assigned()
    case.sales.append(call(MONDAY + HOUR, "1", connection="hub", stream="calls"))
    case.decide(MONDAY + 2 * HOUR)
    assert case.stage() is Stage.ACCEPTED


@pytest.mark.parametrize(
    "activity",
    [
        pytest.param(call(MONDAY + HOUR, automated=True), id="a sequence step"),
        pytest.param(call(MONDAY + HOUR, "U2"), id="a colleague"),
        pytest.param(call(MONDAY + HOUR, "1"), id="a user of that number in another system"),
        pytest.param(call(MONDAY + HOUR, kind=ActivityKind.NOTE_LOGGED), id="a note"),
        pytest.param(call(MONDAY + HOUR, kind=ActivityKind.TASK_LOGGED), id="an open task"),
        pytest.param(call(MONDAY - HOUR), id="before the assignment"),
        pytest.param(call(MONDAY + HOUR, retracted=True), id="retracted"),
        pytest.param(call(MONDAY + 9 * HOUR), id="planned for later"),
    ],
)
def test_what_is_no_touch(activity: Activity) -> None:
    case = assigned()
    case.sales.append(activity)
    decision = case.decide(MONDAY + 2 * HOUR)
    assert (decision.transitions, case.handoff.touched_at) == ((), None)


def test_a_working_status_accepts() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, says(SignalKind.STAGE, "working", MONDAY + HOUR, "status"))
    assert case.stage() is Stage.ACCEPTED
    assert (case.handoff.accepted_by, case.handoff.touched_at) == ("status", MONDAY + HOUR)


def test_accepted_by_verdict_is_not_yet_touched() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, says(SignalKind.VERDICT, "Accept", MONDAY + HOUR))
    case.sales.append(call(MONDAY + 5 * HOUR))
    decision = case.decide(MONDAY + 6 * HOUR)
    assert decision.transitions == ()
    assert (case.handoff.accepted_by, case.handoff.touched_at) == ("verdict", MONDAY + 5 * HOUR)
    assert case.handoff.accepted_at == MONDAY + HOUR


def test_accepting_out_of_a_queue_takes_the_lead() -> None:
    nobody = {each.email: rep(each.email, each.name, 1, available=False) for each in reps().values()}
    case = Case(reps=nobody, score=score(60, at=MONDAY - HOUR))
    case.decide(MONDAY)
    case.reps = reps()
    case.values["owner"] = "U2"
    case.decide(MONDAY + HOUR, says(SignalKind.VERDICT, "Accept", MONDAY + HOUR))
    assert (case.stage(), case.owner(), case.handoff.queue) == (Stage.ACCEPTED, CY, None)


def test_an_acceptance_by_nobody_known_is_a_finding() -> None:
    case = Case(reps={}, score=score(60, at=MONDAY - HOUR))
    case.decide(MONDAY)
    decision = case.decide(MONDAY + HOUR, says(SignalKind.VERDICT, "Accept", MONDAY + HOUR))
    assert case.stage() is Stage.MQL
    assert decision.notes == ("accepted by somebody whom not both sides know as a user: it stays in its queue",)


def test_a_touch_before_the_owner_changed_is_not_the_new_owners() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, says(SignalKind.OWNER, CY, MONDAY + HOUR))
    case.sales.append(call(MONDAY + 2 * HOUR))
    case.decide(MONDAY + 3 * HOUR)
    assert (case.owner(), case.stage()) == (CY, Stage.ASSIGNED)
    assert BO not in case.handoff.tried


def test_a_call_between_the_request_and_the_assignment_is_an_answer_to_it() -> None:
    asked = MONDAY - timedelta(minutes=30)
    case = Case(score=score(25, at=asked, hand_raises=(form(asked),)))
    case.sales.append(call(MONDAY - timedelta(minutes=10)))
    case.decide(MONDAY)
    assert case.moves()[-1] == (Stage.ASSIGNED, Stage.ACCEPTED), "in the same decision"
    assert (case.tasks(), case.notices()) == ([], []), "what is done is not asked for"
    assert case.settle(MONDAY + timedelta(minutes=5)).transitions == ()
    assert (case.owner(), case.stage(), case.handoff.accepted_by) == (BO, Stage.ACCEPTED, "touch")
    assert (case.handoff.touched_at, case.handoff.accepted_at) == (MONDAY - timedelta(minutes=10), MONDAY)


def test_a_call_from_before_the_request_answers_nothing() -> None:
    asked = MONDAY - timedelta(minutes=30)
    case = Case(score=score(25, at=asked, hand_raises=(form(asked),)))
    case.sales.append(call(asked - timedelta(minutes=1)))
    case.decide(MONDAY)
    case.settle(MONDAY + timedelta(minutes=5))
    assert case.stage() is Stage.ASSIGNED


def test_a_call_before_the_lead_came_back_for_its_data_is_not_counted_twice() -> None:
    asked = MONDAY - timedelta(minutes=30)
    case = Case(score=score(25, at=asked, hand_raises=(form(asked),)))
    case.decide(MONDAY)
    case.values["phone"] = None
    case.sales.append(call(MONDAY + HOUR))
    case.decide(MONDAY + 2 * HOUR, verdict("Data wrong", MONDAY + HOUR))
    case.values["phone"] = "+34 600 000 001"
    case.decide(MONDAY + 3 * HOUR, changed_at={"phone": MONDAY + 3 * HOUR})
    case.settle(MONDAY + 3 * HOUR + timedelta(minutes=1))
    assert (case.owner(), case.stage()) == (BO, Stage.ASSIGNED)


def test_a_call_from_before_the_rejection_does_not_answer_the_request_that_outlived_it() -> None:
    case = assigned()
    asked = MONDAY + HOUR
    case.sales.append(call(asked + timedelta(minutes=5)))
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    case.decide(asked + HOUR, outcome("No need", asked + timedelta(minutes=10)))
    assert (case.stage(), case.handoff.number, len(case.tasks())) == (Stage.ASSIGNED, 2, 2)
    assert case.settle(asked + HOUR).transitions == ()


def test_a_call_from_before_somebody_said_wrong_person_answers_no_request() -> None:
    asked = MONDAY + HOUR
    case = Case(lead=lead(stage=Stage.ACCEPTED), score=score(25, hand_raises=(form(asked),)))
    case.sales.append(call(asked + timedelta(minutes=5)))
    case.decide(asked + HOUR, verdict("Wrong person", asked + timedelta(minutes=10)))
    assert (case.stage(), case.handoff.tried) == (Stage.ASSIGNED, ())
    assert case.settle(asked + HOUR).transitions == ()


def test_a_day_that_the_rep_names_in_the_crm_takes_the_lead_as_a_button_does() -> None:
    case = assigned()
    case.values["snooze_until"] = "2026-12-20"
    decision = case.decide(MONDAY + HOUR, says(SignalKind.SNOOZE, "2026-12-20", MONDAY + HOUR, "snooze_until"))
    assert [(move.after, move.why) for move in decision.transitions] == [
        (Stage.ACCEPTED, "Bo Lind keeps it until 20 Dec 2026")
    ]
    assert (case.handoff.accepted_by, case.handoff.touch_due_at, case.owner()) == ("verdict", None, BO)
    case.decide(MONDAY + timedelta(days=20))
    assert (case.owner(), case.notices()) == (BO, [])


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-01", "soon", None])
def test_a_day_that_is_not_ahead_takes_nothing(day: str | None) -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, says(SignalKind.SNOOZE, day, MONDAY + HOUR, "snooze_until"))
    assert (case.stage(), case.handoff.touch_due_at) == (Stage.ASSIGNED, MONDAY + timedelta(days=1))


def test_a_rejection_beside_it_wins() -> None:
    case = assigned()
    named = says(SignalKind.SNOOZE, "2026-12-20", MONDAY + HOUR, "snooze_until")
    case.decide(MONDAY + HOUR, verdict("Wrong person", MONDAY + HOUR), named)
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, CY)


def test_a_day_that_somebody_else_named_is_blank_for_the_next_rep_who_may_name_the_same() -> None:
    case = assigned()
    case.values["snooze_until"] = "2027-02-01"
    case.decide(MONDAY + HOUR, says(SignalKind.SNOOZE, "2027-02-01", MONDAY + HOUR, "snooze_until"))
    given = case.decide(MONDAY + 2 * HOUR, verdict("Wrong person", MONDAY + 2 * HOUR))
    assert (case.owner(), given.properties["snooze_until"]) == (CY, None)
    case.values["snooze_until"] = None
    case.sales.append(call(MONDAY + 3 * HOUR, "U2"))
    case.decide(MONDAY + 3 * HOUR)
    assert (case.stage(), case.history[-1].wake_at) == (Stage.ACCEPTED, MONDAY + 3 * HOUR + timedelta(days=14))
    case.values["snooze_until"] = "2027-02-01"
    again = says(SignalKind.SNOOZE, "2027-02-01", MONDAY + 4 * HOUR, "snooze_until")
    kept = case.decide(MONDAY + 4 * HOUR, again)
    assert "snooze_until" not in kept.properties
    assert kept.wake_at == datetime(2027, 2, 1, tzinfo=UTC)
