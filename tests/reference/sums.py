"""Shares, middles and ranks from their definitions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

Z = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a figure should say. `leads`: None where nobody stands behind it."""

    value: float | None
    of: int | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    leads: frozenset[int] | None = None


def count(leads: Sequence[int]) -> Expected:
    """`leads`: one for each thing counted."""
    return Expected(value=len(leads), n=len(leads), leads=frozenset(leads))


def share(hits: Sequence[int], of: int) -> Expected:
    if of == 0:
        return Expected(value=None, of=0)
    low, high = interval(len(hits), of)
    return Expected(value=len(hits) / of, of=of, low=low, high=high, n=len(hits), leads=frozenset(hits))


def interval(hits: int, of: int) -> tuple[float, float]:
    """The two rates p at which hits/of lies Z standard errors of p away: Wilson's, as roots of his equation."""
    if of == 0:
        return 0.0, 1.0
    rate = hits / of
    a, b, c = 1 + Z * Z / of, -(2 * rate + Z * Z / of), rate * rate
    root = sqrt(max(b * b - 4 * a * c, 0.0))
    return max((-b - root) / (2 * a), 0.0), min((-b + root) / (2 * a), 1.0)


def lift(hits: int, of: int, all_hits: int, all_of: int, leads: Iterable[int]) -> Expected:
    """How many times the whole's rate; its interval is the part's over that rate."""
    if of == 0 or all_of == 0 or all_hits == 0:
        return Expected(value=None, of=of)
    whole = all_hits / all_of
    low, high = interval(hits, of)
    return Expected(value=hits / of / whole, of=of, low=low / whole, high=high / whole, n=hits, leads=frozenset(leads))


def middle(values: Sequence[float], leads: Sequence[int]) -> Expected:
    """As many are smaller as are larger; between two where their number is even. `leads`: one for each value."""
    if not values:
        return Expected(value=None, of=0)
    ordered = list(values)
    ordered.sort()
    half = len(ordered) // 2
    found = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    return Expected(value=found, of=len(ordered), n=len(leads), leads=frozenset(leads))


def at_most(values: Sequence[float], share_of: Fraction, leads: Sequence[int]) -> Expected:
    """The smallest of them such that so many are not larger. `leads`: one for each value."""
    if not values:
        return Expected(value=None, of=0)
    enough = (
        each
        for each in sorted(set(values))
        if Fraction(sum(other <= each for other in values), len(values)) >= share_of
    )
    return Expected(value=next(enough), of=len(values), n=len(leads), leads=frozenset(leads))
