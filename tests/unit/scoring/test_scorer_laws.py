"""What holds for every history: I17 (a pure function of what was known), sums, caps, fading."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ActivityGroup, Repeat, ScoringRules
from domain.activity import Activity
from domain.lead import Fact
from domain.score import POINT, Dimension, Score
from scoring.scorer import Scorer
from tests.unit.scoring.material import HASH, NOW, activity_lists, fact_lists, rule_sets, score

EXAMPLES = settings(max_examples=40, deadline=None)
ages = st.integers(-50, 60 * 24).map(lambda hours: NOW - timedelta(hours=hours))


@EXAMPLES
@given(rule_sets(), activity_lists(), fact_lists(), st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(
    scoring: ScoringRules, done: list[Activity], known: list[Fact], chance: Random
) -> None:
    expected = score(scoring, done, known)
    twice, facts_twice = [*done, *done[: len(done) // 2]], [*known, *known]
    chance.shuffle(twice)
    assert score(scoring, twice, [*reversed(facts_twice)]) == expected


@EXAMPLES
@given(rule_sets(), activity_lists(), fact_lists(), ages, ages)
def test_a_past_score_is_recomputed_from_a_ledger_that_has_grown(
    scoring: ScoringRules, done: list[Activity], known: list[Fact], as_of: datetime, known_at: datetime
) -> None:
    then = [each for each in done if each.seen_at is not None and each.seen_at <= known_at]
    facts_then = [each for each in known if each.seen_at <= known_at]
    grown = score(scoring, done, known, as_of=as_of, known_at=known_at)
    assert grown == score(scoring, then, facts_then, as_of=as_of, known_at=known_at)


@EXAMPLES
@given(rule_sets(), activity_lists(), fact_lists())
def test_to_add_and_to_retract_is_to_have_done_nothing(
    scoring: ScoringRules, done: list[Activity], known: list[Fact]
) -> None:
    rest, added = done[:-1], done[-1:]
    taken_back = [replace(each, retracted=True) for each in added]
    assert score(scoring, [*rest, *added, *taken_back], known) == score(scoring, rest, known)
    assert score(scoring, [*rest, *taken_back], known) == score(scoring, rest, known)


@EXAMPLES
@given(rule_sets(), activity_lists(), activity_lists(), fact_lists())
def test_one_leads_activities_never_change_anothers_score(
    scoring: ScoringRules, mine: list[Activity], theirs: list[Activity], known: list[Fact]
) -> None:
    scorer = Scorer(scoring, HASH, "UTC")

    def of(done: list[Activity]) -> Score:
        return scorer.score(known, done, as_of=NOW, known_at=NOW)

    alone, before = of(mine), list(mine)
    of(theirs)
    assert of(mine) == alone
    assert mine == before


@EXAMPLES
@given(rule_sets(), activity_lists(), fact_lists(), ages)
def test_the_lines_add_up(scoring: ScoringRules, done: list[Activity], known: list[Fact], as_of: datetime) -> None:
    found = score(scoring, done, known, as_of=as_of)
    sums = {each: sum(line.points for line in found.lines if line.dimension is each) for each in Dimension}
    assert (sums[Dimension.ENGAGEMENT], sums[Dimension.SALES]) == (found.engagement, found.sales)
    assert sums[Dimension.NAMED] == sum(found.named.values())
    assert {line.of for line in found.lines if line.dimension is Dimension.NAMED} <= found.named.keys()
    assert found.fit_percent is None or found.fit_percent == max(
        0, min(100, _known_percent(sums[Dimension.FIT], known, as_of))
    )
    assert all(line.raw == line.count * _points(scoring, line.rule) for line in found.lines)


def _known_percent(points: int, known: list[Fact], as_of: datetime) -> int:
    by_then = [each for each in known if each.since <= as_of]
    held = {each.name: each for each in sorted(by_then, key=lambda each: (each.since, each.seen_at, repr(each.value)))}
    groups = sum(1 for name in ("size", "role") if name in held and held[name].value not in (None, ""))
    return 100 * points // (groups * 10 * POINT)


def _points(scoring: ScoringRules, name: str) -> int:
    groups = (*scoring.engagement, *scoring.sales, *(group for each in scoring.scores for group in each.groups))
    activity_rules = [(rule.name, rule.points) for group in groups for rule in group.rules]
    fit_rules = [(rule.name, rule.points) for group in scoring.fit for rule in group.rules]
    penalties = [(rule.name, rule.points) for rule in scoring.fit_penalties]
    return dict([*activity_rules, *fit_rules, *penalties])[name] * POINT


@EXAMPLES
@given(rule_sets(), activity_lists(most=20, oldest_days=20))
def test_no_limit_is_passed(scoring: ScoringRules, done: list[Activity]) -> None:
    found = score(scoring, done)
    if scoring.total_cap is not None:
        assert found.engagement <= scoring.total_cap * POINT
    for group in scoring.engagement:
        lines = [line for line in found.lines if line.group == group.name]
        assert group.limit is None or sum(line.points for line in lines) <= group.limit * POINT
        for rule in group.rules:
            own = [line for line in lines if line.rule == rule.name]
            assert rule.cap is None or all(abs(line.points) <= rule.cap * POINT for line in own)
            assert all(abs(line.points) <= abs(line.decayed) <= abs(line.raw) for line in own)


@EXAMPLES
@given(rule_sets(lowest=0), activity_lists(), st.lists(st.integers(0, 24 * 90), max_size=12))
def test_time_alone_only_lowers_points(scoring: ScoringRules, done: list[Activity], hours: list[int]) -> None:
    sums = [score(scoring, done, as_of=NOW + timedelta(hours=ahead)).engagement for ahead in sorted(hours)]
    assert sums == sorted(sums, reverse=True)


@EXAMPLES
@given(rule_sets(lowest=0), activity_lists(), activity_lists(most=2))
def test_under_rules_that_always_count_more_activity_never_lowers_points(
    scoring: ScoringRules, done: list[Activity], more: list[Activity]
) -> None:
    always = scoring.model_copy(update={"engagement": [_counting_each(group) for group in scoring.engagement]})
    added = [replace(each, external_id=f"more-{each.external_id}") for each in more]
    assert score(always, [*done, *added]).engagement >= score(always, done).engagement


def _counting_each(group: ActivityGroup) -> ActivityGroup:
    rules = [rule.model_copy(update={"repeat": Repeat()}) for rule in group.rules]
    return group.model_copy(update={"rules": rules})
