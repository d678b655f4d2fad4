"""What HubSpot and others publish about scores, as exact numbers: decay, limits, a threshold, tiers."""

import pytest

from config.scoring import ScoringRules
from domain.score import POINT, Score
from handoff.crossing import above_line
from handoff.view import LeadView
from tests.unit.handoff.material import lead, rulebook
from tests.unit.scoring.material import activity, days, facts, group, is_, rules, score

WEBINAR = {"name": "webinar", "on": ["webinar_viewed"], "points": 5}
COMPARISON = {"name": "comparison", "on": ["page_viewed"], "points": 20}
AT_HOME = [{"name": "place", "limit": 100, "rules": [{"name": "home", "when": is_("country", "US"), "points": 100}]}]


@pytest.mark.parametrize(
    ("age_days", "left"),
    [
        (0, 20),
        (29.9, 20),
        (30, 15),
        (59.9, 15),
        (60, 10),
        (89.9, 10),
        (90, 5),
        (119.9, 5),
        (120, 0),
        (150, 0),
    ],
)
def test_25_percent_every_30_days_falls_in_four_steps_of_the_first_points(age_days: float, left: int) -> None:
    scoring = rules(group(COMPARISON, decay={"percent": 25, "every_days": 30}))
    assert score(scoring, [activity(ago=days(age_days))]).engagement == left * POINT


@pytest.mark.parametrize(("age_days", "left"), [(29.9, 10_000), (30, 5_000), (59.9, 5_000), (60, 0)])
def test_half_a_month_of_a_form_worth_10_is_5_after_one_and_nothing_after_two(age_days: float, left: int) -> None:
    form = {"name": "form", "on": ["form_submitted"], "points": 10}
    scoring = rules(group(form, decay={"percent": 50, "every_days": 30}))
    assert score(scoring, [activity("form_submitted", ago=days(age_days))]).engagement == left


@pytest.mark.parametrize(("age_days", "left"), [(7, 13_400), (14, 6_800), (20.9, 6_800), (21, 200), (28, 0)])
def test_what_does_not_divide_evenly_ends_with_the_interval_that_takes_the_rest(age_days: float, left: int) -> None:
    scoring = rules(group(COMPARISON, decay={"percent": 33, "every_days": 7}))
    assert score(scoring, [activity(ago=days(age_days))]).engagement == left


def test_each_activity_fades_from_its_own_day() -> None:
    scoring = rules(group(COMPARISON, decay={"percent": 25, "every_days": 30}))
    ages = (29.9, 30, 60, 90, 120)
    found = score(scoring, [activity(ago=days(age), id=str(age)) for age in ages])
    assert found.engagement == (20 + 15 + 10 + 5 + 0) * POINT


def _lined(line: int) -> ScoringRules:
    at = {"engagement": line, "rearm_below": line - 5, "fit": "C"}
    return rules(group(WEBINAR, COMPARISON), fit=AT_HOME, line=at)


def _is_above(found: Score, scoring: ScoringRules) -> bool:
    return above_line(LeadView(lead=lead(), score=found), rulebook(scoring=scoring))


@pytest.mark.parametrize(
    ("done", "line", "is_above"),
    [
        (("webinar_viewed", "page_viewed"), 25, True),
        (("webinar_viewed", "page_viewed"), 26, False),
        (("page_viewed",), 25, False),
        (("webinar_viewed",) * 4, 25, False),
        (("webinar_viewed",) * 5, 25, True),
    ],
    ids=["webinar and comparison", "one point short", "the comparison alone", "four webinars", "five webinars"],
)
def test_a_webinar_and_a_comparison_reach_a_threshold_of_25(
    done: tuple[str, ...],
    line: int,
    is_above: bool,  # a case
) -> None:
    scoring = _lined(line)
    found = score(scoring, [activity(kind, id=str(at)) for at, kind in enumerate(done)], facts(country="US"))
    assert _is_above(found, scoring) is is_above


def test_points_alone_do_not_reach_the_threshold_of_somebody_who_does_not_fit() -> None:
    scoring = _lined(25)
    done = [activity("webinar_viewed"), activity()]
    found = score(scoring, done, facts(country="XX"))
    assert (found.shown, found.grade, _is_above(found, scoring)) == (25, "E", False)


@pytest.mark.parametrize(
    ("points", "grade"),
    [(100, "A"), (80, "A"), (79, "B"), (60, "B"), (59, "C"), (40, "C"), (39, "D"), (20, "D"), (19, "E"), (-5, "E")],
)
def test_a_grade_begins_at_its_percentage(points: int, grade: str) -> None:
    one = {"name": "place", "limit": 100, "rules": [{"name": "home", "when": is_("country", "US"), "points": points}]}
    assert score(rules(fit=[one]), (), facts(country="US")).grade == grade


@pytest.mark.parametrize(
    ("engagement", "fit", "label"),
    [
        (50, 80, "A hot"),
        (49, 80, "A warm"),
        (19, 80, "A cold"),
        (50, 40, "C hot"),
        (20, 60, "B warm"),
        (0, 0, "E cold"),
    ],
)
def test_the_combined_label_says_grade_and_step(engagement: int, fit: int, label: str) -> None:
    one = {"name": "place", "limit": 100, "rules": [{"name": "home", "when": is_("country", "US"), "points": fit}]}
    scoring = rules(group({"name": "page", "points": engagement}), fit=[one])
    assert score(scoring, [activity()], facts(country="US")).band == label


@pytest.mark.parametrize(
    ("done", "points"),
    [
        (("page_viewed",), 20),
        (("page_viewed",) * 2, 30),
        (("page_viewed", "page_viewed", "email_bounced"), 30),
        (("page_viewed", "email_bounced"), 15),
        (("email_bounced",) * 2, -10),
    ],
    ids=["below the limit", "at it", "a deduction makes room", "below it", "below nothing"],
)
def test_a_group_gives_at_most_its_limit_on_balance(done: tuple[str, ...], points: int) -> None:
    bounced = {"name": "bounced", "on": ["email_bounced"], "points": -5}
    scoring = rules(group(COMPARISON, bounced, limit=30))
    found = score(scoring, [activity(kind, id=str(at)) for at, kind in enumerate(done)])
    assert found.engagement == points * POINT
    assert sum(line.points for line in found.lines) == found.engagement


def test_the_score_gives_at_most_its_own_limit_over_all_groups() -> None:
    web, mail = group(COMPARISON, name="web", limit=30), group(WEBINAR, name="mail", limit=10)
    scoring = rules(web, mail, total_cap=35)
    done = [activity(id="1"), activity(id="2"), activity("webinar_viewed", id="3"), activity("webinar_viewed", id="4")]
    assert score(scoring, done).engagement == 35 * POINT
