"""Which interactions mean something: a conversation, a meeting held."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.activity import Activity, ActivityKind
from domain.values import Value
from handoff.meaningful import held_at, is_conversation, is_held

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)


def did(kind: ActivityKind, **told: Value) -> Activity:
    return Activity(connection="hub", stream="s", external_id="1", kind=kind, occurred_at=NOON, properties=told)


def meeting(minutes: int, **told: Value) -> Activity:
    return did(ActivityKind.MEETING_BOOKED, starts_at=(NOON + timedelta(minutes=minutes)).isoformat(), **told)


@pytest.mark.parametrize(
    ("activity", "held"),
    [
        (meeting(-1), True),
        (meeting(0), True),
        (meeting(1), False),
        (meeting(-1, outcome="COMPLETED"), True),
        (meeting(-1, outcome="NO_SHOW"), False),
        (meeting(-1, outcome="Canceled"), False),
        (meeting(-1, outcome=None), True),
        (did(ActivityKind.MEETING_BOOKED), False),
        (did(ActivityKind.MEETING_BOOKED, starts_at="2026-11-09T10:00:00"), False),
        (did(ActivityKind.MEETING_BOOKED, starts_at="soon"), False),
        (did(ActivityKind.CALL_LOGGED, starts_at="2026-11-09T10:00:00Z"), False),
    ],
    ids=[
        "over",
        "begins",
        "to come",
        "held",
        "no show",
        "cancelled",
        "no word",
        "no time",
        "no zone",
        "no date",
        "call",
    ],
)
def test_a_meeting_is_held_once_its_time_has_come_unless_somebody_says_otherwise(
    activity: Activity, held: bool
) -> None:
    assert is_held(activity, NOON) is held


def test_a_meeting_takes_place_when_it_begins_and_not_when_it_was_booked() -> None:
    assert held_at(meeting(90)) == NOON + timedelta(minutes=90)
    assert held_at(did(ActivityKind.MEETING_BOOKED)) == NOON


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ({"duration_s": 119}, False),
        ({"duration_s": 120}, True),
        ({"duration_s": 120.5}, True),
        ({"duration_s": None}, False),
        ({"duration_s": "600"}, False),
        ({}, False),
        ({"disposition": " connected "}, True),
        ({"disposition": "Busy", "duration_s": 10}, False),
        ({"disposition": ""}, False),
    ],
)
def test_a_call_that_lasted_or_was_called_one_is_a_conversation(told: dict[str, Value], counts: bool) -> None:
    call = did(ActivityKind.CALL_LOGGED, **told)
    assert is_conversation(call, seconds=120, dispositions=["Connected"]) is counts


def test_nothing_but_a_call_is_a_conversation() -> None:
    assert not is_conversation(did(ActivityKind.MEETING_BOOKED, duration_s=600), seconds=120, dispositions=[])
