"""Working time counted minute by minute: is this minute, on the crew's wall clock, in a shift of a working day?"""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from tests.reference.office import WEEK, Crew

MINUTE = 60_000_000
"""In microseconds, as times lie in the ledger."""


@lru_cache(maxsize=4096)
def working_minutes(crew: Crew, start: int, end: int) -> int:
    """Whole minutes between two moments; 0 where the second is not later."""
    total = 0
    known = _known(crew)
    for minute in range(start // MINUTE, -(-end // MINUTE)):
        works = known.get(minute)
        if works is None:
            works = known[minute] = works_in(crew, minute)
        if works:
            total += min((minute + 1) * MINUTE, end) - max(minute * MINUTE, start)
    return max(total, 0) // MINUTE


@lru_cache
def _known(_: Crew) -> dict[int, bool]:
    """What was asked of this crew's minutes before."""
    return {}


def works_in(crew: Crew, minute: int) -> bool:
    local = datetime.fromtimestamp(minute * 60, UTC).astimezone(ZoneInfo(crew.zone))
    if crew.country is not None and local.date() in days_off(crew.country, local.year):
        return False
    at = local.hour * 60 + local.minute
    return any(WEEK[local.weekday()] in shift.days and shift.start <= at < shift.end for shift in crew.shifts)


@lru_cache(maxsize=16)
def days_off(country: str, year: int) -> frozenset[date]:
    """Of a country, or of a part of it after a dash."""
    place, _, part = country.partition("-")
    return frozenset(holidays.country_holidays(place, subdiv=part or None, years=year))
