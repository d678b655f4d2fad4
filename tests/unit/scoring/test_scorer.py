"""The score put together: published examples, hand-raisers, exclusions, sales apart, what took part."""

from datetime import timedelta
from typing import Any

import pytest

from domain.score import Dimension, Grade, Step
from tests.unit.scoring.material import HASH, NOW, activity, days, facts, group, is_, rules, score

STARTER = rules(
    group(
        {"name": "webinar registered", "on": ["webinar_registered"], "points": 2},
        {"name": "webinar viewed", "on": ["webinar_viewed"], "points": 5},
        {"name": "comparison", "points": 20, "where": is_("url", "/compare")},
        name="content",
    ),
    group(
        {"name": "demo", "on": ["form_submitted"], "points": 30, "hand_raiser": True, "where": is_("form", "Demo")},
        {"name": "careers", "on": ["form_submitted"], "points": 0, "where": is_("form", "Careers")},
        name="forms",
    ),
    sales=[group({"name": "call", "on": ["call_logged"], "points": 15}, name="calls")],
)


def test_a_webinar_of_5_and_a_product_comparison_of_20_are_25() -> None:
    found = score(STARTER, [activity("webinar_viewed", ago=days(2)), activity(url="/compare", ago=days(1))])
    assert (found.engagement, found.shown, found.step) == (25_000, 25, Step.WARM)
    assert [(line.rule, line.points) for line in found.lines] == [("webinar viewed", 5_000), ("comparison", 20_000)]


def test_a_registration_is_2_and_the_viewing_5() -> None:
    both = [activity("webinar_registered", ago=days(9)), activity("webinar_viewed", ago=days(2))]
    assert score(STARTER, both).engagement == 7_000


def test_hubspots_linear_decay_over_a_lead() -> None:
    """20 points losing 25 % every 30 days are worth 10 after 65 days."""
    scoring = rules(group({"name": "view", "points": 20, "decay": {"percent": 25, "every_days": 30}}))
    assert score(scoring, [activity(ago=days(65))]).engagement == 10_000


def test_after_one_half_life_half_is_left_and_the_number_shown_is_rounded_down() -> None:
    scoring = rules(group({"name": "view", "points": 15}, decay={"half_life_days": 30}))
    found = score(scoring, [activity(ago=days(30))])
    assert (found.engagement, found.shown) == (7_500, 7)


def test_points_fade_by_whole_hours() -> None:
    scoring = rules(group({"name": "view", "points": 10}, decay={"half_life_days": 1}))
    assert score(scoring, [activity(ago=timedelta(minutes=59))]).engagement == 10_000
    assert score(scoring, [activity(ago=timedelta(minutes=60))]).engagement == 9_715


@pytest.mark.parametrize(
    ("points", "step"), [(19, Step.COLD), (20, Step.WARM), (49, Step.WARM), (50, Step.HOT), (-3, Step.COLD)]
)
def test_steps(points: int, step: Step) -> None:
    assert score(rules(group({"name": "view", "points": points})), [activity()]).step is step


def test_sales_activity_is_counted_apart() -> None:
    found = score(STARTER, [activity("call_logged"), activity("webinar_viewed", ago=days(3))])
    assert (found.engagement, found.sales) == (5_000, 15_000)
    assert found.last_point_at == NOW - days(3)


def test_hand_raises_are_all_there_newest_last_whatever_their_points() -> None:
    asked = [activity("form_submitted", ago=days(age), form="Demo") for age in (1, 400, 30)]
    found = score(STARTER, [*asked, activity("form_submitted", form="Careers")])
    assert [NOW - each.occurred_at for each in found.hand_raises] == [days(400), days(30), days(1)]


def test_an_activity_that_meets_two_hand_raisers_is_one_hand_raise() -> None:
    scoring = rules(
        group({"name": "a", "points": 1, "hand_raiser": True}, {"name": "b", "points": 1, "hand_raiser": True})
    )
    assert score(scoring, [asked := activity()]).hand_raises == (asked,)


def test_a_retracted_activity_gives_nothing() -> None:
    found = score(STARTER, [activity("form_submitted", form="Demo", retracted=True)])
    assert (found.engagement, found.hand_raises, found.lines, found.last_point_at) == (0, (), (), None)


def test_what_gave_no_points_is_not_the_last_point() -> None:
    viewed = activity("webinar_viewed", ago=days(3))
    found = score(STARTER, [viewed, activity("form_submitted", form="Careers"), activity("email_opened")])
    assert found.last_point_at == viewed.occurred_at


def test_a_capped_activity_still_gave_points() -> None:
    """The cap is the table's, not the prospect's: what they did took part."""
    scoring = rules(group({"name": "view", "points": 10}, limit=10))
    found = score(scoring, [activity(ago=days(5)), activity(ago=days(1))])
    assert (found.engagement, found.last_point_at) == (10_000, NOW - days(1))


def test_once_per_week_the_second_visit_gives_no_point() -> None:
    scoring = rules(group({"name": "pricing", "points": 10, "repeat": {"policy": "once_per", "days": 7}}))
    found = score(scoring, [activity(ago=days(5)), activity(ago=days(1))])
    assert (found.engagement, found.last_point_at) == (10_000, NOW - days(5))


EXCLUDING: list[dict[str, Any]] = [
    {"name": "students", "kind": "other", "when": is_("country", "US")},
    {"name": "rivals", "kind": "competitor", "when": is_("domain", "rival.example")},
]


def test_an_exclusion_is_named_and_one_that_stops_hand_raisers_comes_first() -> None:
    scoring = rules(group({"name": "view", "points": 10}), exclusions=EXCLUDING)
    assert score(scoring, known_facts=facts(country="US")).excluded == "students"
    assert score(scoring, known_facts=facts(country="US", domain="rival.example")).excluded == "rivals"
    assert score(scoring, known_facts=facts(country="FR")).excluded is None


def test_an_excluded_lead_keeps_its_points() -> None:
    scoring = rules(group({"name": "view", "points": 10}), exclusions=EXCLUDING)
    assert score(scoring, [activity()], facts(country="US")).engagement == 10_000


def test_without_anything_known_a_lead_is_cold_and_unknown() -> None:
    found = score(STARTER)
    assert (found.engagement, found.sales, found.fit_percent, found.grade, found.step) == (
        (0, 0, None, Grade.UNKNOWN, Step.COLD)
    )
    assert (found.lines, found.next_change_at, found.band) == ((), None, "? cold")


def test_the_score_carries_its_rules_and_its_moment() -> None:
    found = score(STARTER, as_of=NOW - days(1))
    assert (found.rule_hash, found.as_of) == (HASH, NOW - days(1))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="as_of needs a time zone"):
        score(STARTER, as_of=NOW.replace(tzinfo=None))


def test_each_dimension_has_its_own_lines() -> None:
    scoring = rules(
        group({"name": "view", "points": 1}),
        sales=[group({"name": "call", "on": ["call_logged"], "points": 2})],
        fit=[{"name": "role", "limit": 5, "rules": [{"name": "vp", "when": is_("title", "VP"), "points": 5}]}],
    )
    found = score(scoring, [activity(), activity("call_logged")], facts(title="VP"))
    assert [line.dimension for line in found.lines] == [Dimension.ENGAGEMENT, Dimension.SALES, Dimension.FIT]
