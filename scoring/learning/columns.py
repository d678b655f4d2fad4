"""What is learnt from: a column per rule that enough leads meet, per band or value of a fact, per uncounted activity.

Everything that has to be chosen (bands, values, caps) is chosen on the earlier part alone. A fact that a rule asks
for already is not offered a second time.
"""

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.activity import ActivityKind
from domain.values import Value
from scoring.book import Book, PointRule
from scoring.fit import is_blank
from scoring.learning.sight import Sight

BANDS = 5
"""Bands of a number, by quantiles."""
MANY_TIMES = 0.95
"""A rule without a cap gets one here: beyond it few leads would say how much more is worth."""


class Source(StrEnum):
    """Where a column comes from, and so what becomes of its points."""

    ACTIVITY_RULE = "activity rule"
    FIT_RULE = "fit rule"
    FACT = "fact"
    KIND = "kind of activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One thing that is or is not so of a lead. `leads`: of the earlier part it is so of.

    `name`: the rule's, the fact's or the kind's. Of a number `low` <= value < `high`; of another fact `value`.
    `cap`: times beyond which nothing more counts; None: as the rule has it.
    """

    source: Source
    name: str
    leads: int = 0
    cap: int | None = None
    low: float | None = None
    high: float | None = None
    value: Value = None

    @property
    def label(self) -> str:
        if self.source is not Source.FACT:
            return self.name
        if self.low is None and self.high is None:
            return f"{self.name} = {self.value}"
        ends = [f"from {self.low:g}"] if self.low is not None else []
        ends += [f"below {self.high:g}"] if self.high is not None else []
        return f"{self.name} {' '.join(ends)}"

    def of(self, sight: Sight) -> float:
        """How much of it there is: times for a rule over activities, else one or nothing."""
        match self.source:
            case Source.ACTIVITY_RULE:
                times = sight.times.get(self.name, 0.0)
                return times if self.cap is None else min(times, self.cap)
            case Source.FIT_RULE:
                return float(self.name in sight.fits)
            case Source.KIND:
                return float(self.name in sight.unruled)
            case Source.FACT:
                return float(self._holds(sight.values.get(self.name)))

    def _holds(self, value: Value) -> bool:
        if self.low is None and self.high is None:
            return not is_blank(value) and _plain(value) == _plain(self.value)
        number = _number(value)
        if number is None:
            return False
        return (self.low is None or number >= self.low) and (self.high is None or number < self.high)


def columns_of(sights: Sequence[Sight], book: Book, *, least: int, barred: frozenset[str]) -> list[Column]:
    """The columns that at least `least` of these leads are in and as many are not."""
    asked = frozenset[str]().union(*(rule.asks for group in book.fit for rule in group.rules))
    asked = asked.union(*(rule.asks for rule in book.penalties))
    offered = [name for name in names_of(sights) if name not in asked | barred]
    columns = rule_columns(sights, book, barred)
    columns += [each for name in offered for each in fact_columns(sights, name, least)]
    columns += [Column(source=Source.KIND, name=kind) for kind in ActivityKind]
    counted = [_counted(each, sights) for each in columns]
    return [each for each in counted if least <= each.leads <= len(sights) - least or _varies(each, sights, least)]


def rule_columns(sights: Sequence[Sight], book: Book, barred: frozenset[str]) -> list[Column]:
    """A column per rule of the book, in its order, but for those that ask for what nothing is to be learnt from."""
    found = [
        Column(source=Source.ACTIVITY_RULE, name=rule.name, cap=_cap(rule, sights))
        for rule in (*book.engagement, *book.sales)
    ]
    traits = (*(rule for group in book.fit for rule in group.rules), *book.penalties)
    return [*found, *(Column(source=Source.FIT_RULE, name=rule.name) for rule in traits if not rule.asks & barred)]


def fact_columns(sights: Sequence[Sight], name: str, least: int) -> list[Column]:
    """Bands of a number; of another fact the values that enough leads have."""
    values = [value for each in sights if not is_blank(value := each.values.get(name))]
    numbers = [number for value in values if (number := _number(value)) is not None]
    if values and len(numbers) == len(values) and len(set(numbers)) > BANDS:
        return _bands(name, sorted(numbers), BANDS)
    common = Counter(_plain(value) for value in values)
    return [
        Column(source=Source.FACT, name=name, value=value)
        for value, count in sorted(common.items(), key=lambda item: (-item[1], str(item[0])))
        if count >= least
    ]


def names_of(sights: Iterable[Sight]) -> list[str]:
    return sorted({name for each in sights for name in each.values})


def matrix(columns: Sequence[Column], sights: Iterable[Sight]) -> list[list[float]]:
    return [[column.of(each) for column in columns] for each in sights]


def _bands(name: str, numbers: Sequence[float], count: int) -> list[Column]:
    inner = sorted({numbers[len(numbers) * part // count] for part in range(1, count)} - {numbers[0]})
    edges: list[float | None] = [None, *inner, None]
    pairs = itertools.pairwise(edges)
    return [Column(source=Source.FACT, name=name, low=low, high=high) for low, high in pairs]


def _cap(rule: PointRule, sights: Iterable[Sight]) -> int | None:
    if rule.cap is not None or rule.cap_per_day is not None:
        return None
    times = sorted(count for each in sights if (count := each.times.get(rule.name, 0.0)) > 0)
    if not times or times[-1] <= 1:
        return None
    return max(1, round(times[int((len(times) - 1) * MANY_TIMES)]))


def _counted(column: Column, sights: Iterable[Sight]) -> Column:
    return replace(column, leads=sum(column.of(each) > 0 for each in sights))


def _varies(column: Column, sights: Sequence[Sight], least: int) -> bool:
    """Everybody has some of it, and enough of them more than the rest."""
    if column.source is not Source.ACTIVITY_RULE or column.leads < least:
        return False
    amounts = sorted(column.of(each) for each in sights)
    middle = amounts[len(amounts) // 2]
    return bisect_right(amounts, middle) <= len(amounts) - least or amounts[least] < middle


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _plain(value: Value) -> Value:
    return value.strip().casefold() if isinstance(value, str) else value
