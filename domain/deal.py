"""Deals, campaigns and what currencies are worth, as reports need them: facts of the systems, nothing worked out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.values import LeadId, RecordRef


@dataclass(frozen=True, slots=True, kw_only=True)
class DealContact:
    """Somebody who stands in a deal. `lead`: None where we do not know the record."""

    ref: RecordRef
    lead: LeadId | None
    role: str | None
    is_primary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One living deal of one system. What the system does not say is None; sums are as it says them.

    `contacts`: the primary one first. `corporate_amount`: where the system works it out itself. `counts`: whether it
    is of a record type that reports are about. `closes`: a day, or a moment where the system says one.
    """

    ref: RecordRef
    name: str | None
    account: RecordRef | None
    contacts: tuple[DealContact, ...]
    amount: Decimal | None
    currency: str | None
    corporate_amount: Decimal | None
    is_closed: bool
    is_won: bool
    created_at: datetime | None
    closes: date | datetime | None
    stage: str | None
    campaign: RecordRef | None
    source: str | None
    record_type: str | None
    lost_reason: str | None
    counts: bool

    @property
    def leads(self) -> tuple[LeadId, ...]:
        """Whoever of its people we know, the primary one first, each once."""
        return tuple(dict.fromkeys(each.lead for each in self.contacts if each.lead is not None))

    def closes_on(self, zone: ZoneInfo) -> date | None:
        """Of a moment the day by the clocks of a zone; a day is a day wherever one is."""
        return self.closes.astimezone(zone).date() if isinstance(self.closes, datetime) else self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One living campaign of one system, and what it cost."""

    ref: RecordRef
    name: str | None
    type: str | None
    status: str | None
    cost: Decimal | None
    budget: Decimal | None
    currency: str | None
    starts_on: date | None
    ends_on: date | None
    parent: RecordRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the currencies of one system are worth. `per_corporate`: by ISO code, how many of it make one of the
    corporate currency; also of those that nobody uses any more, for old sums are in them."""

    corporate: str | None = None
    per_corporate: Mapping[str, Decimal] = field(default_factory=dict)

    def in_corporate(self, amount: Decimal, currency: str | None) -> Decimal | None:
        """The sum in the corporate currency, not rounded; None for a currency whose worth nobody said."""
        if currency is None or currency == self.corporate:
            return amount
        rate = self.per_corporate.get(currency)
        return None if rate is None else amount / rate
