"""Days by the wall clocks of one zone, in microseconds since 1970 on the other side."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.reference.hours import days_off
from tests.reference.office import WEEK, Crew


def local(micros: int, zone: str) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).astimezone(ZoneInfo(zone))


def micros_of(moment: datetime) -> int:
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def midnight(day: date, zone: str) -> int:
    return micros_of(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)))


def days_earlier(micros: int, days: int, zone: str) -> int:
    """The same time of day, so many days before."""
    moment = local(micros, zone)
    earlier = moment.date() - timedelta(days=days)
    return micros_of(datetime.combine(earlier, moment.time(), tzinfo=ZoneInfo(zone)))


def days_beginning(since: int, until: int, zone: str) -> list[date]:
    """Every local day whose midnight lies in a stretch of time."""
    day, found = local(since, zone).date() - timedelta(days=2), []
    while midnight(day, zone) < until:
        if midnight(day, zone) >= since:
            found.append(day)
        day += timedelta(days=1)
    return found


def working_days(crew: Crew, since: int, until: int) -> list[date]:
    """The crew's own days that begin in a stretch of time and on which it works."""
    return [
        day
        for day in days_beginning(since, until, crew.zone)
        if crew.country is None or day not in days_off(crew.country, day.year)
        if any(WEEK[day.weekday()] in shift.days for shift in crew.shifts)
    ]


def days_away(crew: Crew, since: int, until: int) -> int:
    """Of each rep each working day once, however often it was written down."""
    reps = {email.lower() for email, _, _ in crew.away}
    return sum(
        any(email.lower() == rep and first <= day <= last for email, first, last in crew.away)
        for rep in reps
        for day in working_days(crew, since, until)
    )
