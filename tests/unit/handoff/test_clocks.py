"""Two clocks, each step once: first touch in working time, then outcome in days."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.routing import Clocks, TouchClock
from domain.decision import BlastClass
from domain.handoff import Outcome, Queue
from domain.stage import Cause, SignalKind, Stage
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    MONDAY,
    UNREACHABLE,
    accepted,
    assigned,
    call,
    raised,
    routing_rules,
    rulebook,
    says,
    team,
    verdict,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SATURDAY = datetime(2026, 11, 21, 22, tzinfo=UTC)


def test_somebody_who_asks_is_promised_minutes() -> None:
    case = raised()
    assert case.handoff.touch_due_at == MONDAY + 15 * MINUTE
    case.decide(MONDAY + 24 * MINUTE)
    assert case.notices() == [("notify", BO)], "a call made in time may not have shown up yet"
    case.decide(MONDAY + 25 * MINUTE)
    assert case.notices()[1:] == [("remind", BO)]
    case.decide(MONDAY + 55 * MINUTE)
    assert case.notices()[2:] == [("manager", BOSS)]
    decision = case.decide(MONDAY + 40 * HOUR)
    assert (decision.intents, case.stage()) == ((), Stage.ASSIGNED), "it stays with the rep"


@pytest.mark.parametrize(
    ("arrives", "due", "reminded", "escalated"),
    [
        pytest.param("2026-11-23T10:00", "2026-11-23T10:15", "2026-11-23T10:25", "2026-11-23T10:55", id="in the day"),
        pytest.param("2026-11-20T16:55", "2026-11-23T09:10", "2026-11-23T09:20", "2026-11-23T09:50", id="at closing"),
        pytest.param("2026-11-23T02:00", "2026-11-23T10:00", "2026-11-23T10:10", "2026-11-23T10:40", id="at night"),
        pytest.param("2026-11-21T22:00", "2026-11-23T10:00", "2026-11-23T10:10", "2026-11-23T10:40", id="weekend"),
    ],
)
def test_a_hand_raise_counts_minutes_within_team_hours(arrives: str, due: str, reminded: str, escalated: str) -> None:
    at = datetime.fromisoformat(arrives).replace(tzinfo=UTC)
    case = raised(at)
    assert case.handoff.touch_due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)
    for expected, step in ((reminded, "remind"), (escalated, "manager")):
        moment = datetime.fromisoformat(expected).replace(tzinfo=UTC)
        assert case.history[-1].wake_at == moment
        case.decide(moment)
        assert case.notices()[-1][0] == step


def test_everybody_else_is_promised_working_hours() -> None:
    case = assigned()
    steps = {
        "remind": datetime(2026, 11, 24, 10, 10, tzinfo=UTC),
        "manager": datetime(2026, 11, 25, 10, 10, tzinfo=UTC),
        "release": datetime(2026, 11, 30, 10, 10, tzinfo=UTC),
    }
    for name, at in steps.items():
        case.decide(at - MINUTE)
        assert name not in case.handoff.steps
        case.decide(at)
        assert name in case.handoff.steps
    assert case.notices() == [("remind", BO), ("manager", BOSS), ("release", BOSS)]


def test_a_weekend_lead_has_until_monday_evening() -> None:
    assert assigned(SATURDAY).handoff.touch_due_at == datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_the_teams_own_hours_count() -> None:
    book = rulebook(routing=routing_rules(teams=[team(time_zone="America/New_York")]))
    assert assigned(book=book).handoff.touch_due_at == datetime(2026, 11, 23, 22, tzinfo=UTC), (
        "10:00 UTC is 5 a.m. there"
    )


def test_an_untouched_lead_returns_to_the_queue_and_waits_for_a_person() -> None:
    case = assigned()
    at = datetime(2026, 11, 30, 10, 10, tzinfo=UTC)
    decision = case.decide(at)
    assert [(move.before, move.after, move.cause) for move in decision.transitions] == [
        (Stage.ASSIGNED, Stage.MQL, Cause.TIME)
    ]
    assert (case.handoff.queue, case.handoff.tried, case.lead.owner) == (Queue.UNASSIGNED, (BO,), None)
    assert decision.blast is BlastClass.DESTRUCTIVE
    assert decision.properties["route_why"] == "not touched by Bo Lind in time"
    assert decision.properties["queue"] == "unassigned"
    case.decide(at + HOUR)
    assert case.owner() is None, "nobody is reassigned by a machine"
    case.decide(at + 2 * HOUR, says(SignalKind.OWNER, CY, at + 2 * HOUR))
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, CY)


def test_after_a_pause_the_last_step_speaks_for_the_others() -> None:
    case = assigned()
    case.decide(datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert case.notices() == [("manager", BOSS)]
    assert {"remind", "manager"} <= set(case.handoff.steps)


def test_a_step_that_is_switched_off_never_comes() -> None:
    never = TouchClock(due_min=480, remind_min=None, manager_min=None, release_min=None)
    book = rulebook(routing=routing_rules(clocks=Clocks(normal=never)))
    case = assigned(book=book)
    assert case.history[0].wake_at == MONDAY + 24 * HOUR + 10 * MINUTE, "the breach is counted all the same"
    case.decide(MONDAY + timedelta(days=13))
    assert (case.notices(), case.stage()) == ([], Stage.ASSIGNED)


def test_a_step_at_once_still_waits_for_the_logging_delay() -> None:
    at_once = TouchClock(due_min=15, remind_min=0, manager_min=45, release_min=None)
    case = raised(book=rulebook(routing=routing_rules(clocks=Clocks(hand_raise=at_once))))
    assert case.history[0].wake_at == MONDAY + 10 * MINUTE


def test_a_new_rep_starts_with_a_clock_of_their_own() -> None:
    case = assigned()
    case.decide(MONDAY + 24 * HOUR + 10 * MINUTE)
    then = MONDAY + 25 * HOUR
    case.decide(then, verdict("Wrong person", then))
    case.decide(then + 24 * HOUR + 10 * MINUTE)
    assert case.notices() == [("remind", BO), ("remind:2", CY)]


def test_a_team_without_a_manager_is_a_finding() -> None:
    book = rulebook(routing=routing_rules(teams=[team(manager=None)]))
    case = raised(book=book)
    decision = case.decide(MONDAY + 55 * MINUTE)
    assert decision.notes == ("team 'North' has no manager to tell: Ana Ruiz has not been touched by Bo Lind",)
    assert case.decide(MONDAY + 56 * MINUTE).notes == ()


def test_the_outcome_is_asked_for_after_two_weeks_three_and_a_month() -> None:
    case = accepted()
    taken = MONDAY + HOUR
    assert case.handoff.outcome_due_at == taken + timedelta(days=14)
    for days, step in ((14, ("outcome_remind", BO)), (21, ("outcome_manager", BOSS))):
        assert case.history[-1].wake_at == taken + timedelta(days=days)
        case.decide(taken + timedelta(days=days))
        assert case.notices()[-1] == step
    decision = case.decide(taken + timedelta(days=30))
    assert (case.stage(), case.lead.recycled_as) == (Stage.RECYCLED, "went_quiet")
    assert case.handoffs[1].outcome is Outcome.WENT_QUIET
    assert case.member_of == {UNREACHABLE}
    assert decision.transitions[0].cause is Cause.TIME
    assert decision.blast is BlastClass.DESTRUCTIVE


def test_a_snoozed_lead_is_left_with_the_rep() -> None:
    case = accepted()
    case.values["snooze_until"] = "2027-02-01"
    assert case.decide(MONDAY + timedelta(days=40)).transitions == ()
    assert case.history[-1].wake_at == datetime(2027, 2, 1, tzinfo=UTC)


def test_on_the_day_that_a_rep_named_they_are_asked_and_the_rest_of_the_ladder_follows_from_there() -> None:
    case = accepted()
    case.values["snooze_until"] = "2027-02-01"
    taken: list[tuple[int, Stage, str]] = []
    for day in range(90):
        case.decide(MONDAY + timedelta(days=day))
        taken += [(day, case.stage(), step) for step, _ in case.notices()[len(taken) :]]
    first = 70
    assert MONDAY + timedelta(days=first) == datetime(2027, 2, 1, 10, tzinfo=UTC)
    assert taken == [(first, Stage.ACCEPTED, "outcome_remind"), (first + 7, Stage.ACCEPTED, "outcome_manager")]
    (ended,) = [each for each in case.history if each.lead.stage is Stage.RECYCLED and each.transitions]
    assert ended.lead.stage_since == MONDAY + timedelta(days=first + 16)


def test_a_touch_stops_the_first_clock() -> None:
    case = raised()
    case.sales.append(call(MONDAY + 10 * MINUTE))
    case.decide(MONDAY + 60 * MINUTE)
    assert case.notices() == [("notify", BO)]
    assert case.handoff.touch_due_at is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=25), st.booleans())
def test_no_step_fires_twice_however_time_passes(gaps: list[int], asks: bool) -> None:
    case = (raised if asks else assigned)()
    now = MONDAY
    for gap in gaps:
        now += gap * MINUTE
        case.decide(now)
        case.decide(now)
    keys = [(each.handoff, each.kind, each.step) for each in case.intents]
    assert len(keys) == len(set(keys))
    assert all(len(set(each.steps)) == len(each.steps) for each in case.handoffs.values())
