"""The days on which a change takes two people."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from config.freeze import Freeze
from domain.freeze import end_of_quarter, quarter_end

BEFORE_MIDNIGHT_IN_BERLIN = datetime(2026, 10, 26, 22, 59, tzinfo=UTC)
MIDNIGHT_IN_BERLIN = datetime(2026, 10, 26, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "year_starts", "last"),
    [
        pytest.param(date(2026, 11, 22), 1, date(2026, 12, 31), id="calendar year, its last quarter"),
        pytest.param(date(2026, 12, 31), 1, date(2026, 12, 31), id="the last day itself"),
        pytest.param(date(2027, 1, 1), 1, date(2027, 3, 31), id="the first day of the next"),
        pytest.param(date(2026, 10, 1), 2, date(2026, 10, 31), id="year from February"),
        pytest.param(date(2026, 11, 1), 2, date(2027, 1, 31), id="a quarter over New Year"),
        pytest.param(date(2027, 1, 31), 2, date(2027, 1, 31), id="the end of the fiscal year"),
        pytest.param(date(2027, 1, 5), 12, date(2027, 2, 28), id="ends in February"),
        pytest.param(date(2028, 1, 5), 12, date(2028, 2, 29), id="ends in a leap year's February"),
        pytest.param(date(2026, 12, 1), 12, date(2027, 2, 28), id="begins in December"),
        pytest.param(date(2026, 4, 10), 4, date(2026, 6, 30), id="year from April"),
        pytest.param(date(2026, 3, 10), 4, date(2026, 3, 31), id="the end of that year"),
    ],
)
def test_a_fiscal_quarter_ends_on_the_last_day_of_its_third_month(day: date, year_starts: int, last: date) -> None:
    assert quarter_end(day, year_starts=year_starts) == last


@pytest.mark.parametrize("year_starts", range(1, 13))
def test_a_year_has_four_ends_and_every_day_belongs_to_the_next_of_them(year_starts: int) -> None:
    days = [date.fromordinal(date(2027, 1, 1).toordinal() + at) for at in range(731)]
    ends = [quarter_end(day, year_starts=year_starts) for day in days]
    assert all(day <= end and (end - day).days < 92 for day, end in zip(days, ends, strict=True))
    assert ends == sorted(ends)
    assert len({end for end in ends if end.year == 2027}) == 4


def test_the_last_so_many_days_are_frozen_and_not_the_day_before() -> None:
    found = end_of_quarter(date(2026, 10, 30), year_starts=2, days=5)
    days = [date(2026, 10, 26), date(2026, 10, 27), date(2026, 10, 31), date(2026, 11, 1)]
    assert [found.holds_on(day) for day in days] == [False, True, True, False]
    assert found.in_words == "until 31 Oct (end of the fiscal quarter)"


def test_a_day_is_one_of_the_installation_s_time_zone() -> None:
    freeze = Freeze(fiscal_year_starts=2)
    assert freeze.at(BEFORE_MIDNIGHT_IN_BERLIN, "Europe/Berlin") is None
    assert freeze.at(MIDNIGHT_IN_BERLIN, "Europe/Berlin") is not None
    assert freeze.at(MIDNIGHT_IN_BERLIN, "UTC") is None
    assert freeze.at(datetime(2026, 11, 1, 6, tzinfo=UTC), "America/Los_Angeles") is not None, "still October there"
    assert freeze.at(datetime(2026, 11, 1, 8, tzinfo=UTC), "America/Los_Angeles") is None


def test_other_days_are_frozen_for_their_own_reason_and_the_longest_freeze_is_told() -> None:
    launch = {"from": date(2026, 10, 29), "to": date(2026, 11, 3), "why": "launch of the new site"}
    freeze = Freeze.model_validate({"fiscal_year_starts": 2, "dates": [launch]})
    told = [freeze.at(datetime(2026, *day, 12, tzinfo=UTC), "UTC") for day in ((10, 28), (10, 29), (11, 3), (11, 4))]
    assert [each and each.in_words for each in told] == [
        "until 31 Oct (end of the fiscal quarter)",
        "until 3 Nov (launch of the new site)",
        "until 3 Nov (launch of the new site)",
        None,
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({}, "this freezes nothing"),
        ({"fiscal_year_starts": 13}, "less than or equal to 12"),
        ({"fiscal_year_starts": 2, "days": 0}, "greater than or equal to 1"),
        ({"dates": [{"from": "2026-12-24", "to": "2026-12-23", "why": "holidays"}]}, "`to` is before `from`"),
        ({"dates": [{"from": 20261224, "to": "2026-12-27", "why": "holidays"}]}, "date"),
    ],
    ids=["empty", "thirteenth month", "no days", "ends before it begins", "a number for a day"],
)
def test_a_freeze_that_cannot_be_meant_is_refused(written: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Freeze.model_validate(written)
