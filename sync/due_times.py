"""When a report is due, and which of its due times is to be served now.

Pure. A due time is a time of the day on a wall clock of the installation's zone. Where clocks are put forward over it
the day has it as much later as they were; where they are put back it is the first of the two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.deliver import Delivery, On
from store.deliveries import Kept

LATE = timedelta(hours=1)
"""From when on the text says that it comes late."""
BACK = timedelta(days=40)
"""Nobody looks farther back: it is more than a month, and more than the longest `late_days`."""
DAY = timedelta(days=1)
REST = timedelta(minutes=15)
"""How long after a try that failed the next one comes. One that did not even end is made up for at once, the next time
after one rest, then after three, seven, and so on: it may be the page that ends the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One due time that is to be served. `left_out`: earlier ones that nobody was sent."""

    at: datetime
    is_late: bool
    left_out: tuple[datetime, ...] = ()


def due_times(delivery: Delivery, zone: ZoneInfo, *, after: datetime, until: datetime) -> Sequence[datetime]:
    """Its due times later than `after` and not later than `until`, oldest first, in UTC."""
    first, last = after.astimezone(zone).date() - DAY, until.astimezone(zone).date() + DAY
    found = {_moment(day, delivery, zone) for day in _days(first, last) if _is_on(day, delivery.on)}
    return sorted(at for at in found if after < at <= until)


def _days(first: date, last: date) -> Iterator[date]:
    yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def _is_on(day: date, on: Sequence[On]) -> bool:
    weekday = list(On)[day.weekday()]
    return weekday in on or On.DAY in on or (On.MONTH in on and day.day == 1)


def _moment(day: date, delivery: Delivery, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, delivery.at, tzinfo=zone).astimezone(UTC)


def due_now(delivery: Delivery, kept: Kept, zone: ZoneInfo, *, now: datetime) -> Due | None:
    """The latest due time, unless it was served, passed before the delivery was set up, is too old, or rests.

    Only the latest: whoever reads on Wednesday what was due on Monday does not want last Monday's as well.
    """
    times = due_times(delivery, zone, after=max(kept.since, now - BACK), until=now)
    if not times or times[-1] in kept.served or now - times[-1] > timedelta(days=delivery.late_days):
        return None
    if kept.trying is not None and kept.trying.due == times[-1] and _rests(kept, now=now):
        return None
    served = [at for at in times if at in kept.served]
    left_out = tuple(at for at in times[:-1] if not served or at > served[-1])
    return Due(at=times[-1], is_late=now - times[-1] > LATE, left_out=left_out)


def _rests(kept: Kept, *, now: datetime) -> bool:
    """After the clock was put back nothing rests: it would for as long as the clock was wrong."""
    trying = kept.trying
    if trying is None:
        return False
    rest = REST if trying.ended else REST * (2 ** min(trying.times - 1, 10) - 1)
    return trying.at <= now < trying.at + rest
