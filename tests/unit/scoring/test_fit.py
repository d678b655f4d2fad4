"""Who the lead is: percent of what could be known, grade, penalties."""

from typing import Any

import pytest

from config.scoring import Grades
from domain.score import Dimension, Grade, Score
from domain.values import Value
from scoring.fit import grade_of
from tests.unit.scoring.material import NOW, days, facts, is_, rules, score

ROLE = {
    "name": "role",
    "limit": 40,
    "rules": [
        {"name": "vp", "when": is_("title", "VP"), "points": 40},
        {"name": "intern", "when": is_("title", "Intern"), "points": -20},
        {"name": "manager", "when": is_("title", "Manager"), "points": 25},
    ],
}
SIZE = {"name": "size", "limit": 40, "rules": [{"name": "big", "when": is_("size", "big"), "points": 40}]}
PLACE = {"name": "place", "limit": 20, "rules": [{"name": "home", "when": is_("country", "US"), "points": 20}]}
SCORING = rules(
    fit=[ROLE, SIZE, PLACE], fit_penalties=[{"name": "free mail", "when": is_("free", True), "points": -10}]
)


def _fit(**values: Value) -> Score:
    return score(SCORING, known_facts=facts(**values))


def _points(found: Score) -> int:
    return sum(line.points for line in found.lines if line.dimension is Dimension.FIT)


@pytest.mark.parametrize(
    ("values", "percent", "grade"),
    [
        ({"title": "VP", "size": "big", "country": "US"}, 100, Grade.A),
        ({"title": "VP", "size": "big"}, 100, Grade.A),
        ({"title": "VP", "size": "small", "country": "US"}, 60, Grade.B),
        ({"title": "Manager", "size": "small", "country": "US"}, 45, Grade.C),
        ({"title": "Manager", "size": "small"}, 31, Grade.D),
        ({"title": "Intern", "size": "small"}, 0, Grade.E),
        ({"title": "VP", "country": "US"}, 100, Grade.A),
        ({"title": "VP", "size": "big", "country": "US", "free": True}, 90, Grade.A),
        ({"title": "VP", "size": " ", "country": ""}, None, Grade.UNKNOWN),
        ({}, None, Grade.UNKNOWN),
    ],
    ids=[
        "all of all",
        "all of what is known",
        "two of three",
        "one strong",
        "rounded down",
        "never below nothing",
        "60 of 100 is over half",
        "penalty",
        "40 of 100 is under half; blanks are not known",
        "nothing known",
    ],
)
def test_fit_is_the_share_of_what_could_be_known(values: dict[str, Value], percent: int | None, grade: Grade) -> None:
    found = _fit(**values)
    assert (found.fit_percent, found.grade) == (percent, grade)


def test_exactly_half_is_enough_to_be_graded() -> None:
    scoring = rules(fit=[{**ROLE, "limit": 40}, SIZE])
    assert score(scoring, known_facts=facts(title="VP")).grade is Grade.A


@pytest.mark.parametrize(
    ("percent", "grade"),
    [(100, "A"), (80, "A"), (79, "B"), (60, "B"), (59, "C"), (40, "C"), (39, "D"), (20, "D"), (19, "E"), (0, "E")],
)
def test_published_grades(percent: int, grade: str) -> None:
    assert grade_of(percent, Grades()) == grade


def test_a_penalty_takes_off_however_it_is_written() -> None:
    plus: dict[str, Any] = {"name": "free mail", "when": is_("free", True), "points": 10}
    scoring = rules(fit=[ROLE, SIZE], fit_penalties=[plus])
    assert score(scoring, known_facts=facts(title="VP", size="big", free=True)).fit_percent == 87


def test_over_a_groups_limit_the_later_rules_give_less() -> None:
    both = {"name": "any title", "when": {"all": [{"property": "title", "operator": "known"}]}, "points": 30}
    scoring = rules(fit=[{**ROLE, "rules": [*ROLE["rules"], both]}, SIZE])  # type: ignore[misc]  # a plain dict
    found = score(scoring, known_facts=facts(title="Manager", size="small"))
    assert [(line.rule, line.raw, line.points) for line in found.lines] == [
        ("manager", 25_000, 25_000),
        ("any title", 30_000, 15_000),
    ]


def test_fit_does_not_fade() -> None:
    known = facts(title="VP", size="big")
    assert score(SCORING, known_facts=known, as_of=NOW + days(900)).fit_percent == 100


def test_the_last_fact_is_the_youngest_one_behind_points_or_behind_a_penalty_that_fell_away() -> None:
    known = [
        *facts(NOW - days(30), title="VP"),
        *facts(NOW - days(20), size="small"),
        *facts(NOW - days(10), country="US"),
        *facts(NOW - days(5), city="Austin"),
    ]
    assert score(SCORING, known_facts=known).last_fact_at == NOW - days(10)
    with_work_mail = [*known, *facts(NOW - days(3), free=False)]
    assert score(SCORING, known_facts=with_work_mail).last_fact_at == NOW - days(3)
    with_free_mail = [*known, *facts(NOW - days(3), free=True)]
    assert score(SCORING, known_facts=with_free_mail).last_fact_at == NOW - days(10)


def test_the_lines_of_fit_are_its_points() -> None:
    found = _fit(title="VP", size="big", country="US", free=True)
    assert _points(found) == 90_000
