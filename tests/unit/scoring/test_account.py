"""An account's number: the warmest person in full, each further one a falling share, and nothing lost in between."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.score import POINT, Grade, Step
from domain.values import LeadId
from scoring.account import Person, account_score
from scoring.scorer import step_of
from tests.unit.scoring.material import rules

SETTINGS = st.fixed_dictionaries(
    {"people": st.integers(1, 8), "share_percent": st.integers(0, 100)},
    optional={"limit": st.integers(1, 120), "fit": st.sampled_from(["A", "C"])},
)


def made(**account: Any) -> ScoringRules:
    return rules(account=account)


def person(number: int, points: float, grade: Grade = Grade.B, **more: Any) -> Person:
    engagement = round(points * POINT)
    step = step_of(engagement, rules().steps)
    return Person(lead=LeadId(number), engagement=engagement, sales=0, step=step, grade=grade, **more)


POINTS = st.integers(-5_000, 90_000).map(lambda each: each / POINT)
PEOPLE = st.lists(
    st.builds(person, st.just(0), POINTS, st.sampled_from(Grade)),
    max_size=10,
).map(lambda found: [person(at, each.engagement / POINT, each.grade) for at, each in enumerate(found)])


def test_the_warmest_counts_in_full_and_each_further_one_half_of_the_share_before() -> None:
    found = account_score([person(1, 24), person(2, 60), person(3, 40)], rules())
    assert [(line.person.lead, line.share_percent, line.points) for line in found.lines] == [
        (2, 100, 60_000),
        (3, 50, 20_000),
        (1, 25, 6_000),
    ]
    assert (found.points, found.band, found.warm, found.is_group, found.beyond_best) == (
        86_000,
        "B hot",
        3,
        True,
        26_000,
    )


def test_who_is_cold_excluded_or_one_too_many_stands_there_with_nothing_and_why() -> None:
    people = [person(1, 90, excluded="Competitors"), person(2, 50), person(3, 40), person(4, 30), person(5, 3)]
    found = account_score(people, made(people=2))
    assert {line.person.lead: (line.points, line.why_not) for line in found.lines} == {
        1: (0, "excluded: Competitors"),
        2: (50_000, ""),
        3: (20_000, ""),
        4: (0, "only 2 count"),
        5: (0, "cold"),
    }


def test_who_does_not_fit_adds_nothing_where_a_grade_is_asked_for() -> None:
    people = [person(1, 90, Grade.E), person(2, 50, Grade.UNKNOWN), person(3, 30, Grade.C)]
    found = account_score(people, made(fit="C"))
    assert (found.points, found.grade, found.warm) == (30_000, Grade.C, 1)


def test_under_a_limit_the_warmest_come_first() -> None:
    found = account_score([person(1, 40), person(2, 40)], made(limit=50))
    assert [line.points for line in found.lines] == [40_000, 10_000]


def test_shares_are_rounded_on_their_sum_so_that_no_thousandth_is_lost_on_the_way() -> None:
    found = account_score([person(number, 20.003) for number in range(3)], rules())
    assert [line.points for line in found.lines] == [20_003, 10_001, 5_001]


def test_roles_are_counted_once_each_of_those_who_count() -> None:
    people = [person(1, 50, role="VP Ops"), person(2, 40, role="vp ops"), person(3, 30, role="CFO"), person(4, 30)]
    assert account_score([*people, person(5, 1, role="CEO")], rules()).roles == 2


@pytest.mark.parametrize(("steps", "band"), [(None, "B hot"), ({"warm": 40, "hot": 90}, "B warm")])
def test_an_account_is_as_hot_as_people_are_unless_it_has_steps_of_its_own(steps: Any, band: str) -> None:
    assert account_score([person(1, 60)], made(steps=steps)).band == band


def test_of_nobody_it_is_cold_and_of_no_grade() -> None:
    found = account_score([], rules())
    assert (found.points, found.grade, found.step, found.lines) == (0, Grade.UNKNOWN, Step.COLD, ())


@given(people=PEOPLE, account=SETTINGS, order=st.randoms())
@settings(max_examples=100, deadline=None)
def test_lines_add_up_and_the_order_of_the_people_does_not_matter(
    people: list[Person], account: dict[str, Any], order: Any
) -> None:
    found = account_score(people, made(**account))
    assert sum(line.points for line in found.lines) == found.points
    assert len(found.lines) == len(people)
    mixed = list(people)
    order.shuffle(mixed)
    assert account_score(mixed, made(**account)) == found


@given(people=PEOPLE, more=POINTS, grade=st.sampled_from(Grade), account=SETTINGS)
@settings(max_examples=100, deadline=None)
def test_one_more_person_never_lowers_it_however_cold(
    people: list[Person], more: float, grade: Grade, account: dict[str, Any]
) -> None:
    scoring = made(**account)
    alone, joined = account_score(people, scoring), account_score([*people, person(99, more, grade)], scoring)
    assert joined.points >= alone.points
    if person(99, more).step is Step.COLD:
        assert joined.points == alone.points


def test_the_page_s_table_adds_up_as_it_says() -> None:
    text = (Path(__file__).parents[3] / "docs" / "scoring.md").read_text(encoding="utf-8")
    section = text.split("\n## Accounts\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    shown = dict(enumerate(rows[2:]))
    found = account_score([person(at, float(row[1])) for at, row in shown.items()], rules())
    assert {line.person.lead: line.points for line in found.lines} == {
        at: int(row[3]) * POINT for at, row in shown.items()
    }
    assert f"Together {found.shown}: {found.step}, and a buying group." in section
    assert found.is_group
