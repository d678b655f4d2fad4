"""What campaigns and channels cost in a window: by the file of reports.yaml, else by the CRM.

A sum counts by the days on which it was spent: the same on each of them. What the CRM says of a campaign without days
counts whole, whenever that was. Where both speak of a campaign, the file does.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from config.reports import UNKNOWN
from config.words import did_you_mean
from domain.cost import CampaignCost, Cost, KnownCosts
from domain.deal import Campaign, Rates
from mapping.costs import Costs, Fault
from mapping.identity import full_id
from reports.pages.page import Figure, Missing, Unit

UNSAID = "its cost is not known"
ELSEWHEN = "none of its cost falls in this window"
NOT_BY_CHANNEL = "costs are not told apart by the channel that the page is narrowed to"
NO_WIN = "nothing of it was won in this window"
NO_WORTH = "what a deal that was won is worth is not known"
FREE = "it cost nothing"
FEW = 3
"""So many names are told; of the others how many they are."""
_MEND = "Mend the file; `leadloop check` names every line."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a page works costs out from. `faults`: what is wrong with the file, of which nothing counts then; `codes`:
    every currency whose worth is known."""

    costs: KnownCosts
    faults: Sequence[Fault] = ()
    codes: Collection[str] = ()


def known_costs(
    table: Costs,
    crm: Iterable[tuple[Campaign, Rates]],
    *,
    file: str,
    own: Rates,
    channel_of: Callable[[Campaign], str],
) -> Known:
    """`crm`: its campaigns, each with the rates of its system; `own`: the rates for the file; `file`: how reports.yaml
    calls it; `channel_of`: that of a campaign by its name and type."""
    lines = [_in_corporate(each, own) for each in table.lines]
    campaigns = [_of_crm(each, rates, channel_of(each)) for each, rates in crm if each.name]
    return Known(
        costs=KnownCosts(file=file, lines=lines, campaigns=campaigns), faults=table.faults, codes=own.per_corporate
    )


def _in_corporate(line: Cost, rates: Rates) -> Cost:
    """As it is where nobody knows what its currency is worth."""
    worth = rates.in_corporate(line.amount, line.currency)
    return line if worth is None else replace(line, amount=worth, currency=None)


def _of_crm(campaign: Campaign, rates: Rates, channel: str) -> CampaignCost:
    cost = campaign.cost
    return CampaignCost(
        id=campaign.ref.id,
        name=campaign.name or "",
        channel=channel,
        amount=None if cost is None else rates.in_corporate(cost, campaign.currency),
        first=campaign.starts_on,
        last=campaign.ends_on,
    )


