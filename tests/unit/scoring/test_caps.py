"""Limits at read: rule and day, rule, group, total; the youngest points first."""

from datetime import timedelta

from domain.score import Line, Score
from tests.unit.scoring.material import NOW, activity, days, group, is_, rules, score

HOUR = timedelta(hours=1)


def _points(found: Score) -> dict[str, int]:
    return {line.rule: line.points for line in found.lines}


def test_a_daily_cap_holds_for_each_day_by_itself() -> None:
    scoring = rules(group({"name": "page", "points": 1, "cap_per_day": 5}))
    views = [activity(ago=HOUR * hours, id=str(hours)) for hours in (0, 1, 2, 3, 4, 5, 6, 7, 24, 25)]
    assert score(scoring, views).engagement == 7_000


def test_a_day_is_a_day_in_the_installations_time_zone() -> None:
    """At 10:00 UTC it is 05:00 in New York: three views in the last 11 hours are two days there, one in UTC."""
    scoring = rules(group({"name": "page", "points": 1, "cap_per_day": 1}))
    views = [activity(ago=HOUR * hours, id=str(hours)) for hours in (1, 2, 9)]
    assert score(scoring, views, zone="UTC").engagement == 1_000
    assert score(scoring, views, zone="America/New_York").engagement == 2_000


def test_a_rules_cap_holds_over_all_days() -> None:
    scoring = rules(group({"name": "page", "points": 2, "cap": 5}))
    views = [activity(ago=days(age), id=str(age)) for age in range(4)]
    assert score(scoring, views).engagement == 5_000


def test_caps_apply_after_decay() -> None:
    """Forty points, halved, still fill a cap of fifteen."""
    scoring = rules(group({"name": "page", "points": 10, "cap": 15, "decay": {"half_life_days": 30}}))
    views = [activity(ago=days(30), id=str(number)) for number in range(4)]
    (line,) = score(scoring, views).lines
    assert (line.raw, line.decayed, line.points) == (40_000, 20_000, 15_000)


def test_under_a_group_limit_the_youngest_points_count_first() -> None:
    scoring = rules(
        group(
            {"name": "old guide", "points": 10, "where": is_("form", "guide")},
            {"name": "new webinar", "points": 8, "where": is_("form", "webinar")},
            limit=12,
        )
    )
    found = score(scoring, [activity(ago=days(9), form="guide"), activity(ago=days(1), form="webinar")])
    assert _points(found) == {"old guide": 4_000, "new webinar": 8_000}


def test_the_total_cap_cuts_the_oldest_points_of_any_group() -> None:
    scoring = rules(
        group({"name": "a", "points": 30, "where": is_("form", "a")}, name="one"),
        group({"name": "b", "points": 30, "where": is_("form", "b")}, name="two"),
        total_cap=40,
    )
    found = score(scoring, [activity(ago=days(1), form="a"), activity(ago=days(2), form="b")])
    assert _points(found) == {"a": 30_000, "b": 10_000}


def test_groups_of_one_name_keep_limits_of_their_own() -> None:
    scoring = rules(
        group({"name": "a", "points": 9}, name="web", limit=5), group({"name": "b", "points": 9}, name="web", limit=7)
    )
    assert _points(score(scoring, [activity()])) == {"a": 5_000, "b": 7_000}


def test_a_deduction_makes_room_under_a_limit() -> None:
    scoring = rules(
        group(
            {"name": "view", "points": 10},
            {"name": "careers", "points": -4, "where": is_("form", "careers")},
            limit=12,
        )
    )
    views = [activity(id="1", ago=days(1)), activity(id="2"), activity(id="3", ago=days(2), form="careers")]
    found = score(scoring, views)
    assert _points(found) == {"view": 16_000, "careers": -4_000}
    assert found.engagement == 12_000


def test_a_deduction_in_one_group_makes_room_under_the_total_cap_for_another() -> None:
    scoring = rules(
        group({"name": "view", "points": 30}, name="one"),
        group({"name": "careers", "points": -10, "where": is_("form", "careers")}, name="two"),
        total_cap=40,
    )
    found = score(scoring, [activity(id="1"), activity(id="2", ago=days(1), form="careers")])
    assert _points(found) == {"view": 50_000, "careers": -10_000}
    assert found.engagement == 40_000


def test_a_rules_own_cap_limits_what_it_deducts() -> None:
    scoring = rules(group({"name": "careers", "points": -4, "cap": 6}))
    found = score(scoring, [activity(id=str(number)) for number in range(3)])
    assert (found.engagement, found.shown) == (-6_000, -6)


def test_without_any_cap_everything_counts() -> None:
    scoring = rules(group({"name": "page", "points": 3}))
    found = score(scoring, [activity(ago=days(age), id=str(age)) for age in range(5)])
    assert found.lines == (
        Line(
            dimension=found.lines[0].dimension,
            group="group",
            rule="page",
            count=5,
            raw=15_000,
            decayed=15_000,
            points=15_000,
            latest_at=NOW,
        ),
    )
