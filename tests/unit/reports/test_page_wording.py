from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.values import LeadId
from reports.pages.page import Figure, Leads, Unit
from reports.pages.wording import base_of, counted, interval, is_few, moment, name_of, number, short, words


def share(n: int, of: int) -> Figure:
    return Figure(value=n / of, unit=Unit.SHARE, of=of, leads=Leads(n=n, first=(LeadId(1),)))


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0, Unit.COUNT, "0"),
        (412, Unit.COUNT, "412"),
        (1234567.0, Unit.COUNT, "1,234,567"),
        (2.5, Unit.COUNT, "2.5"),
        (0, Unit.SHARE, "0 %"),
        (0.0004, Unit.SHARE, "0.1 %"),
        (0.004, Unit.SHARE, "0.4 %"),
        (0.0096, Unit.SHARE, "1 %"),
        (0.434, Unit.SHARE, "43 %"),
        (0.992, Unit.SHARE, "99.2 %"),
        (0.9999, Unit.SHARE, "99.9 %"),
        (1, Unit.SHARE, "100 %"),
        (1.25, Unit.SHARE, "125 %"),
        (-0.12, Unit.SHARE, "−12 %"),
        (0, Unit.MINUTES, "under 1 min"),
        (0.4, Unit.MINUTES, "under 1 min"),
        (59.6, Unit.MINUTES, "1 h"),
        (59, Unit.MINUTES, "59 min"),
        (60, Unit.MINUTES, "1 h"),
        (80, Unit.MINUTES, "1 h 20 min"),
        (-80, Unit.MINUTES, "−1 h 20 min"),
        (120_060, Unit.MINUTES, "2,001 h"),
        (0, Unit.DAYS, "0 days"),
        (0.04, Unit.DAYS, "under 0.1 days"),
        (1, Unit.DAYS, "1 day"),
        (1.04, Unit.DAYS, "1 day"),
        (3.5, Unit.DAYS, "3.5 days"),
        (12.4, Unit.DAYS, "12 days"),
        (1.8, Unit.FACTOR, "1.8×"),
        (1.0, Unit.FACTOR, "1.0×"),
        (1.02, Unit.FACTOR, "1.02×"),
        (1.0001, Unit.FACTOR, "1.01×"),
        (0.9999, Unit.FACTOR, "0.99×"),
        (0.96, Unit.FACTOR, "0.96×"),
        (0.04, Unit.FACTOR, "0.04×"),
        (12, Unit.FACTOR, "12×"),
    ],
)
def test_each_unit_is_said_as_people_say_it(value: float, unit: Unit, said: str) -> None:
    assert number(value, unit) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(12340, "EUR 12,340"), (12.5, "EUR 12.50"), (99.999, "EUR 100"), (-1200.4, "EUR −1,200"), (-0.001, "EUR 0")],
)
def test_money_names_its_currency_and_keeps_cents_only_where_it_is_little(value: float, said: str) -> None:
    assert number(value, Unit.MONEY, "EUR") == said


def test_a_share_says_of_how_many() -> None:
    assert words(share(3, 7)) == "43 % (3 of 7)"
    assert words(share(1200, 2400)) == "50 % (1,200 of 2,400)"
    assert words(Figure(value=3 / 7, unit=Unit.SHARE, of=7)) == "43 % (3 of 7)"
    assert words(Figure(value=0.5, unit=Unit.SHARE)) == "50 %"


def test_a_middle_is_said_alone_and_its_base_apart() -> None:
    middle = Figure(value=80, unit=Unit.MINUTES, of=7)
    assert (words(middle), base_of(middle)) == ("1 h 20 min", "of 7")


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_known_is_a_dash_and_of_nothing(value: float | None) -> None:
    unknown = Figure(value=value, unit=Unit.SHARE, of=0, low=0, high=1, why="nobody yet")
    assert (words(unknown), short(unknown), base_of(unknown), interval(unknown)) == ("—", "—", "", "")
    assert not is_few(unknown)


@pytest.mark.parametrize(
    ("unit", "low", "high", "said"),
    [
        (Unit.SHARE, 0.312, 0.58, "95 %: 31–58 %"),
        (Unit.SHARE, 0, 0.004, "95 %: 0–0.4 %"),
        (Unit.FACTOR, 1.2, 2.6, "95 %: 1.2–2.6×"),
        (Unit.FACTOR, 1.003, 1.2, "95 %: 1.01–1.2×"),
        (Unit.MINUTES, 20, 65, "95 %: 20 min to 1 h 5 min"),
        (Unit.SHARE, 0.43, 0.43, "95 %: 43 %"),
    ],
)
def test_an_interval_says_its_unit_once(unit: Unit, low: float, high: float, said: str) -> None:
    assert interval(Figure(value=0.4, unit=unit, of=7, low=low, high=high)) == said


def test_fewer_than_ten_are_few_and_a_plain_count_never_is() -> None:
    assert is_few(share(3, 9))
    assert not is_few(share(3, 10))
    assert not is_few(Figure(value=3))


def test_a_moment_is_said_on_the_clocks_of_the_zone() -> None:
    assert moment(datetime(2026, 11, 23, 5, 42, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == "Mon 23 Nov 2026, 06:42"


def test_one_of_what_a_page_counts_is_said_in_the_singular() -> None:
    assert [counted(n, "handoffs") for n in (0, 1, 2, 1200)] == [
        "0 handoffs",
        "1 handoff",
        "2 handoffs",
        "1,200 handoffs",
    ]


def test_a_blank_name_is_said_to_be_none() -> None:
    assert [name_of(each) for each in ("Benelux", " ", "")] == ["Benelux", "(no name)", "(no name)"]
