"""scoring.yaml made ready to run: conditions compiled once, points in thousandths, groups laid flat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.conditions import Condition, Judge, judge_for, references, why_untold
from config.scoring import ActivityGroup, ActivityRule, Exclusion, FitRule, Repeat, ScoringRules
from domain.activity import Activity, ActivityKind
from domain.rule_problem import RuleFile, RuleProblem
from domain.score import POINT, Dimension
from domain.values import Value
from scoring.decay import Fading, fading_of

PENALTIES = "penalties"
"""The group that fit penalties stand in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointRule:
    """One rule over activities. `raw`, the caps and the group's `limit` are in thousandths.

    `scope` tells the groups of one number apart, whatever they are called; `of` is the property of the named score
    that it gives to, if it gives to one.
    """

    name: str
    group: str
    scope: int
    limit: int | None
    dimension: Dimension
    of: str
    kinds: frozenset[ActivityKind]
    matches: Judge
    raw: int
    hand_raiser: bool
    repeat: Repeat
    fading: Fading
    cap: int | None
    cap_per_day: int | None
    source: ActivityRule

    def problem(self, activity: Activity) -> RuleProblem:
        """Why it cannot be told about an activity."""
        rule = f"rule '{self.name}' in '{self.group}'"
        return _problem(rule, self.source.where, activity.properties, subject="activity")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraitRule:
    """One rule over the lead's facts; a penalty's `raw` is below zero however it was written."""

    name: str
    group: str
    raw: int
    matches: Judge
    asks: frozenset[str]
    source: FitRule

    def problem(self, values: Mapping[str, Value]) -> RuleProblem:
        """Why it cannot be told about a lead."""
        return _problem(f"rule '{self.name}' in '{self.group}'", self.source.when, values)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraitGroup:
    """One thing about the lead; known when one of the properties in `asks` is not blank."""

    name: str
    limit: int
    asks: frozenset[str]
    rules: tuple[TraitRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bar:
    """An exclusion, ready to run."""

    name: str
    matches: Judge
    source: Exclusion

    def problem(self, values: Mapping[str, Value]) -> RuleProblem:
        """Why it cannot be told about a lead."""
        return _problem(f"exclusion '{self.name}'", self.source.when, values)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Named:
    """A score of its own beside engagement; `cap` in thousandths."""

    property: str
    rules: tuple[PointRule, ...]
    cap: int | None


class Book:
    """All rules of one version, ready to run."""

    def __init__(self, rules: ScoringRules) -> None:
        self.source = rules
        self.engagement = _point_rules(rules.engagement, Dimension.ENGAGEMENT)
        self.sales = _point_rules(rules.sales, Dimension.SALES)
        self.named = tuple(
            Named(
                property=each.property,
                rules=_point_rules(each.groups, Dimension.NAMED, of=each.property),
                cap=_thousandths(each.cap),
            )
            for each in rules.scores
        )
        self.fit = tuple(
            _trait_group(group.name, group.limit, [_trait(rule, group.name, rule.points) for rule in group.rules])
            for group in rules.fit
        )
        self.penalties = tuple(_trait(rule, PENALTIES, -abs(rule.points)) for rule in rules.fit_penalties)
        self.total_cap = None if rules.total_cap is None else rules.total_cap * POINT
        self.points = (*self.engagement, *self.sales, *(rule for each in self.named for rule in each.rules))
        self.by_kind = _by_kind(self.points)
        self.bars = _exclusions(rules.exclusions)

    def excluded(self, values: Mapping[str, Value]) -> tuple[str | None, tuple[RuleProblem, ...]]:
        """The name of the exclusion that a lead falls under, one that stops hand-raisers too first; and those before
        it that cannot be told."""
        problems: list[RuleProblem] = []
        for bar in self.bars:
            met = bar.matches(values)
            if met:
                return bar.name, tuple(problems)
            if met is None:
                problems.append(bar.problem(values))
        return None, tuple(problems)


def _point_rules(groups: Sequence[ActivityGroup], dimension: Dimension, *, of: str = "") -> tuple[PointRule, ...]:
    return tuple(
        _point_rule(rule, group, scope, dimension=dimension, of=of)
        for scope, group in enumerate(groups)
        for rule in group.rules
    )


def _point_rule(rule: ActivityRule, group: ActivityGroup, scope: int, *, dimension: Dimension, of: str) -> PointRule:
    return PointRule(
        name=rule.name,
        group=group.name,
        scope=scope,
        limit=_thousandths(group.limit),
        dimension=dimension,
        of=of,
        kinds=frozenset(rule.on),
        matches=judge_for(rule.where, subject="activity"),
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


def _trait(rule: FitRule, group: str, points: int) -> TraitRule:
    return TraitRule(
        name=rule.name,
        group=group,
        raw=points * POINT,
        matches=judge_for(rule.when),
        asks=references(rule.when),
        source=rule,
    )


def _trait_group(name: str, limit: int, rules: Sequence[TraitRule]) -> TraitGroup:
    asks = frozenset[str]().union(*(rule.asks for rule in rules))
    return TraitGroup(name=name, limit=limit * POINT, asks=asks, rules=tuple(rules))


def _by_kind(rules: Sequence[PointRule]) -> dict[ActivityKind, tuple[PointRule, ...]]:
    return {kind: tuple(rule for rule in rules if kind in rule.kinds) for kind in ActivityKind}


def _exclusions(exclusions: Sequence[Exclusion]) -> tuple[Bar, ...]:
    hard_first = sorted(exclusions, key=lambda each: each.kind == "other")
    return tuple(Bar(name=each.name, matches=judge_for(each.when), source=each) for each in hard_first)


def _problem(rule: str, condition: Condition, values: Mapping[str, Value], *, subject: str = "lead") -> RuleProblem:
    return RuleProblem(file=RuleFile.SCORING, rule=rule, words=why_untold(condition, values, subject=subject))
