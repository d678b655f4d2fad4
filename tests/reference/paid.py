"""What was spent in a window, coin by coin and day by day, from what a file and the CRM say of it."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.office import Office
from tests.reference.told import source_of
from tests.reference.trade import Campaign, Trade


@dataclass(slots=True)
class Paid:
    campaigns: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    channels: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    total: Fraction = Fraction(0)


def paid_in(first: date, last: date, trade: Trade, office: Office, met: Collection[str]) -> Paid:
    """On the days from `first` to `last`, both included. `met`: campaigns of which people did something."""
    found = Paid()
    for campaign, channel, spent in (*_file(first, last, trade, met), *_crm(first, last, trade, met)):
        found.total += spent
        ours = [each for each in trade.campaigns if each.name == campaign]
        of = channel or (channel_of(ours[-1], office) if ours else "unknown")
        if campaign:
            found.campaigns[campaign] += spent
        if of != "unknown":
            found.channels[of] += spent
    return found


def channel_of(campaign: Campaign, office: Office) -> str:
    """By the rules, of what it says of itself."""
    asked = {"campaign": campaign.name, "campaign_type": campaign.kind}
    return source_of(asked, office)


def named(written: str, trade: Trade, met: Collection[str]) -> str:
    """The campaign that is meant by a name, whatever its case, or by a key; empty where there is none."""
    for name in [*(each.name for each in reversed(trade.campaigns)), *met]:
        if written and name.casefold() == written.casefold():
            return name
    return next((each.name for each in trade.campaigns if each.key == written), "")


def _file(first: date, last: date, trade: Trade, met: Collection[str]) -> Iterator[tuple[str, str, Fraction]]:
    for bill in trade.bills:
        worth = trade.worth(bill.amount, bill.code)
        if worth is not None:
            yield from _within(
                worth, (bill.first, bill.last), (first, last), named(bill.campaign, trade, met), bill.channel
            )


def _crm(first: date, last: date, trade: Trade, met: Collection[str]) -> Iterator[tuple[str, str, Fraction]]:
    """Of whose campaigns the file says nothing."""
    said = {named(bill.campaign, trade, met) for bill in trade.bills}
    for each in trade.campaigns:
        worth = None if each.cost is None else trade.worth(each.cost, each.code)
        if worth is None or each.name in said:
            continue
        begins, ends = each.first or each.last, each.last or each.first
        if begins is None or ends is None or ends < begins:
            yield each.name, "", worth
        else:
            yield from _within(worth, (begins, ends), (first, last), each.name, "")


def _within(
    worth: Fraction, of: tuple[date, date], window: tuple[date, date], campaign: str, channel: str
) -> Iterator[tuple[str, str, Fraction]]:
    days = [of[0] + timedelta(days=each) for each in range((of[1] - of[0]).days + 1)]
    hit = sum(window[0] <= each <= window[1] for each in days)
    if hit or not worth:
        yield campaign, channel, worth / len(days) * hit
