"""How well a number tells those who were won from the others: AUC with its interval, lift by decile, calibration.

Ties count half wherever they can: most leads share their number with many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from math import sqrt

Z_95 = 1.959964
DECILES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Auc:
    """How often somebody who was won has the higher number than somebody who was not; 0.5 is chance.

    `low` and `high`: 95 %, by DeLong's variance (1988).
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Leads whose predictions lie together: what was foretold on average, and what came."""

    n: int
    predicted: float
    observed: float


def auc(scores: Sequence[float], won: Sequence[bool]) -> Auc | None:
    """None where only one kind of outcome is there."""
    hits = [score for score, is_won in zip(scores, won, strict=True) if is_won]
    misses = [score for score, is_won in zip(scores, won, strict=True) if not is_won]
    if not hits or not misses:
        return None
    above, below = _places(hits, misses), _places(misses, hits)
    value = sum(above) / len(hits)
    spread = sqrt(_variance(above) / len(hits) + _variance(below) / len(misses))
    return Auc(value=value, low=max(0.0, value - Z_95 * spread), high=min(1.0, value + Z_95 * spread))


def auc_gain(one: Sequence[float], other: Sequence[float], won: Sequence[bool]) -> Auc | None:
    """By how much the first number's AUC is above the other's on the same leads, with the interval of that."""
    first, second = auc(one, won), auc(other, won)
    if first is None or second is None:
        return None
    spread = sqrt(sum(_paired_variance(one, other, won, side) for side in (True, False)))
    gain = first.value - second.value
    return Auc(value=gain, low=gain - Z_95 * spread, high=gain + Z_95 * spread)


def agreement(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation: 1 where both numbers put everybody in the same order."""
    first, second = _places(one, one), _places(other, other)
    means = sum(first) / len(first), sum(second) / len(second)
    apart = [(a - means[0], b - means[1]) for a, b in zip(first, second, strict=True)]
    spreads = sqrt(sum(a * a for a, _ in apart) * sum(b * b for _, b in apart))
    return sum(a * b for a, b in apart) / spreads if spreads else 0.0


def lift(scores: Sequence[float], won: Sequence[bool], *, parts: int = DECILES) -> list[float]:
    """The won share of each tenth, highest numbers first, in multiples of everybody's. Leads with one number share
    what is among them: no order is made up where the number has none."""
    base = sum(won) / len(won) if won else 0.0
    if not base:
        return []
    shares = _shared_outcomes(scores, won)
    sums = [0.0, *accumulate(shares)]
    cuts = [round(len(shares) * part / parts) for part in range(parts + 1)]
    pairs = pairwise(cuts)
    return [(sums[end] - sums[begin]) / (end - begin) / base if end > begin else 0.0 for begin, end in pairs]


def calibration(predicted: Sequence[float], won: Sequence[bool], *, bins: int = DECILES) -> list[Bin]:
    """Bins of about as many leads each, lowest prediction first; leads with one prediction are never parted."""
    rows = sorted(zip(predicted, won, strict=True))
    found: list[list[tuple[float, bool]]] = []
    seen = 0
    for _, group in groupby(rows, key=lambda row: row[0]):
        some = list(group)
        if not found or seen >= len(rows) * len(found) / bins:
            found.append([])
        found[-1] += some
        seen += len(some)
    return [
        Bin(n=len(some), predicted=sum(p for p, _ in some) / len(some), observed=sum(w for _, w in some) / len(some))
        for some in found
    ]


def _places(numbers: Sequence[float], among: Sequence[float]) -> list[float]:
    """For each number the share of `among` below it, equal ones counting half, in the order of `numbers`."""
    ordered = sorted(among)
    answer: dict[float, float] = {}
    below = at = 0
    for number in sorted(set(numbers)):
        while below < len(ordered) and ordered[below] < number:
            below += 1
        at = max(at, below)
        while at < len(ordered) and ordered[at] <= number:
            at += 1
        answer[number] = (below + at) / 2 / len(ordered)
    return [answer[number] for number in numbers]


def _variance(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _paired_variance(one: Sequence[float], other: Sequence[float], won: Sequence[bool], side: bool) -> float:
    apart: list[float] = []
    places = []
    for scores in (one, other):
        mine = [score for score, is_won in zip(scores, won, strict=True) if is_won is side]
        theirs = [score for score, is_won in zip(scores, won, strict=True) if is_won is not side]
        places.append(_places(mine, theirs))
    apart = [first - second for first, second in zip(*places, strict=True)]
    return _variance(apart) / len(apart)


def _shared_outcomes(scores: Sequence[float], won: Sequence[bool]) -> list[float]:
    rows = sorted(zip(scores, won, strict=True), key=lambda row: -row[0])
    shares: list[float] = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        some = [is_won for _, is_won in group]
        shares += [sum(some) / len(some)] * len(some)
    return shares
