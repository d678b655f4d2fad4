"""From what was learnt to what scoring.yaml can say: points, and the limits that have to move with them.

Points of another size under the old limits would be cut, and a fit group's limit is what its grade is a percentage
of, so both follow. A rule that too few leads meet keeps its points.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.comparison import Operator
from config.conditions import Condition, Row
from config.repoint import Repointing
from config.scoring import ActivityRule, FitGroup, FitRule, Repeat, ScoringRules
from domain.activity import ActivityKind
from scoring.book import Book, TraitGroup
from scoring.learning.columns import Column, Source
from scoring.learning.outcomes import LARGEST, Weight
from scoring.learning.sight import Sight

CUT = 0.01
"""The share of leads that a limit may cut; beyond it the limit is raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What to change in scoring.yaml. `remarks`: what an admin has to know before using it."""

    changes: Repointing
    remarks: tuple[str, ...] = ()


def draft_of(weights: Sequence[Weight], book: Book, sights: Sequence[Sight]) -> Draft:
    """`sights`: the earlier part's, by which limits are set."""
    points = {each.column.name: each.points for each in weights if _is_rule(each.column)}
    remarks = _bounded(weights)
    for rule in book.penalties:
        if points.get(rule.name, 0) > 0:
            remarks.append(f"`{rule.name}` is no penalty by the outcomes: 0 points instead of +{points[rule.name]}")
            points[rule.name] = 0
    for group in book.fit:
        points.update(_from_nothing(group, points, sights))
    changes = Repointing(
        points=points,
        caps={**_new_caps(weights, sights), **_scaled(book, points, "cap")},
        daily_caps=_scaled(book, points, "cap_per_day"),
        limits={**_activity_limits(book, points, sights), **_fit_limits(book, points, sights)},
        fit=_facts(weights),
        activity=_kind_rules(weights, book),
        total_cap=_total_cap(book, points, sights),
    )
    return Draft(changes=changes, remarks=(*remarks, *_old_beside_new(book.source, points)))


def _is_rule(column: Column) -> bool:
    return column.source in (Source.ACTIVITY_RULE, Source.FIT_RULE)


def _bounded(weights: Iterable[Weight]) -> list[str]:
    return [
        f"`{each.column.label}` is bounded at {each.points} points: more cannot be given"
        for each in weights
        if abs(each.points) == LARGEST
    ]


def _old_beside_new(rules: ScoringRules, points: Mapping[str, int]) -> Iterator[str]:
    """Points of two sizes in one group: too few leads told what the old ones are worth now."""
    groups = [
        (each.name, {rule.name: rule.points for rule in each.rules}) for each in (*rules.engagement, *rules.sales)
    ]
    groups += [(each.name, {rule.name: rule.points for rule in each.rules}) for each in rules.fit]
    for name, own in groups:
        kept = [rule for rule, worth in own.items() if rule not in points and worth]
        if kept and len(kept) < len(own):
            yield f"`{name}`: {', '.join(kept)} kept old points beside new ones: set them by hand"


def _new_caps(weights: Iterable[Weight], sights: Sequence[Sight]) -> dict[str, int]:
    """For rules without a cap that somebody meets more often than was learnt from."""
    found = {}
    for name, cap, points in ((each.column.name, each.column.cap, each.points) for each in weights):
        if cap is not None and points and any(each.times.get(name, 0.0) > cap for each in sights):
            found[name] = cap * abs(points)
    return found


def _scaled(book: Book, points: Mapping[str, int], what: str) -> dict[str, int]:
    """A rule's own cap stands for so many times: as many as before."""
    found = {}
    for rule in (*book.engagement, *book.sales):
        cap, before, after = getattr(rule.source, what), rule.source.points, points.get(rule.name)
        if cap is not None and before and after:
            found[rule.name] = max(1, round(cap * abs(after) / abs(before)))
    return found


