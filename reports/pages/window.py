"""The stretch of time that a report is about: whole local days, said on every page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import UsageError

QUARTER_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `since` up to, and without, `until`; both aware. `zone`: whose days are meant; `up_to_now`: it ends with the
    moment at which somebody looks."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    up_to_now: bool = False

    @property
    def days(self) -> int:
        """Local days that it touches."""
        last = (self.until - timedelta(microseconds=1)).astimezone(self.zone).date()
        return (last - self.since.astimezone(self.zone).date()).days + 1

    def covers(self, at: datetime | None) -> bool:
        return at is not None and self.since <= at < self.until

    def words(self) -> str:
        """`Mon 16 Nov to Sun 22 Nov 2026`, with both days inside; with the time where one is not whole."""
        first = self.since.astimezone(self.zone)
        last = (self.until - timedelta(microseconds=1)).astimezone(self.zone)
        year = "" if first.year == last.year else f" {first.year}"
        begins = "" if is_midnight(self.since, self.zone) else f", {first:%H:%M}"
        ends = "" if self.ends_with_a_day else f", {self.until.astimezone(self.zone):%H:%M}"
        return f"{first:%a %-d %b}{year}{begins} to {last:%a %-d %b %Y}{ends}, {self.zone.key}"

    @property
    def ends_with_a_day(self) -> bool:
        """Whether its last day is meant to its end, or as far as it has come."""
        return self.up_to_now or is_midnight(self.until, self.zone)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def is_midnight(at: datetime, zone: ZoneInfo) -> bool:
    return at == start_of(at.astimezone(zone).date(), zone)


def window_of(*, since: date | None, until: date | None, zone: ZoneInfo, now: datetime, weekly: bool = False) -> Window:
    """What was asked for; else the last 90 days up to now, or the last whole week from Monday to Sunday.

    A plain `until` day is the last one inside. UsageError when the end is not later than the beginning.
    """
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    ends = _moment(until, zone, more=1) or (start_of(monday, zone) if weekly and since is None else now)
    last = ends.astimezone(zone).date()
    begins = _moment(since, zone) or start_of(last - timedelta(days=7 if weekly else QUARTER_DAYS), zone)
    if begins >= ends:
        raise UsageError(f"The window is empty: it would begin {begins:%Y-%m-%d %H:%M} and end {ends:%Y-%m-%d %H:%M}.")
    return Window(since=begins, until=ends, zone=zone, up_to_now=until is None and ends == now)


def month_of(*, since: date | None, until: date | None, zone: ZoneInfo, now: datetime) -> Window:
    """What was asked for; else the last whole month, or the month up to the end that was named."""
    if since is not None:
        return window_of(since=since, until=until, zone=zone, now=now)
    first = now.astimezone(zone).date().replace(day=1)
    ends = _moment(until, zone, more=1) or start_of(first, zone)
    last = (ends - timedelta(microseconds=1)).astimezone(zone).date()
    return Window(since=start_of(last.replace(day=1), zone), until=ends, zone=zone)


def _moment(given: date | None, zone: ZoneInfo, *, more: int = 0) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    return start_of(given + timedelta(days=more), zone)
