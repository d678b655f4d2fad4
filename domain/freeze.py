"""When no one person changes alone what is in force: the last days of a fiscal quarter, and other days that are named.

All days are days of the installation's time zone; first and last day belong to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS_OF_A_QUARTER = 3
QUARTER = "end of the fiscal quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """From the first day to the last, and why."""

    first: date
    last: date
    why: str

    def holds_on(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def in_words(self) -> str:
        return f"until {self.last.day} {self.last:%b} ({self.why})"


def quarter_end(day: date, *, year_starts: int) -> date:
    """The last day of the fiscal quarter of a day. `year_starts`: the first month (1-12) of the fiscal year."""
    months_left = MONTHS_OF_A_QUARTER - (day.month - year_starts) % MONTHS_OF_A_QUARTER
    after = day.year * 12 + day.month - 1 + months_left
    return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def end_of_quarter(day: date, *, year_starts: int, days: int) -> Frozen:
    """The last so many days of the fiscal quarter of a day; whether it is one of them is another question."""
    last = quarter_end(day, year_starts=year_starts)
    return Frozen(first=last - timedelta(days=days - 1), last=last, why=QUARTER)


def longest(freezes: Iterable[Frozen], day: date) -> Frozen | None:
    """Of those that hold on a day the one that lasts longest."""
    return max((each for each in freezes if each.holds_on(day)), key=lambda each: each.last, default=None)
