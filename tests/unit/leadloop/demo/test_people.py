"""Who lives in the demo."""

from pathlib import Path

import pytest

from leadloop.demo import driver, installation, people
from leadloop.demo.names import OUR_COUNTRIES

TEMPLATE = Path("config/template/b2b_saas/scoring.yaml")
NUMBERS = (1, 2, 20260907)


def test_the_same_number_gives_the_same_cast() -> None:
    assert people.cast(7) == people.cast(7)


def test_another_number_gives_other_people() -> None:
    assert {person.email for person in people.cast(1)} != {person.email for person in people.cast(2)}


@pytest.mark.parametrize("number", NUMBERS)
def test_nobody_shares_an_address(number: int) -> None:
    everybody = list(people.cast(number))
    assert len({person.email for person in everybody}) == len(everybody) == 522


@pytest.mark.parametrize("number", NUMBERS)
def test_every_address_lies_in_a_domain_that_cannot_exist(number: int) -> None:
    assert all(person.email.endswith(".example") and person.email.isascii() for person in people.cast(number))


@pytest.mark.parametrize("number", NUMBERS)
def test_hundreds_are_warm_and_every_one_of_them_fits(number: int) -> None:
    warm = people.cast(number).warm
    assert len(warm) == 325
    assert all(person.title and person.company.country in OUR_COUNTRIES for person in warm)


def test_the_barred_ones_meet_the_exclusions_of_the_starter() -> None:
    rules = TEMPLATE.read_text(encoding="utf-8")
    competitor, employee, *testers = people.cast(1).barred
    assert "@a-competitor.example" in rules
    assert competitor.email.endswith("@a-competitor.example")
    assert "@your-company.example" in rules
    assert employee.email.endswith("@your-company.example")
    assert "+test@" in rules
    assert all("+test@" in tester.email for tester in testers)


def test_the_days_are_those_of_the_driver() -> None:
    assert f"{people.FIRST_DAY}T00:00:00+00:00" == installation.START
    assert (driver.MISTAKE_DAY, driver.DAYS) == (people.BUSY_DAY, people.LAST_DAY)


def test_the_training_lies_between_the_first_day_and_the_busy_one() -> None:
    assert people.AWAY_ALL_DAY == "2026-09-18"
    assert 1 < people.TRAINING_DAY < people.BUSY_DAY < people.LAST_DAY


def test_a_colleague_is_called_by_their_address() -> None:
    assert people.name_of("ruth.okoye@your-company.example") == "Ruth Okoye"
