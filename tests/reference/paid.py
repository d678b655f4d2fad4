"""What was spent in a window, coin by coin and day by day, from what a file and the CRM say of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.dealing import CAMPAIGNS, PAID

RATES = {"USD": Fraction(8, 10)}


@dataclass(slots=True)
class Paid:
    campaigns: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    channels: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    total: Fraction = Fraction(0)


def paid_in(first: date, last: date, began: date) -> Paid:
    """On the days from `first` to `last`, both included."""
    found = Paid()
    for campaign, channel, spent in (*_file(first, last, began), *_crm(first, last, began)):
        found.total += spent
        if campaign:
            found.campaigns[campaign] += spent
        if channel:
            found.channels[channel] += spent
    return found


def _file(first: date, last: date, began: date) -> Iterator[tuple[str, str, Fraction]]:
    names = {name.casefold(): name for _, name, *_ in CAMPAIGNS} | {key: name for key, name, *_ in CAMPAIGNS}
    for written, channel, since, until, amount, code in PAID:
        days = [began + timedelta(days=each) for each in range(since, until + 1)]
        hit = sum(first <= each <= last for each in days)
        if hit and code in {None, *RATES}:
            each = Fraction(amount) / (RATES[code] if code is not None else 1) / len(days)
            yield names.get(written.casefold(), ""), channel, each * hit


def _crm(first: date, last: date, began: date) -> Iterator[tuple[str, str, Fraction]]:
    """Of whose campaigns the file says nothing."""
    said = {written.casefold() for written, *_ in PAID}
    for key, name, cost, code, since, until in CAMPAIGNS:
        if cost is None or {key, name.casefold()} & said:
            continue
        worth = Fraction(cost) / (RATES[code] if code is not None else 1)
        if since is None or until is None:
            yield name, "", worth
            continue
        days = [began + timedelta(days=each) for each in range(since, until + 1)]
        if hit := sum(first <= each <= last for each in days):
            yield name, "", worth / len(days) * hit
