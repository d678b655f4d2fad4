"""When time alone next changes something: never late, mostly exact, and not woken in vain."""

import math
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.lead import Fact
from domain.score import POINT, Score
from scoring.caps import share
from scoring.ledger import known
from scoring.outlook import Outlook
from scoring.pool import ERROR_PER_AWARD, pooled
from scoring.scorer import Scorer
from scoring.tally import HOUR_US, Award, match, youngest_first
from tests.unit.scoring.material import HASH, NOW, activity, activity_lists, days, group, is_, rule_sets, rules, score

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


def _standing(found: Score, scoring: ScoringRules) -> tuple[object, ...]:
    line = scoring.line
    return (
        found.step,
        found.engagement >= line.engagement * POINT,
        found.engagement >= line.rearm_below * POINT,
        found.grade,
    )


def _differs(now: Score, then: Score, scoring: ScoringRules) -> bool:
    moved = abs(now.shown - then.shown) >= scoring.showing.points
    return moved or _standing(now, scoring) != _standing(then, scoring)


def _first_true_change(scoring: ScoringRules, done: list[Activity], *, hours: int) -> datetime | None:
    """Step through every moment at which an award can fade, one after the other."""
    now = score(scoring, done)
    offsets = sorted({(each.occurred_at - NOW) % HOUR or HOUR for each in done})
    for hour in range(hours):
        for offset in offsets:
            moment = NOW + hour * HOUR + offset
            if _differs(now, score(scoring, done, as_of=moment), scoring):
                return moment
    return None


@settings(max_examples=50, deadline=None)
@given(rule_sets(), activity_lists(), st.integers(0, 2**32))
def test_nothing_changes_before_the_next_change(scoring: ScoringRules, done: list[Activity], salt: int) -> None:
    now = score(scoring, done)
    ends = now.next_change_at or NOW + days(900)
    assert ends > NOW
    span = (ends - NOW) // MICROSECOND
    moments = {NOW + MICROSECOND * (span * part // 20) for part in range(20)}
    moments |= {ends - MICROSECOND - HOUR * back for back in range(12)} | {NOW + MICROSECOND * (salt % span)}
    for moment in sorted(moments):
        if NOW <= moment < ends:
            assert not _differs(now, score(scoring, done, as_of=moment), scoring), moment


@settings(max_examples=12, deadline=None)
@given(rule_sets(), activity_lists(most=3, oldest_days=6))
def test_the_next_change_is_no_later_than_stepping_finds_it(scoring: ScoringRules, done: list[Activity]) -> None:
    found = _first_true_change(scoring, done, hours=80)
    if found is not None:
        claimed = score(scoring, done).next_change_at
        assert claimed is not None
        assert claimed <= found


@settings(max_examples=30, deadline=None)
@given(rule_sets(lowest=0), activity_lists(most=6, oldest_days=10))
def test_without_deductions_a_change_within_a_day_is_told_exactly(scoring: ScoringRules, done: list[Activity]) -> None:
    scoring = scoring.model_copy(update={"scores": []})  # theirs is told against what people see of them: nothing, here
    now = score(scoring, done)
    claimed = now.next_change_at
    if claimed is not None and claimed - NOW < timedelta(hours=24):
        assert _differs(now, score(scoring, done, as_of=claimed), scoring)


@settings(max_examples=40, deadline=None)
@given(rule_sets(), activity_lists(most=20), st.sampled_from([1, -1]))
def test_the_quick_view_is_within_its_error_of_the_exact_sum(
    scoring: ScoringRules, done: list[Activity], sign: int
) -> None:
    awards, total_cap = _awards(scoring, done)
    if not awards:
        return
    exact, quick = Outlook(awards, total_cap), pooled(awards, total_cap, sign=sign)
    assert exact.sum_at(0, 0) == sum(share(awards, total_cap))
    for hours in (0, 1, 23, 100, 400, 2_000):
        ahead = (hours * HOUR_US, 0) if sign > 0 else (0, hours * HOUR_US)
        assert quick.at(hours, error=-ERROR_PER_AWARD) <= exact.sum_at(*ahead) or sign < 0
        # With points at rest a group's limit may come to bind again: the quick view may then be far above.
        assert quick.at(hours, error=ERROR_PER_AWARD) >= exact.sum_at(*ahead)


def _awards(scoring: ScoringRules, done: list[Activity]) -> tuple[list[Award], int | None]:
    scorer = Scorer(scoring, HASH, "UTC")
    matched = match([each for each in known(done, NOW) if each.occurred_at <= NOW], scorer.book.by_kind).by_rule
    return youngest_first(scorer.tallies(scorer.book.engagement, matched, as_of=NOW)), scorer.book.total_cap


HALF_LIFE: dict[str, Any] = {"decay": {"half_life_days": 30}}
STILL: dict[str, Any] = {"showing": {"points": 1000}}
"""No write for a moved number: only steps and lines count."""


def _popped(scoring: ScoringRules, done: list[Activity]) -> tuple[timedelta | None, int]:
    """Wake at every claimed change, as the loop does, until something has changed: after how long, how many wakes."""
    now = found = score(scoring, done)
    as_of, wakes = NOW, 0
    while not _differs(now, found, scoring):
        if found.next_change_at is None:
            return None, wakes
        assert found.next_change_at > as_of
        as_of, wakes = found.next_change_at, wakes + 1
        found = score(scoring, done, as_of=as_of, shown=now.shown)
    return as_of - NOW, wakes


@pytest.mark.parametrize(
    ("more", "hours"),
    [
        ({**STILL, "steps": {"warm": 10, "hot": 50}, "line": {"engagement": 10, "rearm_below": 10}}, 190),
        ({**STILL, "steps": {"warm": 50, "hot": 90}, "line": {"engagement": 10, "rearm_below": 10}}, 190),
        ({**STILL, "steps": {"warm": 10, "hot": 90}, "line": {"engagement": 50, "rearm_below": 10}}, 190),
        ({**STILL, "steps": {"warm": 10, "hot": 90}, "line": {"engagement": 90, "rearm_below": 50}}, 190),
        (
            {"showing": {"points": 9}, "steps": {"warm": 10, "hot": 90}, "line": {"engagement": 90, "rearm_below": 9}},
            149,
        ),
    ],
    ids=["hot", "warm", "the line", "the re-arm level", "nine whole points: below 52"],
)
def test_one_half_life_crosses_where_the_formula_says(more: dict[str, Any], hours: int) -> None:
    """60 points fall below 50 after 30 · log2(60 / 50) days, 189.4 hours, seen at the 190th; below 52 at the 149th."""
    scoring = rules(group({"name": "view", "points": 60, **HALF_LIFE}), **more)
    after, wakes = _popped(scoring, [activity()])
    assert after == hours * HOUR
    assert wakes <= 3


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"points": 20, "timeframe_days": 7}, days(6)),
        ({"points": 20, "decay": {"percent": 25, "every_days": 10}}, days(9)),
        ({"points": 20}, None),
        ({"points": 0}, None),
    ],
    ids=["a timeframe ends", "a linear step", "points that stay", "no points"],
)
def test_steps_in_time_are_met_in_a_few_wakes(rule: dict[str, Any], expected: timedelta | None) -> None:
    after, wakes = _popped(rules(group({"name": "view", **rule})), [activity(ago=days(1))])
    assert after == expected
    assert wakes <= 3


