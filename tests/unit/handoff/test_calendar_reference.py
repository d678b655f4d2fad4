"""Working time against a reference that walks minute by minute: ten thousand calendars, zones and nights.

The reference asks only what the clock on the team's wall shows at a minute; it knows no spans and no offsets.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.routing import Absence, Block, Team
from handoff.calendar import WEEKDAYS, WorkCalendar, is_holiday

MINUTE = timedelta(minutes=1)
EACH = 1_000
"""Calendars of one test; there are ten tests."""

NIGHTS = {
    "UTC": ["2026-03-29"],
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "Europe/Lisbon": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "America/St_Johns": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "Asia/Kolkata": ["2026-03-29"],
    "Asia/Kathmandu": ["2026-03-29"],
    "Asia/Beirut": ["2026-03-29", "2026-10-25"],
    "America/Santiago": ["2026-04-05", "2026-09-06"],
    "Africa/Cairo": ["2026-04-24", "2026-10-30"],
    "America/Havana": ["2026-03-08", "2026-11-01"],
    "Pacific/Apia": ["2011-12-30", "2021-04-04"],
    "America/Sao_Paulo": ["2018-11-04", "2019-02-17"],
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],
}
"""Zones, and days on which something is odd there: no midnight, an hour or half an hour twice, a day that never was."""
HOLIDAYS = (None, "DE", "US-CA", "GB", "JP")


def a_block(chance: random.Random) -> Block:
    start = chance.randrange(0, 24 * 60 - 15, 15)
    end = chance.randrange(start + 15, 24 * 60, 15)
    days = chance.sample(list(WEEKDAYS), chance.randint(1, 7))
    return Block.model_validate({"days": days, "start": _wall(start), "end": _wall(end)})


def _wall(minute: int) -> time:
    return time(minute // 60, minute % 60)


def a_case(chance: random.Random) -> tuple[WorkCalendar, datetime, int]:
    """A team with up to four blocks, a moment near an odd night of its zone, and how many minutes to walk."""
    zone = chance.choice(sorted(NIGHTS))
    hours = [a_block(chance) for _ in range(chance.randint(1, 4))]
    team = Team(name="T", time_zone=zone, hours=hours, holidays=chance.choice(HOLIDAYS))
    midnight = datetime.fromisoformat(chance.choice(NIGHTS[zone])).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    start = midnight + chance.randint(-240, 300) * MINUTE
    return WorkCalendar(team), start.replace(second=0, microsecond=0), chance.randint(0, 80)


def works(team: Team, zone: ZoneInfo, at: datetime) -> bool:
    local = at.astimezone(zone)
    wall, name = local.time().replace(tzinfo=None), WEEKDAYS[local.weekday()]
    in_hours = any(name in block.days and block.start <= wall < block.end for block in team.hours)
    return in_hours and not is_holiday(team.holidays, local.date())


@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_calendars_agree_with_a_walk_minute_by_minute(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(EACH):
        calendar, start, length = a_case(chance)
        worked = [at for n in range(length) if works(calendar.team, calendar.zone, at := start + n * MINUTE)]
        context = (calendar.team, start, length)
        assert calendar.working_minutes(start, start + length * MINUTE) == len(worked), context
        assert calendar.is_working(start) is (worked[:1] == [start]) or not length, context
        if worked:
            some = chance.randint(1, len(worked))
            assert calendar.next_open(start) == worked[0], context
            assert calendar.add_working(start, some) == worked[some - 1] + MINUTE, context


@pytest.mark.parametrize("seed", range(3))
def test_working_days_are_days_with_a_minute_of_work(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        calendar, start, _ = a_case(chance)
        days, day = chance.randint(1, 3), calendar.local_date(start)
        found = calendar.after_working_days(start, days)
        between = (day + timedelta(days=n) for n in range(1, (calendar.local_date(found) - day).days + 1))
        assert sum(_is_worked(calendar, each) for each in between) == days
        assert works(calendar.team, calendar.zone, found)
        assert not works(calendar.team, calendar.zone, found - MINUTE) or found.astimezone(calendar.zone).hour == 0


def _is_worked(calendar: WorkCalendar, day: date) -> bool:
    begins = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=15)
    minutes = (begins + n * 15 * MINUTE for n in range(54 * 4))
    return any(calendar.local_date(at) == day and works(calendar.team, calendar.zone, at) for at in minutes)


@pytest.mark.parametrize("seed", range(3))
def test_absences_are_days_of_the_teams_own_wall(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(200):
        calendar, start, _ = a_case(chance)
        first = calendar.local_date(start) + timedelta(days=chance.randint(-2, 2))
        last = first + timedelta(days=chance.randint(0, 2))
        away = Absence(email="bo@acme.example", first=first, last=last)
        absent = WorkCalendar(calendar.team.model_copy(update={"absences": [away]}))
        is_in = first <= start.astimezone(calendar.zone).date() <= last
        assert absent.is_away("Bo@acme.example", start) == (last if is_in else None)


def test_half_an_hour_may_come_twice_and_a_midnight_never() -> None:
    """The two oddest nights, told by hand: Lord Howe turns back by 30 minutes, Beirut skips its midnight."""
    every = [Block(days=list(WEEKDAYS), start=time(0), end=time(4))]
    howe = WorkCalendar(Team(name="T", time_zone="Australia/Lord_Howe", hours=every))
    assert howe.working_minutes(datetime(2026, 4, 4, 12, tzinfo=UTC), datetime(2026, 4, 5, 12, tzinfo=UTC)) == 270
    beirut = WorkCalendar(Team(name="T", time_zone="Asia/Beirut", hours=every))
    night = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert beirut.next_open(night) == datetime(2026, 3, 28, 22, tzinfo=UTC), "one o'clock is the first hour there is"
    assert beirut.working_minutes(night, night + timedelta(days=1)) == 180
