"""What pages take out of closed months instead of out of the systems, and how that differs from what is known by now.

A deal that stands in a closed month counts there, as it was known then, and nowhere else; one that came to a closed
month later counts in none. What is shown and what differs add up to what would be shown if nothing had been closed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.counted_deal import ClosedMonth, CountedDeal, DealKey, Side, month_of
from reports.pages.costs import Known
from reports.pages.window import Window, start_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """`months`: every month that was ever closed; `kept`: the deals of those that the window touches; `places`: the
    month in which each deal is kept, wherever that is."""

    months: Mapping[str, ClosedMonth] = field(default_factory=dict)
    kept: Mapping[DealKey, CountedDeal] = field(default_factory=dict)
    places: Mapping[DealKey, str] = field(default_factory=dict)

    def is_closed(self, month: str) -> bool:
        found = self.months.get(month)
        return found is not None and found.is_closed

    def month_for(self, deal: CountedDeal, zone: ZoneInfo) -> str:
        """The closed month into which a deal falls, by the days that it had when it was closed; else today's."""
        if deal.at is not None:
            for each in self.months.values():
                if each.is_closed and each.since <= deal.at < each.until:
                    return each.month
        return deal.month_in(zone)

    def known(self, now: Known, window: Window) -> Known:
        """Of costs: as of when the last month of the window was closed; `now` where one of its months is open."""
        touched = months_of(window)
        if not all(self.is_closed(each) for each in touched):
            return now
        return Known(costs=self.months[touched[-1]].costs, codes=now.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A deal that is known differently by now. `kept`: as it counts; `now`: as it would; None: not in this window."""

    deal: CountedDeal
    kept: CountedDeal | None
    now: CountedDeal | None
    what: str

    @property
    def side(self) -> Side:
        return self.deal.side

    @property
    def deals(self) -> int:
        """How many more there would be."""
        return (self.now is not None) - (self.kept is not None)

    @property
    def worth(self) -> Decimal:
        """How much more there would be."""
        return _worth(self.now) - _worth(self.kept)


def _worth(deal: CountedDeal | None) -> Decimal:
    return deal.worth if deal is not None and deal.worth is not None else Decimal(0)


class Since:
    """Holds what is read against what is kept. `covers`: whether a page counts a deal at its moment."""

    def __init__(self, books: Books, zone: ZoneInfo, covers: Callable[[CountedDeal], bool]) -> None:
        self._books, self._zone, self._covers = books, zone, covers
        self._late: list[Late] = []
        self._met: set[DealKey] = set()
        self.elsewhere = 0
        """Deals that would be owed to other channels or campaigns, and count the same otherwise."""

    def admits(self, deal: CountedDeal) -> bool:
        """Whether it counts as it is known now; what is kept counts instead otherwise."""
        if deal.key in self._books.places:
            self._met.add(deal.key)
            self._hold(self._books.kept.get(deal.key), deal)
            return False
        if self._books.is_closed(self._books.month_for(deal, self._zone)):
            self._hold(None, deal)
            return False
        return True

    def late(self) -> list[Late]:
        """In the order of the deals; to be asked once everything was read."""
        gone = [each for key, each in self._books.kept.items() if key not in self._met and self._covers(each)]
        found = [*self._late, *(Late(deal=each, kept=each, now=None, what="not there any more") for each in gone)]
        return sorted(found, key=lambda each: (each.deal.ref, each.side))

    def _hold(self, kept: CountedDeal | None, now: CountedDeal) -> None:
        before = kept if kept is not None and self._covers(kept) else None
        after = now if self._covers(now) else None
        if before is None and after is None:
            return
        if before is not None and after is not None and before.worth == after.worth:
            self.elsewhere += (before.ways, before.campaigns) != (after.ways, after.campaigns)
            return
        what = self._what(before, after, is_kept=now.key in self._books.places)
        self._late.append(Late(deal=before or now, kept=before, now=after, what=what))

    def _what(self, before: CountedDeal | None, after: CountedDeal | None, *, is_kept: bool) -> str:
        if before is not None and after is not None:
            return "worth something else"
        if before is None and not is_kept:
            return "known only since"
        return "at another time by now" if before is not None else "counted at another time"


def months_of(window: Window) -> list[str]:
    """Every month that a window touches, oldest first."""
    day = window.since.astimezone(window.zone).date()
    last = (window.until - timedelta(microseconds=1)).astimezone(window.zone).date()
    return list(months_between(day, last))


def months_between(first: date, last: date) -> Iterator[str]:
    day = first.replace(day=1)
    while day <= last:
        yield month_of(day)
        day = next_month(day)


def next_month(day: date) -> date:
    """The first day of the month after this one's."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def window_of_month(first: date, zone: ZoneInfo) -> Window:
    return Window(since=start_of(first, zone), until=start_of(next_month(first), zone), zone=zone)


def books_of(months: Iterable[ClosedMonth], kept: Iterable[CountedDeal], places: Mapping[DealKey, str]) -> Books:
    return Books(months={each.month: each for each in months}, kept={each.key: each for each in kept}, places=places)


def touched(months: Iterable[ClosedMonth], window: Window) -> Collection[str]:
    """The closed ones of these that a window touches, by today's days or by those of when they were closed."""
    days = set(months_of(window))
    return [
        each.month
        for each in months
        if each.is_closed and (each.month in days or (each.since < window.until and window.since < each.until))
    ]
