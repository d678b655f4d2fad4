"""The MQL flag has hysteresis (I18): however a score swings, it does not flip."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.score import Score
from domain.stage import Cause, SignalKind, Stage
from tests.unit.handoff.material import MONDAY, Case, lifecycle_rules, rulebook, says, score

MINUTE = timedelta(minutes=1)


def _after(points: int, at: datetime, fresh: bool, old: Score) -> Score:
    return score(points, at=at if fresh else old.last_point_at)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.booleans(), st.integers(1, 600)), min_size=1, max_size=40))
def test_the_flag_does_not_flip_however_the_score_swings(steps: list[tuple[int, bool, int]]) -> None:
    """I18: one decision raises it; no score takes it back."""
    never = rulebook(lifecycle=lifecycle_rules())
    case, now = Case(book=never), MONDAY
    for points, fresh, minutes in steps:
        now += minutes * MINUTE
        case.score = _after(points, now, fresh, case.score)
        case.decide(now)
    raises = [move for each in case.history for move in each.transitions if move.after is Stage.MQL]
    by_rule = [move for move in raises if move.cause is Cause.RULE]
    assert len(by_rule) <= 1
    assert all(move.before is Stage.ASSIGNED for move in raises if move.cause is Cause.TIME)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=40))
def test_a_flag_taken_back_rises_once_per_fall_below_the_lower_line(points: list[int]) -> None:
    """I18 with a person who takes the flag back every time."""
    case, now, falls, armed = Case(), MONDAY, 0, True
    for each in points:
        now += MINUTE
        case.score = score(each, at=now)
        case.decide(now)
        if case.has_handoff:
            assert armed, "raised again without having been low"
            armed = False
            now += MINUTE
            case.decide(now, says(SignalKind.STAGE, "known", now, "status"))
        if each < 40:
            falls, armed = falls + 1, True
    assert len(case.handoffs) <= falls + 1
