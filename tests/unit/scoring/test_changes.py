"""What moved a score between two moments: every thousandth has a cause, and nothing has two."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.lead import Fact
from domain.score import Dimension, Score
from scoring.changes import Cause, Changes, Edit, FactChange, Moment, Part, changes
from scoring.changes_words import Telling, sentence
from scoring.scorer import Scorer
from tests.unit.scoring.material import (
    HASH,
    NOW,
    activity,
    activity_lists,
    days,
    fact_lists,
    facts,
    group,
    is_,
    rule_sets,
    rules,
)

WEEK = days(7)
TELLING = Telling(now=NOW, zone=UTC, published=[NOW - days(3)])


def moment(
    scoring: ScoringRules, done: Sequence[Activity] = (), known: Sequence[Fact] = (), *, at: datetime = NOW
) -> Moment:
    return Moment(scorer=Scorer(scoring, HASH, "UTC"), facts=known, activities=done, at=at)


def of_week(before: ScoringRules, done: Sequence[Activity], known: Sequence[Fact] = (), **more: Any) -> Changes:
    """The last week's changes; `gone`: what was taken back in it, `after`: other rules since."""
    then = moment(before, [*done, *more.get("gone", ())], known, at=NOW - WEEK)
    return changes(then, moment(more.get("after", before), done, known))


def parts(found: Changes) -> list[tuple[str, Cause, int]]:
    return [(rule.rule, part.cause, part.points) for rule in found.rules for part in rule.parts]


DEMO = {"name": "Demo form", "on": ["form_submitted"], "points": 25}
PAGE = {"name": "Pricing page", "points": 10}


def act(kind: str, ago: float) -> Activity:
    return activity(kind, ago=days(ago), seen_at=NOW - days(ago))


def test_what_came_in_what_faded_and_what_the_rules_did_stand_apart_and_add_up() -> None:
    before = rules(group(DEMO), group(PAGE, name="pages", decay={"percent": 10, "every_days": 7}))
    after = rules(group(DEMO), group({**PAGE, "points": 5}, name="pages", decay={"percent": 10, "every_days": 7}))
    found = of_week(before, [act("form_submitted", 1), act("page_viewed", 8)], after=after)
    assert parts(found) == [
        ("Demo form", Cause.NEW, 25_000),
        ("Pricing page", Cause.FADED, -1_000),
        ("Pricing page", Cause.RULES, -4_500),
    ]
    assert (found.before.engagement, found.after.engagement) == (10_000, 29_500)


def test_the_sentence_names_rule_day_and_version() -> None:
    before = rules(group(DEMO), group(PAGE, name="pages", decay={"percent": 10, "every_days": 7}))
    after = rules(group(DEMO), group({**PAGE, "points": 5}, name="pages", decay={"percent": 10, "every_days": 7}))
    found = of_week(before, [act("form_submitted", 2), act("page_viewed", 8)], after=after)
    assert sentence(found, Dimension.ENGAGEMENT, TELLING) == (
        "+25 Demo form on Friday; −4.5 rule 'Pricing page' changed by the version of 19 November; −1 faded"
    )


def test_a_fact_that_changed_is_told_from_what_to_what() -> None:
    scoring = rules(
        fit=[
            {"name": "size", "limit": 20, "rules": [{"name": "Mid-size", "when": is_("employees", 400), "points": 20}]}
        ]
    )
    known = [*facts(employees=40), *facts(NOW - days(2), employees=400)]
    found = of_week(scoring, [], known)
    (rule,) = found.rules
    assert rule.parts == (
        Part(cause=Cause.FACT, points=20_000, facts=(FactChange(name="employees", before=40, after=400),)),
    )
    assert sentence(found, Dimension.FIT, TELLING) == "+20 Mid-size: employees from 40 to 400"


def test_what_was_taken_back_since_counted_then() -> None:
    clicks = [act("page_viewed", 9), act("page_viewed", 10)]
    found = of_week(rules(group(PAGE)), [clicks[0]], gone=[clicks[1]])
    assert parts(found) == [("Pricing page", Cause.RETRACTED, -10_000)]
    assert (found.before.engagement, found.after.engagement) == (20_000, 10_000)