def _from_nothing(group: TraitGroup, points: Mapping[str, int], sights: Iterable[Sight]) -> dict[str, int]:
    """Where exactly one rule of the group is met by whoever is known, the lowest gives nothing: the grade is a share
    of what could be had, and the same number off everybody orders nobody otherwise."""
    names = {rule.name for rule in group.rules}
    known = [len(each.fits & names) for each in sights if any(each.values.get(name) is not None for name in group.asks)]
    if not names & points.keys() or any(count != 1 for count in known):
        return {}
    lowest = min(points[name] for name in names if name in points)
    return {name: min(LARGEST, points[name] - lowest) for name in names if name in points}


def _facts(weights: Iterable[Weight]) -> tuple[FitGroup, ...]:
    own = [each for each in weights if each.column.source is Source.FACT]
    found = []
    for name, some in groupby(own, key=lambda each: each.column.name):
        bands = list(some)
        lowest = min(each.points for each in bands)
        rules = [_fact_rule(each.column, min(LARGEST, each.points - lowest)) for each in bands]
        limit = max(rule.points for rule in rules)
        if limit > 0:
            found.append(FitGroup(name=name, limit=limit, rules=rules))
    return tuple(found)


def _fact_rule(column: Column, points: int) -> FitRule:
    ends = ((Operator.AT_LEAST, column.low), (Operator.LESS_THAN, column.high))
    rows = [
        Row(property=column.name, operator=operator, value=_whole(end)) for operator, end in ends if end is not None
    ]
    rows = rows or [Row(property=column.name, operator=Operator.EQUALS, value=column.value)]
    return FitRule(name=column.label, when=Condition(all=[*rows]), points=points)


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _kind_rules(weights: Iterable[Weight], book: Book) -> tuple[ActivityRule, ...]:
    """Once, however often: of what no rule counted nobody has said how much more is worth."""
    taken = {rule.name for rule in book.points}
    found = []
    for each in weights:
        if each.column.source is Source.KIND and each.points:
            kind = ActivityKind(each.column.name)
            said = kind.replace("_", " ").capitalize()
            name = f"{said}, none of the others" if said in taken else said
            found.append(ActivityRule(name=name, on=[kind], points=each.points, repeat=Repeat(policy="first")))
    return tuple(found)


def _activity_limits(book: Book, points: Mapping[str, int], sights: Sequence[Sight]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for part, groups in (("engagement", book.source.engagement), ("sales", book.source.sales)):
        for group in groups:
            own = {rule.name: points.get(rule.name, rule.points) for rule in group.rules}
            if group.limit is not None and own.keys() & points.keys():
                needed = _high([_sum(own, each) for each in sights])
                if needed > group.limit:
                    found[part, group.name] = needed
    return found


def _fit_limits(book: Book, points: Mapping[str, int], sights: Sequence[Sight]) -> dict[tuple[str, str], int]:
    """The most that anybody has is all that can be had."""
    found: dict[tuple[str, str], int] = {}
    for group in book.source.fit:
        own = {rule.name: points.get(rule.name, rule.points) for rule in group.rules}
        if own.keys() & points.keys():
            sums = [sum(most for name, most in own.items() if name in each.fits) for each in sights]
            found["fit", group.name] = max(1, *sums)
    return found


def _total_cap(book: Book, points: Mapping[str, int], sights: Sequence[Sight]) -> int | None:
    cap = book.source.total_cap
    own = {rule.name: points.get(rule.name, rule.source.points) for rule in book.engagement}
    needed = _high([_sum(own, each) for each in sights])
    return needed if cap is not None and needed > cap else None


def _sum(points: Mapping[str, int], sight: Sight) -> float:
    return sum(points[name] * times for name, times in sight.times.items() if name in points)


def _high(sums: Sequence[float]) -> int:
    ordered = sorted(sums)
    return round(ordered[int((len(ordered) - 1) * (1 - CUT))]) if ordered else 0