@dataclass(slots=True)
class Sums:
    """By name; None: of it something is said, but not what it is worth, or not of these days."""

    campaigns: dict[str, Decimal] = field(default_factory=dict)
    channels: dict[str, Decimal] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    total: Decimal = Decimal(0)

    def add(self, campaign: str, channel: str, amount: Decimal) -> None:
        self.total += amount
        if campaign:
            self.campaigns[campaign] = self.campaigns.get(campaign, Decimal(0)) + amount
        if channel and channel != UNKNOWN:
            self.channels[channel] = self.channels.get(channel, Decimal(0)) + amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What there is to say of costs on one page."""

    sums: Sums
    currency: str
    missing: tuple[Missing, ...]
    remarks: tuple[str, ...]
    narrowed: bool

    @property
    def campaigns(self) -> Collection[str]:
        """Those on which something was spent; none on a page that is narrowed."""
        return () if self.narrowed else self.sums.campaigns

    @property
    def channels(self) -> Collection[str]:
        return () if self.narrowed else self.sums.channels

    def campaign(self, name: str) -> Figure:
        return self._figure(self.sums.campaigns.get(name), self.sums.why.get(name, UNSAID))

    def channel(self, name: str) -> Figure:
        return self._figure(self.sums.channels.get(name), UNSAID)

    def all(self) -> Figure:
        return self._figure(self.sums.total or None, UNSAID)

    def _figure(self, cost: Decimal | None, why: str) -> Figure:
        if self.narrowed:
            return Figure(value=None, unit=Unit.MONEY, why=NOT_BY_CHANNEL)
        if cost is None:
            return Figure(value=None, unit=Unit.MONEY, why=why)
        return Figure(value=float(cost), unit=Unit.MONEY, currency=self.currency)


def roi(cost: Figure, revenue: Fraction, *, won: int, unpriced: int) -> Figure:
    """Revenue less cost, as a share of the cost; what is not known of either makes it unknown, and no zero.

    `won`: so many deals stand behind the revenue; `unpriced`: of them those whose worth nobody knows.
    """
    if cost.value is None:
        return Figure(value=None, unit=Unit.SHARE, why=cost.why)
    why = FREE if cost.value == 0 else NO_WIN if not won else NO_WORTH if unpriced else ""
    if why:
        return Figure(value=None, unit=Unit.SHARE, why=why)
    return Figure(value=float(revenue) / cost.value - 1, unit=Unit.SHARE)


def spent(
    known: Known, *, names: Collection[str], since: date, until: date, currency: str, narrowed: bool = False
) -> Spent:
    """On the days from `since` up to, and without, `until`. `names`: the campaigns in which people did something, of
    which the CRM may know nothing."""
    work = _Work(known, names, since, until)
    for each in known.costs.lines:
        work.of_file(each)
    for campaign in known.costs.campaigns:
        work.of_crm(campaign)
    return Spent(
        sums=work.sums,
        currency=currency,
        missing=tuple(work.missing()),
        remarks=tuple(work.remarks()),
        narrowed=narrowed,
    )


def late_costs(kept: Spent, now: Spent) -> Iterator[Missing]:
    """What is known of costs by now and does not count, because the months were closed before."""
    one, other = kept.sums, now.sums
    if not kept.narrowed and (one.campaigns, one.channels, one.total) != (other.campaigns, other.channels, other.total):
        currency = kept.currency
        yield Missing(
            what=f"Costs are known differently since these months were closed: {other.total:,.0f} {currency} by now, "
            f"{one.total:,.0f} {currency} count here.",
            mend="`leadloop months reopen` has a month counted anew.",
        )


class _Work:
    """Line by line: the file first, so that what it says is known when the CRM speaks."""

    def __init__(self, known: Known, names: Collection[str], since: date, until: date) -> None:
        self._known, self._since, self._until = known, since, until
        self.sums = Sums()
        campaigns = known.costs.campaigns
        self._names = {each.casefold(): each for each in (*names, *(one.name for one in campaigns))}
        self._ids = {one.id: one.name for one in campaigns}
        self._channels = {one.name: one.channel for one in campaigns}
        self._met = set(names)
        self._by_file: set[str] = set()
        self._both: set[str] = set()
        self._silent: set[str] = set()
        self._strangers: dict[str, int] = {}
        self._currencies: dict[str, int] = {}

    def of_file(self, cost: Cost) -> None:
        name = self._named(cost.campaign)
        if cost.campaign and not name:
            self._strangers.setdefault(cost.campaign, cost.line)
        self._by_file |= {name} if name else set()
        worth = cost.within(self._since, self._until)
        if cost.currency is not None:
            self._currencies.setdefault(cost.currency, cost.line)
        elif worth or not cost.amount:
            self.sums.add(name, cost.channel or self._channels.get(name, ""), worth)
        elif name:
            self.sums.why[name] = ELSEWHEN

    def _named(self, written: str) -> str:
        """By its name, or by its id."""
        return self._names.get(written.casefold()) or self._ids.get(full_id(written)) or ""

    def of_crm(self, campaign: CampaignCost) -> None:
        name = campaign.name
        if name in self._by_file:
            self._both |= {name} if campaign.amount is not None else set()
            return
        if campaign.amount is None:
            self._silent |= {name} & self._met
            return
        within = campaign.within(self._since, self._until)
        if within or not campaign.amount:
            self.sums.add(name, self._channels.get(name, ""), within)
        else:
            self.sums.why[name] = ELSEWHEN

    def missing(self) -> Iterator[Missing]:
        file = self._known.costs.file
        for fault in self._known.faults[:FEW]:
            hint = f" ({fault.hint})" if fault.hint else ""
            yield Missing(
                what=f"{file} line {fault.line}: {fault.words}{hint}. Nothing of the file counts.", mend=_MEND
            )
        for name, line in sorted(self._strangers.items(), key=lambda each: each[1])[:FEW]:
            near = did_you_mean(name, self._names.values())
            words = f"{file} line {line}: there is no campaign {name!r}: its cost is held against no campaign."
            yield Missing(what=words, mend=f"Mend its name: {near}" if near else "Mend its name.")
        for code, line in sorted(self._currencies.items()):
            near = did_you_mean(code, self._known.codes)
            words = f"{file} line {line}: what {code} is worth is not known: these costs are left out."
            mend = "Add the rate in the CRM, or write the sum in the corporate currency."
            yield Missing(what=words, mend=f"Mend its code: {near}" if near else mend)

    def remarks(self) -> Iterator[str]:
        if self._both:
            yield f"The cost of {_list(self._both)} is that of {self._known.costs.file}; the CRM says one of its own."
        if self._silent and (self.sums.campaigns or self.sums.channels):
            yield f"What {_list(self._silent)} cost is not known: what stands for their channels is without it."
        if self.sums.campaigns or self.sums.channels:
            yield (
                "Costs count by the days of the window on which they were spent; a campaign of the CRM without days "
                "counts whole. Revenue may come long after the cost: look at a long window."
            )
        lost = sorted(name for name in self.sums.campaigns if self._of_no_channel(name))
        if lost:
            yield f"By the rules {_list(lost)} is of no channel: its cost stands under campaigns and in the sum alone."

    def _of_no_channel(self, name: str) -> bool:
        said = any(each.channel and self._named(each.campaign) == name for each in self._known.costs.lines)
        return not said and self._channels.get(name, UNKNOWN) == UNKNOWN


def _list(names: Iterable[str]) -> str:
    told = sorted(names)
    more = f" and {len(told) - FEW:,} more" if len(told) > FEW else ""
    return ", ".join(told[:FEW]) + more
