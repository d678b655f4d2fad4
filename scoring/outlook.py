"""When time alone will next change something: the moment to look at a lead again.

Points only fade, deductions only fade, and every limit is monotone in what comes in. So the sum is
never lower than with today's deductions and tomorrow's points, nor higher than the other way round;
the first moment at which either passes a level is never too late. What is far off is answered
quickly and some hours early; what is within a day exactly, as far as no deduction fades.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence

from scoring.book import PointRule
from scoring.decay import fade
from scoring.pool import ERROR_PER_AWARD, pooled, within
from scoring.tally import HOUR_US, Award

NEAR_H = 24
EXACT_H = 48
"""Where the quick view sees a change within `NEAR_H`, so many hours are searched exactly."""

_Ages = list[int]
_Groups = list[tuple[int | None, list[tuple[PointRule, list[_Ages]]]]]


def first_change_us(awards: Sequence[Award], total_cap: int | None, *, now: int, levels: Collection[int]) -> int | None:
    """Microseconds until the sum, `now`, may fall below or reach one of the levels (thousandths); None: never."""
    if all(award.rule.fading.ends_after_h == 0 for award in awards):
        return None
    outlook = Outlook(awards, total_cap)
    below = max((level for level in levels if level <= now), default=None)
    above = min((level for level in levels if level > now), default=None)
    found: list[int] = []
    if below is not None:
        found += outlook.first_below(below)
    if above is not None and now - sum(award.points for award in awards if award.points < 0) >= above:
        found += outlook.first_reaching(above)
    return min(found, default=None)


class Outlook:
    """The sum of a lead's awards as a function of the time that passes without a new activity."""

    def __init__(self, awards: Sequence[Award], total_cap: int | None) -> None:
        self._awards = awards
        self._total_cap = total_cap
        self._nested: _Groups | None = None
        self._last_h = max(award.rule.fading.ends_after_h - award.age_us // HOUR_US for award in awards)

    def first_below(self, level: int) -> list[int]:
        """When the sum first falls below the level; empty when it never does."""
        quick = pooled(self._awards, self._total_cap, sign=1)
        return self._first(
            lambda hours: quick.at(hours, error=-ERROR_PER_AWARD) < level,
            lambda ahead_us: self.sum_at(ahead_us, 0) < level,
        )

    def first_reaching(self, level: int) -> list[int]:
        """When the sum first reaches the level because deductions fade; empty when it never does."""
        quick = pooled(self._awards, self._total_cap, sign=-1)
        return self._first(
            lambda hours: quick.at(hours, error=ERROR_PER_AWARD) >= level,
            lambda ahead_us: self.sum_at(0, ahead_us) >= level,
        )

    def sum_at(self, points_ahead_us: int, deductions_ahead_us: int) -> int:
        """The exact sum, points and deductions each at a moment of their own."""
        total = 0
        for limit, rules in self._groups():
            net = 0
            for rule, days in rules:
                net += _rule_sum(rule, days, points_ahead_us if rule.raw > 0 else deductions_ahead_us)
            total += net if limit is None else min(net, limit)
        return total if self._total_cap is None else min(total, self._total_cap)

    def _groups(self) -> "_Groups":
        if self._nested is None:
            self._nested = _nested(self._awards)
        return self._nested

    def _first(self, may_hold: Callable[[int], bool], holds: Callable[[int], bool]) -> list[int]:
        """The first moment at which `holds`, which stays true once it is; `may_hold` is true no later."""
        if self._last_h <= 0 or not may_hold(self._last_h):
            return []
        if may_hold(NEAR_H):
            return [self._first_exactly(holds)]
        return [_safe_hour(may_hold, self._last_h) * HOUR_US]

    def _first_exactly(self, holds: Callable[[int], bool]) -> int:
        if not holds(EXACT_H * HOUR_US):
            return EXACT_H * HOUR_US
        hour = bisect_left(range(EXACT_H), True, lo=1, key=lambda hours: holds(hours * HOUR_US))
        before = (hour - 1) * HOUR_US
        ticks = sorted({HOUR_US - award.age_us % HOUR_US for award in self._awards})
        tick = bisect_left(ticks[:-1], True, key=lambda offset_us: holds(before + offset_us))
        return before + ticks[tick]


def _safe_hour(may_hold: Callable[[int], bool], last_h: int) -> int:
    """An hour before `may_hold` gets true, at most a sixteenth of the way early."""
    safe, late = NEAR_H, last_h
    while late - safe > 1 + safe // 16:
        middle = min((safe + late) // 2, safe * 2)
        if may_hold(middle):
            late = middle
        else:
            safe = middle
    return safe


def _rule_sum(rule: PointRule, days: Iterable[_Ages], ahead_us: int) -> int:
    raw, factor = rule.raw, rule.fading.factor
    total = 0
    for ages in days:
        total += within(sum([fade(raw, factor((age + ahead_us) // HOUR_US)) for age in ages]), rule.cap_per_day)
    return within(total, rule.cap)


def _nested(awards: Iterable[Award]) -> _Groups:
    """Ages by group, rule and day, the way the limits are nested."""
    limits: dict[int, int | None] = {}
    groups: dict[int, dict[PointRule, dict[object, _Ages]]] = {}
    for award in awards:
        rule = award.rule
        limits[rule.scope] = rule.limit
        days = groups.setdefault(rule.scope, {}).setdefault(rule, {})
        days.setdefault(award.day, []).append(award.age_us)
    return [
        (limits[group], [(rule, list(days.values())) for rule, days in rules.items()])
        for group, rules in groups.items()
    ]
