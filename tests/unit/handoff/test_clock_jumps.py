"""Nothing fires twice and nothing fires early, whatever the clock does: what was taken stands in the handoff."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.clock_rules import Rest
from config.routing import Clocks, TouchClock
from domain.handoff import StepTaken
from handoff.earshot import Earshot
from handoff.rotation import RoutingState
from tests.unit.handoff.material import MONDAY, Case, assigned, call, raised, routing_rules, rulebook, team

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HANDING_ON = TouchClock(due_min=60, remind_min=30, manager_min=90, reassign_min=120, release_min=240)
CLOCKS = Clocks(normal=HANDING_ON, hand_raise=HANDING_ON, rest=Rest(after_breaches=2, within_days=5, for_days=1))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
STARTS = (MONDAY, datetime(2027, 3, 26, 12, tzinfo=UTC), datetime(2027, 10, 29, 12, tzinfo=UTC))
"""Two of them on the Friday before the clocks are moved."""

Move = tuple[str, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["on", "ntp", "back", "asleep", "restart", "deaf", "touch"]),
        st.integers(1, 600),
    ),
    min_size=1,
    max_size=25,
)
JUMPS = {"back": -HOUR, "asleep": 9 * HOUR}
"""A clock set back by an hour, as by somebody who takes winter time for it; a host that slept a night."""


def reopened(case: Case) -> None:
    """A restart: all that is left is what the store keeps."""
    case.state = RoutingState.from_json(case.state.to_json())


def played(case: Case, moves: list[Move], start: datetime) -> list[StepTaken]:
    """Decide again and again on a clock that jumps; every step that was taken."""
    now, heard = start, start
    taken: list[StepTaken] = []
    for move, minutes in moves:
        now += JUMPS.get(move, minutes * MINUTE if move in {"on", "deaf"} else (minutes % 21 - 10) * MINUTE)
        heard = heard if move == "deaf" else now
        if move == "restart":
            reopened(case)
        if move == "touch" and case.has_handoff and case.owner() is not None:
            case.sales.append(call(now, {"bo": "U1", "cy": "U2", "di": "U3"}[str(case.owner())[:2]]))
        for _ in range(2):
            taken += case.decide(now, earshot=Earshot(until={"crm": heard})).steps
    return taken


@pytest.mark.parametrize("asks", [False, True], ids=["crossed the line", "asked to be called"])
@settings(max_examples=60, deadline=None)
@given(moves=MOVES, zone=st.sampled_from(ZONES), start=st.sampled_from(STARTS))
@example(moves=[("asleep", 1), ("back", 1), ("asleep", 1), ("back", 1)], zone="Europe/Berlin", start=MONDAY)
@example(moves=[("on", 70), ("ntp", 1), ("ntp", 20), ("restart", 10)], zone="UTC", start=MONDAY)
def test_no_step_is_taken_twice_or_early_on_a_clock_that_jumps(
    asks: bool, moves: list[Move], zone: str, start: datetime
) -> None:
    case = (raised if asks else assigned)(
        start, book=rulebook(routing=routing_rules(teams=[team(time_zone=zone)], clocks=CLOCKS))
    )
    taken = played(case, moves, start)
    assert max(Counter((each.handoff, each.step) for each in taken).values(), default=1) == 1
    assert max(Counter((each.handoff, each.kind, each.step) for each in case.intents).values(), default=1) == 1
    assert all(each.due_at <= each.at for each in taken)
    assert all(max(Counter(each.steps).values(), default=1) == 1 for each in case.handoffs.values())


@pytest.mark.parametrize("jump", [10 * MINUTE, -10 * MINUTE, -HOUR, 9 * HOUR], ids=["+10m", "-10m", "-1h", "+9h"])
def test_a_jump_between_two_looks_repeats_nothing(jump: timedelta) -> None:
    case = raised()
    case.decide(MONDAY + 26 * MINUTE)
    case.decide(MONDAY + 26 * MINUTE + jump)
    case.decide(MONDAY + 60 * MINUTE + max(jump, timedelta()))
    assert [step for step, _ in case.notices()] == ["notify", "remind", "manager"]


def test_the_hour_that_comes_twice_brings_no_second_reminder() -> None:
    """A night shift on the night on which Berlin has the hour from two to three twice."""
    night = {"days": ["sun"], "start": "00:00", "end": "06:00"}
    book = rulebook(routing=routing_rules(teams=[team(time_zone="Europe/Berlin", hours=[night])]))
    asked = datetime(2027, 10, 31, 0, 20, tzinfo=UTC)
    case = raised(asked, book=book)
    assert case.handoff.touch_due_at == asked + 15 * MINUTE
    for minute in range(0, 90, 5):
        case.decide(asked + minute * MINUTE)
    assert [step for step, _ in case.notices()] == ["notify", "remind", "manager"]
