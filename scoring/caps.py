"""Limits applied at read, after decay: rule and day, rule, group, total. The youngest points count first.

A limit holds for what its scope gives on balance: deductions make room for as many points. A rule's
own caps limit its deductions in the same way as its points.
"""

from collections.abc import Hashable, Mapping, Sequence

from scoring.book import PointRule
from scoring.tally import Award

Limit = tuple[Hashable, int]


class Room:
    """How much may still come in under each limit."""

    def __init__(self) -> None:
        self._left: dict[Hashable, int] = {}

    def take(self, wanted: int, limits: Sequence[Limit]) -> int:
        """Let in as much of `wanted` as every one of the limits still has room for."""
        got = wanted
        for scope, limit in limits:
            left = self._left.setdefault(scope, limit)
            got = left if left < got else got
        for scope, _ in limits:
            self._left[scope] -= got
        return got


def share(awards: Sequence[Award], total_cap: int | None) -> list[int]:
    """What each award keeps under the limits; `awards` come youngest first, the answer is in the same order."""
    room = Room()
    deducted: dict[int | None, int] = {}
    kept = [0] * len(awards)
    for place, award in enumerate(awards):
        if award.points < 0:
            took = room.take(-award.points, _own(award))
            kept[place] = -took
            for scope in (award.rule.scope, None):
                deducted[scope] = deducted.get(scope, 0) + took
    for place, award in enumerate(awards):
        if award.points > 0:
            kept[place] = room.take(award.points, _own(award) + _shared(award.rule, total_cap, deducted))
    return kept


def _own(award: Award) -> list[Limit]:
    rule = award.rule
    limits: list[Limit] = []
    if rule.cap_per_day is not None:
        limits.append(((rule, award.day), rule.cap_per_day))
    if rule.cap is not None:
        limits.append((rule, rule.cap))
    return limits


def _shared(rule: PointRule, total_cap: int | None, deducted: Mapping[int | None, int]) -> list[Limit]:
    limits: list[Limit] = []
    if rule.limit is not None:
        limits.append((rule.scope, rule.limit + deducted.get(rule.scope, 0)))
    if total_cap is not None:
        limits.append((None, total_cap + deducted.get(None, 0)))
    return limits
