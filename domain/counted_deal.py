"""A deal as reports count it, on its own: what is kept of it when its month is closed, and what a page adds up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias
from zoneinfo import ZoneInfo

from domain.cost import KnownCosts
from domain.values import LeadId, RecordRef


class Side(StrEnum):
    """As what a deal counts: once when it is opened, once when it is won."""

    OPENED = "opened"
    WON = "won"


class Lack(StrEnum):
    """Why a deal is worth nothing that could be said: it has no amount, or one in a currency of unknown worth."""

    AMOUNT = "amount"
    RATE = "rate"


Shares: TypeAlias = Mapping[str, Fraction]
"""Channel, or campaign, → its share; together exactly 1."""
DealKey: TypeAlias = tuple[RecordRef, Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDeal:
    """One side of one deal.

    `at`: when it was opened; `day`: on which it was won. `worth`: in the corporate currency, None where it `lacks`
    something; `currency`: its own. `leads`: its people; `has_people`: whether it had any, who may be erased by now;
    `is_likely`: they are only those of its account. `origin`: the channel of the first of them. `ways`: way of
    attribution → shares of channels. `met`: where they were first met, with whom of them, and when.
    """

    ref: RecordRef
    side: Side
    name: str | None
    at: datetime | None
    day: date | None
    worth: Decimal | None
    lacks: Lack | None
    currency: str | None
    stage: str | None
    leads: tuple[LeadId, ...]
    has_people: bool
    is_likely: bool
    origin: str
    ways: Mapping[str, Shares]
    campaigns: Shares
    rep: str
    met: str
    met_by: LeadId | None
    met_at: datetime | None

    @property
    def key(self) -> DealKey:
        return self.ref, self.side

    def month_in(self, zone: ZoneInfo) -> str:
        """`2026-10`: the month that it counts in; a day is a day wherever one is."""
        when = self.day if self.at is None else self.at.astimezone(zone).date()
        return "" if when is None else month_of(when)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedMonth:
    """A month of local days from `since` up to, and without, `until`.

    `closed_at`: None while it is open again. `costs`: what was known of them by then, in `currency`, the corporate
    one. `reopened_*`: when a person last had it counted anew, who, and why.
    """

    month: str
    since: datetime
    until: datetime
    currency: str
    costs: KnownCosts
    rules: str
    closed_at: datetime | None
    closed_by: str | None
    reopened_at: datetime | None = None
    reopened_by: str | None = None
    reopened_because: str | None = None

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


def month_of(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
