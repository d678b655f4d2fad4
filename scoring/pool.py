"""Points that fade together: a quick view of their sum at a later hour, within three thousandths per award.

Awards with one half-life keep their proportions, so their sum fades like a single award. A limit
that does not bind now never binds once everything only fades, so only binding limits are kept.
"""

from collections.abc import Iterable, Sequence

from scoring.book import PointRule
from scoring.decay import Fading, Halving, fade
from scoring.tally import HOUR_US, Award

Bounds = tuple[int, int]
"""The least and the most that something may give, in thousandths."""

ERROR_PER_AWARD = 3
"""Thousandths. Each award (at most 1,000 points) and the sum are rounded to half a part per million and a
half, before and after: below 2.5 per award and half of one in all."""


class Pool:
    """A sum of thousandths as a function of whole hours from now."""

    def __init__(self, fixed: int = 0) -> None:
        self._fixed = fixed
        self._halving: dict[Halving, tuple[int, int]] = {}
        self._stepping: list[tuple[int, Fading, int]] = []
        self._limited: list[tuple[Bounds, Pool]] = []

    def at(self, hours: int, *, error: int = 0) -> int:
        """The sum so many whole hours from now, each award off by `error`: below the limits, so that they absorb it."""
        total = self._fixed
        for halving, (points, count) in self._halving.items():
            total += fade(points, halving.factor(hours)) + error * count
        for raw, fading, age in self._stepping:
            total += fade(raw, fading.factor(age + hours))
        for (least, most), pool in self._limited:
            total += max(least, min(pool.at(hours, error=error), most))
        return total

    def add(self, rule: PointRule, awards: Sequence[Award]) -> None:
        """Take in awards of one rule."""
        fading = rule.fading
        if isinstance(fading, Halving):
            self._grow(fading, sum([award.points for award in awards]), len(awards))
        else:
            self._stepping += [(rule.raw, fading, award.age_us // HOUR_US) for award in awards]

    def join(self, other: "Pool", bounds: "Bounds | None" = None) -> None:
        """Take in another pool; its bounds only if they bind now."""
        if bounds is not None and not bounds[0] <= other.at(0) <= bounds[1]:
            self._limited.append((bounds, other))
            return
        self._fixed += other._fixed
        for halving, (points, count) in other._halving.items():
            self._grow(halving, points, count)
        self._stepping += other._stepping
        self._limited += other._limited

    def _grow(self, halving: Halving, points: int, count: int) -> None:
        before, counted = self._halving.get(halving, (0, 0))
        self._halving[halving] = (before + points, counted + count)


def pooled(awards: Iterable[Award], total_cap: int | None, *, sign: int) -> Pool:
    """The pool in which awards of that sign (points 1, deductions -1) fade while the others stay as they are."""
    scopes: dict[int, dict[PointRule, dict[object, list[Award]]]] = {}
    for award in awards:
        days = scopes.setdefault(award.rule.scope, {}).setdefault(award.rule, {})
        days.setdefault(award.day, []).append(award)
    total = Pool()
    for rules in scopes.values():
        group = Pool()
        for rule, days in rules.items():
            pool = _rule_pool(rule, days.values())
            if rule.raw * sign > 0:
                group.join(pool, _both_ways(rule.cap))
            else:
                group.join(Pool(within(pool.at(0), rule.cap)))
        total.join(group, _at_most(next(iter(rules)).limit))
    if total_cap is None or total.at(0) <= total_cap:
        return total
    capped = Pool()
    capped.join(total, _at_most(total_cap))
    return capped


_BOUNDLESS = 10**15


def within(points: int, cap: int | None) -> int:
    """A sum under its cap, which limits deductions like points."""
    return points if cap is None else max(-cap, min(points, cap))


def _rule_pool(rule: PointRule, days: Iterable[Sequence[Award]]) -> Pool:
    whole, cap = Pool(), rule.cap_per_day
    for awards in days:
        if cap is None or len(awards) * abs(rule.raw) <= cap:
            whole.add(rule, awards)
        else:
            day = Pool()
            day.add(rule, awards)
            whole.join(day, _both_ways(cap))
    return whole


def _both_ways(cap: int | None) -> Bounds | None:
    return None if cap is None else (-cap, cap)


def _at_most(limit: int | None) -> Bounds | None:
    return None if limit is None else (-_BOUNDLESS, limit)
