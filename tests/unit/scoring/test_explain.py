"""Every point's way through decay and caps, and the rules that nearly counted."""

from dataclasses import asdict

from hypothesis import given, settings

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.lead import Fact
from domain.score import Dimension
from scoring.explain import NearMiss, explain
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

SCORING = rules(
    group(
        {"name": "pricing", "points": 10, "where": is_("url", "/pricing"), "repeat": {"policy": "once_per", "days": 7}},
        {"name": "demo", "on": ["form_submitted"], "points": 30, "where": is_("form", "demo")},
        {"name": "third reply", "on": ["email_replied"], "points": 5, "repeat": {"policy": "nth", "n": 3}},
        {"name": "webinar", "on": ["webinar_viewed"], "points": 5},
        limit=15,
        decay={"half_life_days": 30},
    ),
    fit=[{"name": "role", "limit": 20, "rules": [{"name": "vp", "when": is_("title", "VP"), "points": 20}]}],
    fit_penalties=[{"name": "free mail", "when": is_("free", True), "points": -10}],
)
DONE = [
    activity(url="/pricing", ago=days(30)),
    activity(url="/pricing", ago=days(29)),
    activity(url="/pricing", ago=days(0)),
    activity("form_submitted", form="newsletter", ago=days(1)),
    activity("email_replied", id="1"),
    activity("email_replied", id="2"),
]


def _explain(known: list[Fact]) -> tuple[list[dict[str, object]], tuple[NearMiss, ...]]:
    found = explain(Scorer(SCORING, HASH, "UTC"), known, DONE, as_of=NOW, known_at=NOW)
    return [asdict(row) for row in found.rows], found.near_misses


def test_the_waterfall_goes_from_events_over_decay_to_what_is_left_under_the_caps() -> None:
    rows, _ = _explain([])
    assert rows == [
        {
            "dimension": Dimension.ENGAGEMENT,
            "group": "group",
            "rule": "pricing",
            "events": 3,
            "counted": 2,
            "raw": 20_000,
            "decayed": 15_000,
            "after_cap": 15_000,
            "latest_at": NOW,
            "of": "",
        }
    ]


def test_near_misses_are_one_condition_away_and_would_give_points() -> None:
    """That there is no free mail to take points off for is nothing missed."""
    _, near = _explain(facts(title="Manager", free=False))
    assert [(each.rule, each.points, each.missing) for each in near] == [
        ("demo", 30_000, "form equals demo, but it is newsletter"),
        ("third reply", 5_000, "happened 2×, counts the 3. time"),
        ("vp", 20_000, "title equals VP, but it is Manager"),
    ]


def test_what_counts_is_no_near_miss() -> None:
    rows, near = _explain(facts(title="VP"))
    assert [row["rule"] for row in rows] == ["pricing", "vp"]
    assert "vp" not in {each.rule for each in near}


@settings(max_examples=30, deadline=None)
@given(rule_sets(), activity_lists(), fact_lists())
def test_the_waterfall_adds_up_and_counts_no_more_than_happened(
    scoring: ScoringRules, done: list[Activity], known: list[Fact]
) -> None:
    found = explain(Scorer(scoring, HASH, "UTC"), known, done, as_of=NOW, known_at=NOW)
    engaged = [row for row in found.rows if row.dimension is Dimension.ENGAGEMENT]
    assert sum(row.after_cap for row in engaged) == found.score.engagement
    assert all(row.events >= row.counted for row in found.rows)
