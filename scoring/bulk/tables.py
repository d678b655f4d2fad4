"""What is left of each rule's points at every age, in one long table: one look-up for the points of many rules."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.book import PointRule
from scoring.decay import PPM, Fading, Halving, Linear, table

Whole: TypeAlias = NDArray[np.int64]
Exact: TypeAlias = NDArray[np.float64]
"""Whole numbers, far below 2^53 and so exact: in the type in which NumPy adds them up by group."""


class Tables:
    """Thousandths by rule (by number) and age in hours; what a rule takes away stands there without its sign."""

    def __init__(self, rules: Sequence[PointRule]) -> None:
        self._rules = rules
        self._reaches = -1
        self._flat: Exact = np.zeros(0)
        self._begins: Whole = np.zeros(0, dtype=np.int64)
        self._ends_h: Whole = np.zeros(0, dtype=np.int64)

    def reach(self, hours: int) -> None:
        """Make sure that ages up to this one can be looked up."""
        if hours <= self._reaches:
            return
        self._reaches = 2 * hours
        parts = [_left(rule, min(rule.fading.ends_after_h, self._reaches) + 1) for rule in self._rules]
        lengths = np.array([len(part) for part in parts], dtype=np.int64)
        self._flat = np.concatenate([*parts, np.zeros(0, dtype=np.int64)]).astype(np.float64)
        self._begins, self._ends_h = np.cumsum(lengths) - lengths, lengths - 1

    def faded(self, rules: Whole, which: Whole, hours: Whole) -> Exact:
        """What is left at each age of the points of a rule: of that number in `rules` whose place `which` has."""
        ages = np.minimum(hours, self._ends_h[rules].take(which))
        ages += self._begins[rules].take(which)
        return self._flat.take(ages)


def _left(rule: PointRule, hours: int) -> Whole:
    points = (rule.raw * _factors(rule.fading, hours) + PPM // 2) // PPM
    return points if rule.raw >= 0 else -points


def _factors(fading: Fading, hours: int) -> Whole:
    """The factors of the ages from 0 to `hours` - 1."""
    if isinstance(fading, Halving):
        return np.array(table(fading.half_life_days, hours), dtype=np.int64)
    ages = np.arange(hours, dtype=np.int64)
    if isinstance(fading, Linear):
        lost = fading.percent * (ages // (fading.every_days * 24))
        return np.maximum(0, 100 - lost) * (PPM // 100)
    return np.array([fading.factor(0)] * (hours - 1) + [fading.factor(hours - 1)], dtype=np.int64)
