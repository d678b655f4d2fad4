"""Moments as people say them."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from scoring.when import day_words, since_monday
from tests.unit.scoring.material import NOW

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "yesterday"),
        (2, "on Friday"),
        (6, "on Monday"),
        (7, "7 days ago"),
        (30, "30 days ago"),
        (31, "in October"),
        (329, "in December"),
        (330, "in December 2025"),
        (-1, "today"),
    ],
)
def test_days_in_words(days: int, words: str) -> None:
    assert day_words(NOW - timedelta(days=days), NOW, UTC) == words


def test_a_day_is_a_day_where_the_people_are() -> None:
    """01:00 UTC on Sunday is Saturday evening in New York."""
    at = NOW - timedelta(hours=9)
    assert day_words(at, NOW, UTC) == "today"
    assert day_words(at, NOW, ZoneInfo("America/New_York")) == "yesterday"


def test_the_week_begins_on_monday() -> None:
    assert since_monday(NOW, UTC) == date(2026, 11, 16)
