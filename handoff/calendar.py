"""Working time of a team: blocks on weekdays in its own zone, without holidays.

A minute belongs to working time when the team's wall clock says so, which stays true on the days on
which clocks are moved: a day is cut where its offset from UTC changes and each part is laid out by
its own offset.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.routing import Team
from domain.errors import SettingsError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST_DAYS = 800
"""A calendar without working time for so long is a mistake in the settings."""

Span = tuple[datetime, datetime]


class WorkCalendar:
    """When one team works; every argument and answer is an aware time."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.zone = ZoneInfo(team.time_zone)
        self._spans: dict[date, tuple[Span, ...]] = {}

    def is_working(self, at: datetime) -> bool:
        """Tell whether `at` falls into working time; the end of a block does not."""
        return any(start <= at < end for start, end in self._on(self.local_date(at)))

    def next_open(self, at: datetime) -> datetime:
        """Give `at` itself within working time, else the start of the next block."""
        start, _ = next(self._from(at))
        return start

    def add_working(self, start: datetime, minutes: int) -> datetime:
        """Give the earliest moment with `minutes` of working time since `start`; for 0 the next open moment."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._from(start):
            if opens + left <= closes:
                return opens + left
            left -= closes - opens
        raise self._never()

    def after_working_days(self, start: datetime, days: int) -> datetime:
        """Give the opening of the day that is so many working days after the day of `start`; for 0 `start` itself."""
        if days == 0:
            return start
        day, left = self.local_date(start), days
        for further in range(1, FARTHEST_DAYS):
            spans = self._on(day + timedelta(days=further))
            left -= bool(spans)
            if not left:
                return spans[0][0]
        raise self._never()

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Count the whole minutes of working time between two moments; 0 when `end` is not later."""
        total = timedelta()
        if end > start:
            for opens, closes in self._from(start):
                if opens >= end:
                    break
                total += min(closes, end) - opens
        return int(total.total_seconds() // 60)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the stretches of working time between two moments, in order."""
        for opens, closes in self._from(start):
            if opens >= end:
                return
            yield opens, min(closes, end)

    def local_date(self, at: datetime) -> date:
        """Give the team's own date at a moment."""
        return at.astimezone(self.zone).date()

    def works_on(self, day: date) -> bool:
        """Tell whether the team works at all on one of its own days."""
        return bool(self._on(day))

    def is_away(self, email: str, at: datetime) -> date | None:
        """Give the last day of the absence that covers the team's date at `at`, None when there is none."""
        day = self.local_date(at)
        for absence in self.team.absences:
            if absence.email.casefold() == email.casefold() and absence.first <= day <= absence.last:
                return absence.last
        return None

    def _from(self, start: datetime) -> Iterator[Span]:
        first = self.local_date(start)
        for days in range(FARTHEST_DAYS):
            for opens, closes in self._on(first + timedelta(days=days)):
                if closes > start:
                    yield max(opens, start), closes
        raise self._never()

    def _on(self, day: date) -> tuple[Span, ...]:
        if day not in self._spans:
            self._spans[day] = () if is_holiday(self.team.holidays, day) else tuple(self._lay_out(day))
        return self._spans[day]

    def _lay_out(self, day: date) -> Iterator[Span]:
        """Yield the day's working spans in order, each once, however its blocks overlap."""
        name = WEEKDAYS[day.weekday()]
        blocks = sorted((block.start, block.end) for block in self.team.hours if name in block.days)
        reached = datetime.min.replace(tzinfo=UTC)
        for first, last, offset in _parts(day, self.zone):
            for start, end in blocks:
                opens = max(_instant(day, start, offset), first, reached)
                closes = min(_instant(day, end, offset), last)
                if opens < closes:
                    reached = closes
                    yield opens, closes

    def _never(self) -> SettingsError:
        return SettingsError(
            f"Team {self.team.name!r} has no working time within {FARTHEST_DAYS} days: give it `hours` in routing.yaml."
        )


def _instant(day: date, wall: time, offset: timedelta) -> datetime:
    return datetime.combine(day, wall, tzinfo=UTC) - offset


def _parts(day: date, zone: ZoneInfo) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Cut a local day into stretches of one offset from UTC: one, or two when clocks are moved on it."""
    first = _midnight(day, zone)
    last = _midnight(day + timedelta(days=1), zone)
    before, after = _offset(first, zone), _offset(last - timedelta(minutes=1), zone)
    if before == after:
        return ((first, last, before),)
    early, late = first, last
    while late - early > timedelta(minutes=1):
        middle = early + timedelta(minutes=(late - early) // timedelta(minutes=2))
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return ((first, late, before), (late, last, after))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


@lru_cache(maxsize=4096)
def is_holiday(place: str | None, day: date) -> bool:
    """Tell whether a day is a public holiday in `DE`, `US-CA`, …; never, without a place."""
    return place is not None and day in _holidays(place, day.year)


@lru_cache(maxsize=64)
def _holidays(place: str, year: int) -> frozenset[date]:
    # Imported when first asked for: the library costs 0.3 to 0.8 s and most teams name no country.
    import holidays  # noqa: PLC0415

    country, _, subdivision = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        raise SettingsError(
            f"routing.yaml: {place!r} is no country (or country-subdivision) whose holidays are known."
        ) from error
    return frozenset(found)