def test_a_full_cap_sleeps_until_its_surplus_is_used_up() -> None:
    """2,400 points under a cap of 50, the line at 50: 30 · log2(48) days of peace, and few wakes on the way."""
    scoring = rules(group({"name": "view", "points": 10, "cap": 50, **HALF_LIFE}), **STILL)
    after, wakes = _popped(scoring, [activity(id=str(number)) for number in range(240)])
    assert after is not None
    assert abs(after / HOUR - 720 * math.log2(48)) <= 2
    assert wakes <= 4


def test_what_the_quick_view_only_fears_within_a_day_is_looked_at_again_after_two() -> None:
    """210 single points, each rounded, fall below 200 in 59 hours; the quick view's error is worth 40 of them."""
    scoring = rules(
        group({"name": "view", "points": 1}, decay={"half_life_days": 365}), steps={"warm": 20, "hot": 200}, **STILL
    )
    views = [activity(id=str(number), ago=557 * HOUR) for number in range(210)]
    assert score(scoring, views).next_change_at == NOW + 48 * HOUR
    assert _popped(scoring, views) == (59 * HOUR, 2)


def test_a_deduction_that_fades_is_seen_coming() -> None:
    """60 - 30 is no lead for sales; when the 30 fall out of their timeframe it is."""
    scoring = rules(
        group({"name": "view", "points": 60}, {"name": "careers", "points": -30, "timeframe_days": 7}), **STILL
    )
    after, wakes = _popped(scoring, [activity(ago=days(2))])
    assert (after, wakes) == (days(5), 2)


def test_a_number_that_may_be_written_for_its_band_alone_is_woken_for_like_the_one_that_people_see() -> None:
    """73, of which 5 fall out of their timeframe: to be written where 73 was, not where 70 stayed."""
    scoring = rules(group({"name": "view", "points": 68}, {"name": "news", "points": 5, "timeframe_days": 7}))
    done = [activity(ago=days(6.5))]
    assert [score(scoring, done, shown=seen).next_change_at for seen in (70, 73, None)] == [NOW + days(0.5)] * 3


def test_a_named_score_that_nobody_sees_yet_is_woken_for_when_it_is_worth_showing() -> None:
    """6 - 4 is too little to be shown; when the 4 fall out of their timeframe it is not."""
    seen, left = {"name": "view", "points": 6}, {"name": "left", "points": -4, "timeframe_days": 7}
    scoring = rules(group({"name": "any", "points": 0}), scores=[{"property": "other", "groups": [group(seen, left)]}])
    assert score(scoring, [activity(ago=days(6.5))]).next_change_at == NOW + days(0.5)


def test_what_is_known_to_come_is_a_change() -> None:
    scoring = rules(
        group({"name": "view", "points": 10}),
        fit=[{"name": "role", "limit": 5, "rules": [{"name": "vp", "when": is_("title", "VP"), "points": 5}]}],
    )
    booked = activity(ago=-days(3))
    assert score(scoring, [booked]).next_change_at == booked.occurred_at
    coming = Fact(name="title", value="VP", since=NOW + days(2), seen_at=NOW)
    assert score(scoring, [booked], [coming]).next_change_at == coming.since
    assert score(scoring, [activity("email_opened", ago=-days(3))]).next_change_at is None
