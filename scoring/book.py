"""scoring.yaml made ready to run: conditions compiled once, points in thousandths, groups laid flat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.conditions import Predicate, compile_condition, references
from config.scoring import ActivityGroup, ActivityRule, Exclusion, FitRule, Repeat, ScoringRules
from domain.activity import ActivityKind
from domain.score import POINT, Dimension
from domain.values import Value
from scoring.decay import Fading, fading_of

PENALTIES = "penalties"
"""The group that fit penalties stand in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointRule:
    """One rule over activities. `raw`, the caps and the group's `limit` are in thousandths.

    `scope` tells groups apart, whatever they are called.
    """

    name: str
    group: str
    scope: int
    limit: int | None
    dimension: Dimension
    kinds: frozenset[ActivityKind]
    matches: Predicate
    raw: int
    hand_raiser: bool
    repeat: Repeat
    fading: Fading
    cap: int | None
    cap_per_day: int | None
    source: ActivityRule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraitRule:
    """One rule over the lead's facts; a penalty's `raw` is below zero however it was written."""

    name: str
    raw: int
    matches: Predicate
    asks: frozenset[str]
    source: FitRule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraitGroup:
    """One thing about the lead; known when one of the properties in `asks` is not blank."""

    name: str
    limit: int
    asks: frozenset[str]
    rules: tuple[TraitRule, ...]


class Book:
    """All rules of one version, ready to run."""

    def __init__(self, rules: ScoringRules) -> None:
        self.source = rules
        self.engagement = _point_rules(rules.engagement, Dimension.ENGAGEMENT)
        self.sales = _point_rules(rules.sales, Dimension.SALES)
        self.fit = tuple(
            _trait_group(group.name, group.limit, [_trait(rule, rule.points) for rule in group.rules])
            for group in rules.fit
        )
        self.penalties = tuple(_trait(rule, -abs(rule.points)) for rule in rules.fit_penalties)
        self.total_cap = None if rules.total_cap is None else rules.total_cap * POINT
        self.by_kind = _by_kind((*self.engagement, *self.sales))
        self._exclusions = _exclusions(rules.exclusions)

    def excluded(self, values: Mapping[str, Value]) -> str | None:
        """The name of the exclusion that a lead falls under; one that stops hand-raisers too comes first."""
        return next((name for name, matches in self._exclusions if matches(values)), None)


def _point_rules(groups: Sequence[ActivityGroup], dimension: Dimension) -> tuple[PointRule, ...]:
    return tuple(
        _point_rule(rule, group, dimension, scope) for scope, group in enumerate(groups) for rule in group.rules
    )


def _point_rule(rule: ActivityRule, group: ActivityGroup, dimension: Dimension, scope: int) -> PointRule:
    return PointRule(
        name=rule.name,
        group=group.name,
        scope=scope,
        limit=_thousandths(group.limit),
        dimension=dimension,
        kinds=frozenset(rule.on),
        matches=compile_condition(rule.where, subject="activity"),
        raw=rule.points * POINT,
        hand_raiser=rule.hand_raiser,
        repeat=rule.repeat,
        fading=fading_of(rule, group),
        cap=_thousandths(rule.cap),
        cap_per_day=_thousandths(rule.cap_per_day),
        source=rule,
    )


def _thousandths(points: int | None) -> int | None:
    return None if points is None else points * POINT


def _trait(rule: FitRule, points: int) -> TraitRule:
    return TraitRule(
        name=rule.name,
        raw=points * POINT,
        matches=compile_condition(rule.when),
        asks=references(rule.when),
        source=rule,
    )


def _trait_group(name: str, limit: int, rules: Sequence[TraitRule]) -> TraitGroup:
    asks = frozenset[str]().union(*(rule.asks for rule in rules))
    return TraitGroup(name=name, limit=limit * POINT, asks=asks, rules=tuple(rules))


def _by_kind(rules: Sequence[PointRule]) -> dict[ActivityKind, tuple[PointRule, ...]]:
    return {kind: tuple(rule for rule in rules if kind in rule.kinds) for kind in ActivityKind}


def _exclusions(exclusions: Sequence[Exclusion]) -> tuple[tuple[str, Predicate], ...]:
    hard_first = sorted(exclusions, key=lambda each: each.kind == "other")
    return tuple((each.name, compile_condition(each.when)) for each in hard_first)
