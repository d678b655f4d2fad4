"""How points fade: the integer table, HubSpot's linear decay, timeframes."""

import hashlib
from decimal import ROUND_FLOOR, Context, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ActivityGroup, ActivityRule
from domain.activity import ActivityKind
from scoring.decay import Fading, Halving, Linear, Steady, Window, fade, fading_of, halving, table
from tests.unit.scoring.material import is_

PRECISE = Context(prec=60)


def _defined(half_life_days: int, hours: int) -> int:
    """10^6 · 2^(-hours / half-life), rounded half up, by another road than the table's."""
    exponent = PRECISE.divide(Decimal(-hours), Decimal(24 * half_life_days))
    exact = PRECISE.multiply(Decimal(10**6), PRECISE.power(Decimal(2), exponent))
    return int((exact + Decimal("0.5")).to_integral_value(rounding=ROUND_FLOOR))


@given(st.integers(1, 400), st.integers(0, 24 * 400 * 22))
@settings(max_examples=60, deadline=None)
def test_each_factor_is_the_power_of_two_rounded_half_up(half_life_days: int, hours: int) -> None:
    assert halving(half_life_days).factor(hours) == _defined(half_life_days, hours)


@pytest.mark.parametrize(
    ("half_lives", "left"), [(0, 1_000_000), (1, 500_000), (2, 250_000), (6, 15_625), (7, 7_813), (20, 1), (21, 0)]
)
def test_whole_half_lives_are_exact_and_the_tie_at_seven_rounds_up(half_lives: int, left: int) -> None:
    assert halving(30).factor(half_lives * 30 * 24) == left


def test_the_table_in_one_piece_is_what_the_factors_are() -> None:
    whole = table(7, 5_000)
    assert list(whole) == [halving(7).factor(hours) for hours in range(5_000)]


def test_the_table_is_the_same_on_every_machine() -> None:
    text = ",".join(map(str, table(30, 24 * 30 * 22)))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "eadb84805301df3f"


def test_hubspots_linear_decay_takes_its_percentage_of_the_first_value() -> None:
    quarter = Linear(percent=25, every_days=30)
    by_day = {day: fade(20_000, quarter.factor(day * 24)) for day in (0, 29, 30, 59, 60, 90, 119, 120, 400)}
    assert by_day == {
        0: 20_000,
        29: 20_000,
        30: 15_000,
        59: 15_000,
        60: 10_000,
        90: 5_000,
        119: 5_000,
        120: 0,
        400: 0,
    }


def test_linear_decay_that_does_not_divide_a_hundred_ends_at_nothing() -> None:
    third = Linear(percent=40, every_days=1)
    assert [third.factor(24 * day) for day in range(4)] == [1_000_000, 600_000, 200_000, 0]


def test_a_timeframe_gives_all_or_nothing() -> None:
    week = Window(days=7)
    assert (week.factor(0), week.factor(7 * 24 - 1), week.factor(7 * 24)) == (1_000_000, 1_000_000, 0)


@pytest.mark.parametrize("raw", [1_000, -1_000, 30_000, -7_000])
@pytest.mark.parametrize("fading", [Steady(), halving(1), Linear(percent=30, every_days=2), Window(days=3)], ids=str)
def test_with_time_the_size_of_points_never_grows_and_ends_where_it_says(raw: int, fading: Fading) -> None:
    sizes = [abs(fade(raw, fading.factor(hours))) for hours in range(24 * 25)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes[fading.ends_after_h :])) == 1


GROUP = ActivityGroup.model_validate({"name": "web", "decay": {"half_life_days": 30}, "rules": []})


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, halving(30)),
        ({"decay": {"half_life_days": 7}}, halving(7)),
        ({"decay": {"percent": 50, "every_days": 30}}, Linear(percent=50, every_days=30)),
        ({"timeframe_days": 14}, Window(days=14)),
    ],
    ids=["group's", "own half-life", "own linear", "own timeframe"],
)
def test_a_rules_own_clock_comes_before_its_groups(own: dict[str, object], expected: Fading) -> None:
    rule = ActivityRule.model_validate(
        {"name": "page", "on": [ActivityKind.PAGE_VIEWED], "points": 1, "where": is_("form", "x"), **own}
    )
    assert fading_of(rule, GROUP) == expected


def test_one_half_life_is_one_object() -> None:
    assert halving(30) is halving(30)
    assert isinstance(halving(30), Halving)
