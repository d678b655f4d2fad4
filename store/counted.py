"""What one connection has used of its day: our own calls by the hour, and the vendor's last word.

A day is the last 24 hours, unless the vendor says when it counts from nought again. Then its figure stands until that
moment and is nothing afterwards.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
PATIENCE = timedelta(minutes=10)
"""How long a refusing figure is left alone, and until when a lower one is taken for a late answer."""
_LONGEST_DAY = timedelta(hours=25)
"""When clocks are set back."""
_MARGIN = timedelta(minutes=10)
"""`resets_at` is a little after the vendor's midnight, and two clocks seldom agree."""


@dataclass(slots=True)
class Counted:
    """Counts per hour (hour → [handoff, background]) and the figure, with what we sent since it came."""

    hours: dict[datetime, list[int]]
    hinted: int = 0
    hinted_at: datetime | None = None
    own_since_hint: int = 0
    vendor_limit: int | None = None
    resets_at: datetime | None = None
    asked_at: datetime | None = None
    unwritten: int = 0

    def book(self, now: datetime, *, handoff: bool, calls: int) -> None:
        self.asked_at = self.asked_at if handoff else now
        self.hours.setdefault(hour_of(now), [0, 0])[0 if handoff else 1] += calls
        self.own_since_hint += calls
        self.unwritten += calls

    def take(self, used: int, limit: int | None, resets_at: datetime | None, now: datetime) -> None:
        """A lower figure soon after is an answer that took longer; after ten minutes, or in a new day, it is news."""
        if self.vendor(now) and used < self.hinted and self.hinted_at and now - self.hinted_at < PATIENCE:
            return
        self.hinted, self.hinted_at, self.own_since_hint = used, now, 0
        self.vendor_limit = limit if limit is not None else self.vendor_limit
        self.resets_at = resets_at or self._next_reset(now)

    def own(self, now: datetime) -> tuple[int, int]:
        """(all, background) of the day, by whole hours: rather one too many."""
        recent = [counts for hour, counts in self.hours.items() if hour > self._began(now) - HOUR]
        return sum(map(sum, recent)), sum(counts[1] for counts in recent)

    def vendor(self, now: datetime) -> int:
        """The figure and what we sent since; 0 when it stands no more."""
        if self.hinted_at is None:
            return 0
        stands = now - self.hinted_at <= DAY if self.resets_at is None else now < self.resets_at
        return self.hinted + self.own_since_hint if stands else 0

    def forget_old(self, now: datetime) -> None:
        for hour in [hour for hour in self.hours if hour <= now - DAY - HOUR]:
            del self.hours[hour]

    def next_room(self, now: datetime) -> datetime:
        """When calls become free by themselves."""
        return self.resets_at if self.resets_at is not None and self.resets_at > now else hour_of(now) + HOUR

    def next_question(self, now: datetime) -> datetime:
        """From when the background may go on though the vendor's figure, and nothing else, is over its share."""
        if self.resets_at is not None:
            return self.next_room(now)
        if self.hinted_at is None or now - self.hinted_at >= HOUR:
            return now
        return max(self.hinted_at, self.asked_at or self.hinted_at) + PATIENCE

    def _began(self, now: datetime) -> datetime:
        if self.resets_at is None:
            return now - DAY
        last = self.resets_at if self.resets_at <= now else self.resets_at - _LONGEST_DAY
        return max(now - DAY, last - _MARGIN)

    def _next_reset(self, now: datetime) -> datetime | None:
        """Where a figure comes without its end: as long a day as there can be, until one comes with it."""
        following = self.resets_at
        while following is not None and following <= now:
            following += _LONGEST_DAY
        return following


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