def test_new_points_over_a_limit_say_so_and_what_they_push_out_too() -> None:
    scoring = rules(group(DEMO, PAGE, limit=30))
    found = of_week(scoring, [act("page_viewed", 9), act("form_submitted", 1)])
    assert parts(found) == [("Demo form", Cause.NEW, 25_000), ("Pricing page", Cause.CAPPED, -5_000)]
    assert sentence(found, Dimension.ENGAGEMENT, TELLING) == "+25 Demo form yesterday; −5 over limits"


@pytest.mark.parametrize(
    ("before", "after", "edit"),
    [
        (rules(group(DEMO)), rules(group(DEMO, PAGE)), Edit.ADDED),
        (rules(group(DEMO, PAGE)), rules(group(DEMO)), Edit.DROPPED),
        (rules(group(DEMO, PAGE)), rules(group(DEMO, {**PAGE, "points": 20})), Edit.CHANGED),
        (rules(group(DEMO, PAGE)), rules(group(DEMO, PAGE, limit=5)), Edit.AROUND),
        (rules(group(DEMO, PAGE)), rules(group(DEMO, PAGE, decay={"half_life_days": 9})), Edit.CHANGED),
    ],
    ids=["added", "dropped", "other points", "another limit", "the group's decay"],
)
def test_a_version_says_what_it_did_to_the_rule(before: ScoringRules, after: ScoringRules, edit: Edit) -> None:
    found = of_week(before, [act("page_viewed", 9)], after=after)
    assert [part.edit for rule in found.rules for part in rule.parts] == [edit]


def test_what_was_seen_only_since_is_new_although_it_is_older() -> None:
    late = activity(ago=days(20), seen_at=NOW - days(1))
    assert parts(of_week(rules(group(PAGE)), [late])) == [("Pricing page", Cause.NEW, 10_000)]


def numbers(found: Score) -> dict[tuple[Dimension, str], int]:
    sums: dict[tuple[Dimension, str], int] = {}
    for line in found.lines:
        sums[line.dimension, line.of] = sums.get((line.dimension, line.of), 0) + line.points
    return sums


@given(
    versions=st.tuples(rule_sets(), rule_sets()),
    ledger=activity_lists(),
    known=fact_lists(),
    gone=st.sets(st.integers(0, 11)),
    hours=st.integers(0, 1500),
)
@settings(max_examples=60, deadline=None)
def test_of_any_history_under_any_two_versions_every_number_s_difference_is_the_sum_of_its_causes(
    versions: tuple[ScoringRules, ScoringRules], ledger: list[Activity], known: list[Fact], gone: set[int], hours: int
) -> None:
    then = moment(versions[0], ledger, known, at=NOW - timedelta(hours=hours))
    now = moment(versions[1], [each for at, each in enumerate(ledger) if at not in gone], known)
    found = changes(then, now)
    assert found.before == then.scorer.score(then.facts, then.activities, as_of=then.at, known_at=then.at)
    assert found.after == now.scorer.score(now.facts, now.activities, as_of=now.at, known_at=now.at)
    for rule in found.rules:
        assert sum(part.points for part in rule.parts) == rule.after - rule.before
        assert all(part.points for part in rule.parts)
    before, after = numbers(found.before), numbers(found.after)
    for key in before.keys() | after.keys():
        moved = sum(rule.points for rule in found.rules if (rule.dimension, rule.of) == key)
        assert moved == after.get(key, 0) - before.get(key, 0)


@given(scoring=rule_sets(), ledger=activity_lists(), known=fact_lists())
@settings(max_examples=30, deadline=None)
def test_between_a_moment_and_itself_nothing_changed(
    scoring: ScoringRules, ledger: list[Activity], known: list[Fact]
) -> None:
    assert changes(moment(scoring, ledger, known), moment(scoring, ledger, known)).rules == ()
