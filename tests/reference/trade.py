"""What is known of deals and costs, as plain data: which records they are, what they are worth, who stands in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Of the CRM. Without its days, or with one alone, it counts whole, or on that day."""

    key: str
    name: str
    kind: str | None
    cost: Fraction | None
    code: str | None
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A line of the file of costs: a campaign by its name or key, a channel, or both; both days are inside."""

    campaign: str
    channel: str
    first: date
    last: date
    amount: Fraction
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """`words`: the block of deals in mapping.yaml; `person`: the object that their people are; `rates`: how many of a
    currency make one of the corporate one; `near`: account → the numbers of its leads; `days`: how long before a deal a
    touch may lie."""

    connection: str
    person: str
    words: Mapping[str, Any]
    campaigns: tuple[Campaign, ...]
    bills: tuple[Bill, ...]
    rates: Mapping[str, Fraction]
    corporate: str | None
    near: Callable[[str], frozenset[int]]
    days: int = 365

    def worth(self, amount: Any, code: str | None) -> Fraction | None:
        """In the corporate currency."""
        said = sum_of(amount)
        if said is None or code is None or code == self.corporate:
            return said
        return said / self.rates[code] if code in self.rates else None


def sum_of(said: Any) -> Fraction | None:
    """Exactly what was said; None for what is no sum."""
    if said is None or isinstance(said, bool):
        return None
    try:
        return Fraction(str(said).strip())
    except ValueError:
        return None
