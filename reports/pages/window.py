"""The stretch of time that a report is about: whole local days, said on every page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import UsageError
from domain.values import to_text

QUARTER_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `since` up to, and without, `until`; both aware. `zone`: whose days are meant."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """Local days that it touches."""
        last = (self.until - timedelta(microseconds=1)).astimezone(self.zone).date()
        return (last - self.since.astimezone(self.zone).date()).days + 1

    def covers(self, at: datetime | None) -> bool:
        return at is not None and self.since <= at < self.until

    def words(self) -> str:
        """`Mon 16 Nov to Sun 22 Nov 2026`, with both days inside."""
        first = self.since.astimezone(self.zone)
        last = (self.until - timedelta(microseconds=1)).astimezone(self.zone)
        year = "" if first.year == last.year else f" {first.year}"
        return f"{first:%a %-d %b}{year} to {last:%a %-d %b %Y}, {self.zone.key}"

    def typed(self, seen: datetime) -> str:
        """`--since 2026-11-16 --until 2026-11-22`; a time where it begins or ends within a day. `seen`: what reaches up
        to then is told in days."""
        since, until = self.since.astimezone(self.zone), self.until.astimezone(self.zone)
        begins = since.date().isoformat() if _is_midnight(since) else to_text(since)
        last = (until - timedelta(microseconds=1)).date().isoformat()
        return f"--since {begins} --until {last if _is_midnight(until) or until >= seen else to_text(until)}"


def _is_midnight(at: datetime) -> bool:
    return at.time() == time()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


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
    return Window(since=begins, until=ends, zone=zone)


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
