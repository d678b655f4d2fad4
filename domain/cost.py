"""What something cost, as marketing says it in a file or the CRM of a campaign, with the days on which it was spent."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCost:
    """What the CRM says of one campaign, in the corporate currency; None: nothing that is known.

    `id`: its own in its system; `channel`: by the rules. `first` and `last` are both days of it.
    """

    id: str
    name: str
    channel: str
    amount: Decimal | None
    first: date | None
    last: date | None

    def within(self, since: date, until: date) -> Decimal:
        """Of one that has no days, or impossible ones, the whole sum, whenever that was."""
        first, last = self.first or self.last, self.last or self.first
        amount = self.amount or Decimal(0)
        if first is None or last is None or last < first:
            return amount
        return portion(amount, first, last, since=since, until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCosts:
    """Everything that is known of costs. `file`: how reports.yaml calls it, `lines`: its own, in the corporate
    currency wherever what theirs is worth is known; `campaigns`: the CRM's that have a name."""

    file: str = ""
    lines: Sequence[Cost] = ()
    campaigns: Sequence[CampaignCost] = ()


def portion(amount: Decimal, first: date, last: date, *, since: date, until: date) -> Decimal:
    """The same sum on each day from `first` to `last`: what falls on those from `since` up to, and without, `until`."""
    after = last + timedelta(days=1)
    inside = (min(after, until) - max(first, since)).days
    return amount * max(inside, 0) / (after - first).days
