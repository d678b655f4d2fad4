"""To the next rep instead of the queue, only where a manager wants it, and who misses leads again and again rests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.clock_rules import Enforce, Rest
from config.routing import Clocks, Member, RoutingRule, Target, TouchClock
from domain.decision import BlastClass
from domain.handoff import Queue
from domain.stage import Cause, Stage
from handoff.resting import rests_until
from handoff.rotation import RoutingState
from handoff.rulebook import Rulebook
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    DI,
    MONDAY,
    Case,
    assigned,
    call,
    form,
    pool,
    raised,
    rep,
    reps,
    routing_rules,
    rulebook,
    score,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DELAY = 10 * MINUTE
QUICK = TouchClock(due_min=60, remind_min=60, manager_min=120, reassign_min=180, release_min=240)


def book(clock: TouchClock = QUICK, *, members: Sequence[str] = (BO, CY, DI), most: int = 2, **more: Any) -> Rulebook:
    clocks = Clocks(normal=clock, hand_raise=clock, reassign_most=most, **more)
    pools = [pool(members=[Member(email=each) for each in members], new_per_day=3)]
    return rulebook(routing=routing_rules(pools=pools, clocks=clocks))


def test_nobody_is_reassigned_before_a_manager_turns_it_on() -> None:
    case = assigned()
    for hours in range(0, 24 * 10, 6):
        case.decide(MONDAY + hours * HOUR)
    assert not any(step.startswith("reassign") for step in case.handoff.steps)
    assert (case.handoff.queue, case.handoff.tried) == (Queue.UNASSIGNED, (BO,)), "released, as before"


def test_an_untouched_lead_goes_to_the_next_in_turn_with_a_clock_and_a_task_of_their_own() -> None:
    case = assigned(book=book())
    due = MONDAY + 3 * HOUR + DELAY
    for hours in (1, 2):
        case.decide(MONDAY + hours * HOUR + DELAY)
    assert case.history[-1].wake_at == due
    decision = case.decide(due)
    assert (case.owner(), case.stage(), case.handoff.tried) == (CY, Stage.ASSIGNED, (BO,))
    assert [(move.after, move.cause) for move in decision.transitions] == [
        (Stage.MQL, Cause.TIME),
        (Stage.ASSIGNED, Cause.RULE),
    ]
    assert decision.blast is BlastClass.DESTRUCTIVE
    assert (case.handoff.assigned_at, case.handoff.touch_due_at) == (due, due + HOUR)
    assert [(each.step, each.payload["owner"]) for each in case.tasks()] == [("task", BO), ("task:2", CY)]
    assert case.notices()[-2:] == [("reassign", BOSS), ("taken_away", BO)]
    assert case.given() == [("given", BO), ("given:2", CY)], "both were told that it was theirs"
    assert decision.assignment is not None
    assert "pool North: Bo Lind had this lead before" in decision.assignment.trace
    assert (case.state.open_of(BO), case.state.open_of(CY)) == (0, 1)


def test_only_so_many_times_and_then_it_is_released() -> None:
    case = assigned(book=book(most=1))
    now = MONDAY
    for _ in range(40):
        now += HOUR
        case.decide(now)
    assert [step for step in case.handoff.steps if step.split(":")[0] in {"reassign", "release"}] == [
        "reassign",
        "release:2",
    ]
    assert (case.handoff.queue, case.handoff.tried) == (Queue.UNASSIGNED, (BO, CY))


def test_nobody_left_is_the_queue_and_the_manager_hears_of_it() -> None:
    case = assigned(book=book(members=[BO, CY], most=5))
    now = MONDAY
    while case.handoff.queue is None:
        now += HOUR
        case.decide(now)
    assert case.handoff.tried == (BO, CY)
    assert (case.stage(), case.handoff.queue_cause) == (Stage.MQL, "pool North: all 2 not eligible")
    assert ("queued:3", BOSS) in case.notices()
    assert case.notices()[-1] == ("taken_away:2", CY), "who lost it is told"


def test_whoever_is_full_is_not_given_it() -> None:
    case = assigned(book=book())
    for _ in range(3):
        case.state = case.state.gave(CY, MONDAY.date())
    case.decide(MONDAY + 3 * HOUR + DELAY)
    assert case.owner() == DI


def test_a_lead_that_was_touched_stays() -> None:
    case = assigned(book=book())
    case.sales.append(call(MONDAY + HOUR))
    case.decide(MONDAY + 9 * DAY)
    assert (case.owner(), case.stage()) == (BO, Stage.ACCEPTED)


def test_in_report_only_nobody_is_reassigned_and_nobody_comes_to_rest() -> None:
    rest = Rest(after_breaches=1, within_days=7, for_days=3)
    case = assigned(book=book(enforce=Enforce.REPORT_ONLY, rest=rest))
    case.decide(MONDAY + 4 * HOUR)
    assert (case.owner(), case.state.misses) == (BO, {})


RULE = Rest(after_breaches=3, within_days=7, for_days=2)


def times(*days: float) -> tuple[datetime, ...]:
    return tuple(MONDAY + timedelta(days=day) for day in days)


@pytest.mark.parametrize(
    ("misses", "now", "ends"),
    [
        pytest.param(times(0, 1), 1.5, None, id="two are not three"),
        pytest.param(times(0, 1, 2), 2, 4, id="the third begins it"),
        pytest.param(times(0, 1, 2), 4, None, id="and it ends"),
        pytest.param(times(0, 4, 7), 7, None, id="the first is a week old"),
        pytest.param(times(0, 1, 2, 3), 4.5, None, id="what led to a rest counts once"),
        pytest.param(times(0, 1, 2, 3, 3.5, 3.9), 4.5, 5.9, id="three more, another rest"),
        pytest.param(times(2, 0, 1), 2, 4, id="whatever order"),
    ],
)
def test_who_rests_until_when(misses: tuple[datetime, ...], now: float, ends: float | None) -> None:
    found = rests_until(misses, RULE, now=MONDAY + timedelta(days=now))
    assert found == (None if ends is None else MONDAY + timedelta(days=ends))


def test_nobody_rests_before_a_manager_turns_it_on() -> None:
    assert rests_until(times(0, 0.1, 0.2, 0.3), None, now=MONDAY) is None
    case = assigned(book=book())
    case.decide(MONDAY + 4 * HOUR)
    assert case.state.misses == {}, "nothing is remembered of anybody either"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60 * 24 * 30), max_size=12), st.integers(0, 60 * 24 * 40))
def test_a_rest_always_ends_by_itself(minutes: list[int], later: int) -> None:
    misses = [MONDAY + at * MINUTE for at in minutes]
    now = MONDAY + later * MINUTE
    ends = rests_until(misses, RULE, now=now)
    assert ends is None or now < ends <= max(misses) + timedelta(days=2)


def resting(*emails: str) -> RoutingState:
    state = RoutingState()
    for email in emails:
        state = state.missed(email, *(MONDAY - hours * HOUR for hours in (3, 2, 1)))
    return state


def test_a_breach_counts_for_its_rep_and_they_are_left_out_of_the_rotation() -> None:
    rules = book(rest=Rest(after_breaches=1, within_days=7, for_days=3))
    missed = assigned(book=rules)
    missed.decide(MONDAY + HOUR + DELAY)
    assert missed.state.misses == {BO: (MONDAY + HOUR + DELAY,)}
    fresh = Case(book=rules, state=missed.state, score=score(60, at=MONDAY + 2 * HOUR))
    fresh.state = RoutingState(misses=missed.state.misses)
    decision = fresh.decide(MONDAY + 2 * HOUR)
    assert fresh.owner() == CY
    assert decision.assignment is not None
    assert (
        "pool North: Bo Lind rests until 2026-11-26 11:10 (1 lead not touched in time within 7 days)"
        in decision.assignment.trace
    )


def test_a_rest_survives_the_store() -> None:
    state = resting(BO, CY)
    assert RoutingState.from_json(state.to_json()) == state


def test_a_lead_waits_while_the_whole_pool_rests_and_a_hand_raise_does_not() -> None:
    rules = book(rest=RULE, members=[BO, CY])
    plain = Case(book=rules, state=resting(BO, CY), score=score(60, at=MONDAY - MINUTE))
    plain.decide(MONDAY)
    assert (plain.handoff.queue, plain.handoff.queue_cause) == (Queue.UNASSIGNED, "pool North: all 2 resting")
    asks = Case(book=rules, state=resting(BO, CY), score=score(25, hand_raises=(form(MONDAY - MINUTE),)))
    decision = asks.decide(MONDAY)
    assert asks.owner() == BO
    assert decision.assignment is not None
    assert decision.assignment.trace[-2] == (
        "pool North: Cy Ode rests until 2026-11-25 09:00 (3 leads not touched in time within 7 days)"
    )
    assert decision.assignment.why == (
        "rule 'everybody', pool North: Bo Lind is next in turn, who rests: no hand-raise waits for that"
    )


def test_a_rest_takes_turns_and_nothing_that_is_theirs() -> None:
    """Whom they spoke with last, and what a rule names them for, still comes to them."""
    known = raised(book=book(rest=RULE), state=resting(BO), sales=[call(MONDAY - 40 * DAY)])
    assert known.owner() == BO
    named = rulebook(
        routing=routing_rules(rules=[RoutingRule(name="Bo's own", to=Target(user=BO))], clocks=Clocks(rest=RULE))
    )
    assert assigned(book=named, state=resting(BO)).owner() == BO


def test_somebody_away_is_still_no_one_for_a_hand_raise_while_another_only_rests() -> None:
    away = reps(bo=rep(BO, "Bo Lind", 1, available=False))
    case = raised(book=book(rest=RULE, members=[BO, CY]), state=resting(CY), reps=away)
    assert case.owner() == CY


def test_the_rest_ends_on_time() -> None:
    rules = book(rest=RULE, members=[BO])
    ends = MONDAY - HOUR + 2 * DAY
    case = Case(book=rules, state=resting(BO), score=score(60, at=MONDAY - MINUTE))
    case.decide(MONDAY)
    case.decide(ends - MINUTE)
    assert case.handoff.queue is Queue.UNASSIGNED
    case.decide(ends)
    assert case.owner() == BO


def test_breaches_are_remembered_by_when_they_were_due_however_late_that_was_seen() -> None:
    rules = book(rest=RULE)
    case = assigned(book=rules)
    case.decide(datetime(2026, 12, 24, tzinfo=UTC))
    assert case.state.misses == {BO: (MONDAY + HOUR + DELAY,)}
