"""The prospects' days."""

import random

import pytest

from leadloop.demo import people, prospects, seed
from leadloop.demo.deck import morning
from leadloop.demo.prospects import Agenda
from leadloop.demo.seed import Row

NUMBERS = range(8)
POINTS = {seed.COMPARISON: 20, seed.PRICING: 10}


@pytest.fixture(params=NUMBERS, ids=lambda number: f"seed {number}")
def number(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def agenda(number: int) -> Agenda:
    return prospects.plan(people.cast(number), random.Random(number))


def _asks(acts: list[Row]) -> list[str]:
    return [act["id"] for act in acts if act["fields"].get("form") == seed.DEMO_FORM]


def _points(acts: list[Row]) -> int:
    return sum(POINTS.get(act["fields"].get("url", ""), 10 if act["do"] == "submit_form" else 0) for act in acts)


def test_on_the_day_of_the_training_somebody_asks_in_both_halves(agenda: Agenda) -> None:
    first = morning(people.TRAINING_DAY)
    assert all(_asks(agenda.take(part)) for part in (first, first + 1))


def test_on_the_busy_day_three_people_ask(agenda: Agenda) -> None:
    first = morning(people.BUSY_DAY)
    assert len({*_asks(agenda.take(first)), *_asks(agenda.take(first + 1))}) == 3


def test_on_the_busy_day_nobody_else_earns_points_that_would_hand_them_over(agenda: Agenda) -> None:
    first = morning(people.BUSY_DAY)
    acts = [*agenda.take(first), *agenda.take(first + 1)]
    asking = set(_asks(acts))
    assert _points([act for act in acts if act["id"] not in asking]) == 0


def test_the_warm_ones_stay_below_the_line_by_what_is_planned(agenda: Agenda, number: int) -> None:
    planned: dict[str, list[Row]] = {}
    for part in range(morning(people.LAST_DAY + 1)):
        for act in agenda.take(part):
            planned.setdefault(act["id"], []).append(act)
    kept = people.cast(number).warm[: -prospects.RESERVE]
    assert {_points(planned[person.email]) for person in kept} == {20}


def test_a_day_holds_a_few_dozen_acts(agenda: Agenda) -> None:
    days = [
        len(agenda.take(morning(day))) + len(agenda.take(morning(day) + 1)) for day in range(1, people.LAST_DAY + 1)
    ]
    assert max(days) <= 60
    assert 15 <= sum(days) / len(days) <= 45


def test_crossing_earns_sixty_points_in_two_goes(number: int) -> None:
    first, second = prospects.crossing(people.cast(number).fresh[0], random.Random(number))
    assert (_points(first), _points(second)) == (40, 20)


def test_the_barred_the_customer_and_the_one_in_a_deal_ask_too(agenda: Agenda, number: int) -> None:
    cast = people.cast(number)
    asked = {email for part in range(morning(people.LAST_DAY)) for email in _asks(agenda.take(part))}
    assert {person.email for person in (*cast.barred, cast.customers[0], cast.in_deals[0])} <= asked


def test_what_is_taken_from_the_agenda_is_gone() -> None:
    agenda = Agenda()
    agenda.put(3, {"do": "click"})
    assert agenda.take(3) == [{"do": "click"}]
    assert agenda.take(3) == []
