"""Until when to call somebody who may be far away: inside the rep's working time and the person's day.

The promise stays as it is and its clock, too. Where it ends at night over there, the rep is told the last moment
before that at which both are awake, or the first one after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.handoff import Handoff
from handoff.calendar import Span, WorkCalendar

DAY_BEGINS, DAY_ENDS = time(9), time(17)
AWAKE = timedelta(hours=1)
"""Somebody who asks to be called within the hour is there, whatever the time is."""
AHEAD_DAYS = 10
LEAST = timedelta(minutes=5)
"""A shorter moment is none to call in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTime:
    """`at`: until when to call, or from when on if `is_after`; `due`: what the clock says."""

    at: datetime
    due: datetime
    zones: tuple[ZoneInfo, ...]
    is_after: bool = False
    never_meet: bool = False
    """Their day and the rep's working time have nothing in common."""


def call_time(handoff: Handoff, calendar: WorkCalendar, zones: tuple[ZoneInfo, ...]) -> CallTime | None:
    """None without a running clock."""
    due, given = handoff.touch_due_at, handoff.assigned_at
    if due is None or given is None:
        return None
    plain = CallTime(at=due, due=due, zones=zones)
    if not zones or (handoff.hand_raise and due - given <= AWAKE):
        return plain
    fit = [span for span in _both(calendar, zones, given, due) if span[1] - span[0] >= LEAST]
    if fit:
        return CallTime(at=fit[-1][1], due=due, zones=zones)
    later = _both(calendar, zones, due, due + timedelta(days=AHEAD_DAYS))
    after = next((span for span in later if span[1] - span[0] >= LEAST), None)
    if after is None:
        return CallTime(at=due, due=due, zones=zones, never_meet=True)
    return CallTime(at=after[0], due=due, zones=zones, is_after=True)


def _both(calendar: WorkCalendar, zones: Sequence[ZoneInfo], start: datetime, end: datetime) -> Iterator[Span]:
    """The stretches between two moments in which the rep works and it is day for the person, wherever they may be."""
    days = list(_days(zones, start, end))
    for opens, closes in calendar.spans(start, end):
        for begins, ends in days:
            if max(opens, begins) < min(closes, ends):
                yield max(opens, begins), min(closes, ends)


def _days(zones: Sequence[ZoneInfo], start: datetime, end: datetime) -> Iterator[Span]:
    """Their days by the clock on the wall; where they may be in several zones, the hours that all of these share."""
    day, last = start.date() - timedelta(days=1), end.date() + timedelta(days=1)
    while day <= last:
        begins = max(_instant(day, DAY_BEGINS, zone) for zone in zones)
        ends = min(_instant(day, DAY_ENDS, zone) for zone in zones)
        if begins < ends:
            yield begins, ends
        day += timedelta(days=1)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
