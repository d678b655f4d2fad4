"""Working time counted minute by minute: is this minute, on the crew's wall clock, in a shift of a working day?"""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from tests.reference.office import WEEK, Crew

MINUTE = 60_000_000
"""In microseconds, as times lie in the ledger."""


def working_minutes(crew: Crew, start: int, end: int) -> int:
    """Whole minutes between two moments; 0 where the second is not later."""
    total = 0
    minute = start // MINUTE
    while minute * MINUTE < end:
        if works_in(crew, minute):
            total += max(min((minute + 1) * MINUTE, end) - max(minute * MINUTE, start), 0)
        minute += 1
    return total // MINUTE


@lru_cache(maxsize=500_000)
def works_in(crew: Crew, minute: int) -> bool:
    local = datetime.fromtimestamp(minute * 60, UTC).astimezone(ZoneInfo(crew.zone))
    if local.date() in days_off(crew.country, local.year):
        return False
    at = local.hour * 60 + local.minute
    return any(WEEK[local.weekday()] in shift.days and shift.start <= at < shift.end for shift in crew.shifts)


@lru_cache(maxsize=16)
def days_off(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))
