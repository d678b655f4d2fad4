"""After enough tries without an answer the rep is offered *unreachable*; nobody sets it for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.lifecycle import Unreachable
from domain.activity import Activity, ActivityKind
from domain.handoff import Outcome
from domain.notice import NoticeKind
from domain.stage import SignalKind, Stage
from handoff.delivery import out_of_date, read_notice
from tests.unit.handoff.material import (
    BO,
    CY,
    MONDAY,
    Case,
    accepted,
    call,
    form,
    lifecycle_rules,
    outcome,
    rulebook,
    says,
    score,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFERED_AT = datetime(2026, 12, 7, 9, tzinfo=UTC)
"""The opening of the tenth working day after Monday, 23 November."""
CALLED, MAILED, MET = ActivityKind.CALL_LOGGED, ActivityKind.EMAIL_SENT, ActivityKind.MEETING_BOOKED


def tries(*kinds: ActivityKind, **more: Any) -> list[Activity]:
    """One a day from Tuesday on, each by Bo."""
    return [
        call(MONDAY + (number + 1) * DAY, kind=kind, external_id=f"X{number}", **more)
        for number, kind in enumerate(kinds)
    ]


def tried(*kinds: ActivityKind, **changes: Any) -> Case:
    """Bo called within the hour, and then so often more."""
    case = accepted(**changes)
    case.sales.extend(tries(*kinds))
    return case


def offers(case: Case, now: datetime = OFFERED_AT) -> tuple[bool, int]:
    """Whether the property says so, and how often the rep was told."""
    decision = case.decide(now)
    told = [step for step, to in case.notices() if step.split(":")[0] == "unreachable" and to == BO]
    return bool(decision.properties["unreachable_offered"]), len(told)


ENOUGH = (CALLED, CALLED, MAILED, CALLED, MAILED)


def test_six_tries_over_ten_working_days_on_two_channels() -> None:
    case = tried(*ENOUGH)
    assert offers(case, OFFERED_AT - timedelta(minutes=1)) == (False, 0)
    assert case.history[-1].wake_at == OFFERED_AT
    assert offers(case) == (True, 1)
    assert offers(case, OFFERED_AT + DAY) == (True, 1), "shown for as long as it stands, told once"
    assert (case.stage(), case.handoff.outcome) == (Stage.ACCEPTED, None), "never set by itself"
    assert case.history[-1].properties["unreachable_offered"] == (
        "Ana Ruiz did not answer 6 tries by e-mail and phone since 23 Nov"
    )
    (notice,) = (each for each in case.intents if each.step == "unreachable")
    assert notice.payload["text"] == (
        "Ana Ruiz did not answer 6 tries by e-mail and phone since 23 Nov. Is the outcome *unreachable*?"
    )


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param((CALLED, CALLED, MAILED, CALLED), id="five tries"),
        pytest.param((CALLED,) * 7, id="one channel"),
        pytest.param((CALLED, MAILED, CALLED, MAILED, ActivityKind.NOTE_LOGGED), id="a note is no try"),
    ],
)
def test_less_is_not_enough(kinds: tuple[ActivityKind, ...]) -> None:
    assert offers(tried(*kinds)) == (False, 0)


def test_what_two_systems_logged_is_one_try() -> None:
    case = tried(*ENOUGH[:4])
    case.sales.append(call(case.sales[-1].occurred_at + timedelta(seconds=20), "1", connection="hub", kind=CALLED))
    assert offers(case) == (False, 0)


@pytest.mark.parametrize("actor", ["U2", None], ids=["a colleague's", "nobody's"])
def test_only_the_owners_tries_count(actor: str | None) -> None:
    case = tried(*ENOUGH[:4])
    case.sales.extend(tries(CALLED, MAILED, actor=actor))
    assert offers(case) == (False, 0)


def test_a_sequence_is_no_try() -> None:
    case = accepted()
    case.sales.extend(tries(*ENOUGH, automated=True))
    assert offers(case) == (False, 0)


def prospects(kind: ActivityKind, at: datetime = MONDAY + 5 * DAY) -> Activity:
    return Activity(connection="hub", stream="emails", external_id="R1", kind=kind, occurred_at=at, seen_at=at)


@pytest.mark.parametrize(
    ("activity", "answered"),
    [
        pytest.param(prospects(ActivityKind.EMAIL_REPLIED), True, id="a reply"),
        pytest.param(prospects(ActivityKind.FORM_SUBMITTED), True, id="a form"),
        pytest.param(prospects(ActivityKind.EMAIL_REPLIED, MONDAY - DAY), False, id="a reply from before"),
    ],
)
def test_whoever_answers_can_be_reached(activity: Activity, answered: bool) -> None:
    case = tried(*ENOUGH)
    case.more = {"replies": (activity,)}
    assert offers(case)[0] is not answered


@pytest.mark.parametrize(
    ("properties", "talked"),
    [
        pytest.param({"duration_s": 120}, True, id="two minutes"),
        pytest.param({"duration_s": 119}, False, id="a voicemail"),
        pytest.param({"duration_s": 10, "disposition": "connected"}, True, id="connected, however short"),
        pytest.param({"duration_s": "long"}, False, id="a duration that is none"),
    ],
)
def test_a_conversation_is_an_answer(properties: dict[str, Any], talked: bool) -> None:
    case = tried(*ENOUGH)
    case.sales.append(call(MONDAY + 8 * DAY, "U2", properties=properties, external_id="T"))
    assert offers(case)[0] is not talked


@pytest.mark.parametrize(
    ("properties", "held"),
    [
        pytest.param({"starts_at": "2026-12-01T09:00:00Z"}, True, id="took place"),
        pytest.param({"starts_at": "2026-12-01T10:00:00+01:00"}, True, id="in another zone"),
        pytest.param({"starts_at": "2026-12-20T09:00:00Z"}, False, id="is still to come"),
        pytest.param({"starts_at": "2026-12-01T09:00:00Z", "outcome": "NO_SHOW"}, False, id="they did not come"),
        pytest.param({"starts_at": "next Tuesday"}, False, id="a time that is none"),
        pytest.param({}, False, id="nobody knows when"),
    ],
)
def test_a_meeting_that_took_place_is_an_answer(properties: dict[str, Any], held: bool) -> None:
    case = tried(*ENOUGH)
    case.sales.append(call(MONDAY + 4 * DAY, kind=MET, properties=properties, external_id="M"))
    assert offers(case)[0] is not held


def test_asking_to_be_called_is_an_answer() -> None:
    case = tried(*ENOUGH)
    asked = MONDAY + 7 * DAY
    case.score = score(60, at=asked, hand_raises=(form(asked),))
    assert offers(case) == (False, 0)


def test_the_offer_ends_with_an_answer_and_with_an_outcome() -> None:
    case = tried(*ENOUGH)
    assert offers(case) == (True, 1)
    case.more = {"replies": (prospects(ActivityKind.EMAIL_REPLIED, OFFERED_AT + HOUR),)}
    assert offers(case, OFFERED_AT + 2 * HOUR) == (False, 1)
    case.more = {}
    ended = case.decide(OFFERED_AT + 3 * HOUR, outcome("Unreachable", OFFERED_AT + 3 * HOUR))
    assert (case.stage(), ended.properties["unreachable_offered"]) == (Stage.RECYCLED, None)


def test_an_offer_that_was_answered_before_it_was_read_is_not_told() -> None:
    case = tried(*ENOUGH)
    assert offers(case) == (True, 1)
    (offer,) = [each for each in case.intents if each.step == "unreachable"]
    notice = read_notice(offer.step, offer.handoff, offer.payload)
    assert notice is not None
    assert (notice.kind, out_of_date(notice, [case.handoff])) == (NoticeKind.OUTCOME_REMINDER, None)
    told = replace(case.handoff, outcome=Outcome.MEETING)
    assert out_of_date(notice, [told]) == "its outcome is known by now"


def test_another_rep_begins_anew() -> None:
    case = tried(*ENOUGH)
    case.decide(OFFERED_AT - HOUR, says(SignalKind.OWNER, CY, OFFERED_AT - HOUR))
    assert offers(case) == (False, 0)


def test_the_reminder_for_the_outcome_says_so_too() -> None:
    case = tried(*ENOUGH)
    due = case.handoff.outcome_due_at
    assert due is not None
    case.decide(due)
    (asked,) = (each for each in case.intents if each.step == "outcome_remind")
    assert asked.payload["text"] == (
        "What came of Ana Ruiz? No outcome yet. Ana Ruiz did not answer 6 tries by e-mail and phone since 23 Nov: it "
        "may be *unreachable*"
    )


def test_how_many_and_how_long_are_settings_and_none_is_never() -> None:
    few = Unreachable(touches=2, working_days=0, channels=1)
    assert offers(tried(CALLED, book=rulebook(lifecycle=lifecycle_rules(offer_unreachable=few))), MONDAY + 2 * DAY)[0]
    never = rulebook(lifecycle=lifecycle_rules(offer_unreachable=None))
    assert offers(tried(*ENOUGH, book=never), OFFERED_AT + 9 * DAY) == (False, 0)


def test_nothing_is_offered_while_the_lead_is_held() -> None:
    case = tried(*ENOUGH)
    case.decide(OFFERED_AT, held=True)
    assert [step for step, _ in case.notices()] == []
