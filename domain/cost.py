"""What marketing says that something cost: one line of a file, with the days on which it was spent."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`campaign`: its name or id as it is written, empty where none is named; `channel` likewise. `first` and `last`
    are both days of it; `currency`: an ISO code, None: the corporate one."""

    line: int
    campaign: str
    channel: str
    first: date
    last: date
    amount: Decimal
    currency: str | None

    def within(self, since: date, until: date) -> Decimal:
        """What of it falls on the days from `since` up to, and without, `until`."""
        return portion(self.amount, self.first, self.last, since=since, until=until)


def portion(amount: Decimal, first: date, last: date, *, since: date, until: date) -> Decimal:
    """The same sum on each day from `first` to `last`: what falls on those from `since` up to, and without, `until`."""
    after = last + timedelta(days=1)
    inside = (min(after, until) - max(first, since)).days
    return amount * max(inside, 0) / (after - first).days
