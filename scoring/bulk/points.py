"""Points of many leads' activities: what meets a rule, counts by its repeat policy, fades, stays under its limits.

Most rules count every time and have no limit per day. Those are added up together, in as many passes as an activity
meets rules; only the others are looked at one by one.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.block import NEVER, Block, Shape
from scoring.book import Book, PointRule
from scoring.bulk.days import local_days
from scoring.bulk.machines import Machines
from scoring.bulk.repeats import repeated
from scoring.bulk.rows import Rows, portions
from scoring.bulk.tables import Exact, Tables

Whole: TypeAlias = NDArray[np.int64]
Truth: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]
_KEPT_SHAPES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What rules give or take of each lead (rows) under their own limits, never below nothing, in the columns of
    `Points`; and two moments per lead, `NEVER` for none."""

    points: Exact
    last_point_us: Whole
    """When the youngest activity happened that gave engagement points."""
    hand_raised_us: Whole
    """When the lead last did what asks for a call."""

    def part(self, first: int, end: int) -> "Sums":
        """Of some leads; what is written there is written here."""
        some = slice(first, end)
        return Sums(
            points=self.points[some],
            last_point_us=self.last_point_us[some],
            hand_raised_us=self.hand_raised_us[some],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Which rules are met, by shape."""

    plain: Sequence[Whole]
    """Numbers of rules that count every time: of each shape the first that it meets, the second, …; -1: none."""
    others: Mapping[int, Truth]
    """Of each other rule, by its number, whether it is met."""
    raises: Truth
    """Whether it asks for a call."""


class Points:
    """The rules over activities, ready for columns. Remembers which rules a shape meets."""

    def __init__(self, book: Book, zone: tzinfo) -> None:
        self._rules = book.points
        self._by_kind = book.by_kind
        self._zone = zone
        self._numbers = {rule: number for number, rule in enumerate(book.points)}
        self._columns = _columns(book.points)
        self._width = int(self._columns.max(initial=-1)) + 1
        self._plain = np.array([_is_plain(rule) for rule in book.points], dtype=np.bool_)
        self._gives = np.array([rule in set(book.engagement) and rule.raw > 0 for rule in book.points], dtype=np.bool_)
        self._tables = Tables(book.points)
        self._machines = Machines(book.source.scanners)
        self._raises = frozenset(number for number, rule in enumerate(book.points) if rule.hand_raiser)
        self._met: dict[str, tuple[int, ...]] = {}

    def of(self, block: Block, *, now_us: int, known_us: int) -> Sums:
        """What was known at `known_us` of what had happened by `now_us`."""
        met, told = self._met_by(block.shapes), self._machines.told_by(block.shapes)
        sums = Sums(
            points=np.zeros((len(block.leads), self._width)),
            last_point_us=np.full(len(block.leads), NEVER, dtype=np.int64),
            hand_raised_us=np.full(len(block.leads), NEVER, dtype=np.int64),
        )
        for first, rows in portions(block, now_us=now_us, known_us=known_us):
            self._add(self._machines.without(rows, told, known_us), met, sums.part(first, first + rows.count))
        return sums

    def _add(self, rows: Rows, met: Met, sums: Sums) -> None:
        self._tables.reach(int(rows.hours.max(initial=0)))
        for numbers in met.plain:
            self._add_plain(rows, numbers, sums)
        for place, rule in zip(self._columns, self._rules, strict=True):
            if rule.cap is not None:
                np.minimum(sums.points[:, place], rule.cap, out=sums.points[:, place])
        for number, shapes in met.others.items():
            self._add_one(rows, number, shapes, sums)
        if met.raises.any():
            _note_last(sums.hand_raised_us, rows, np.flatnonzero(met.raises[rows.shapes]))

    def total(self, sums: Sums, rules: Sequence[PointRule], cap: int | None) -> Whole:
        """One number of each lead: its rules' sums under the limits of its groups and of all."""
        given, taken = np.zeros(len(sums.points)), np.zeros(len(sums.points))
        for group in _by_scope(rules):
            plus, minus = (self._of_group(sums, group, sign) for sign in (1, -1))
            limit = group[0].limit
            given += plus if limit is None else np.minimum(plus, limit + minus)
            taken += minus
        found = (given if cap is None else np.minimum(given, cap + taken)) - taken
        return found.astype(np.int64)

    def _of_group(self, sums: Sums, group: Sequence[PointRule], sign: int) -> Exact:
        """What the rules of a group give, or take, together."""
        columns = {int(self._columns[self._numbers[rule]]) for rule in group if rule.raw * sign > 0}
        return sum((sums.points[:, column] for column in sorted(columns)), start=np.zeros(len(sums.points)))

    def _meets(self, shape: Shape) -> tuple[int, ...]:
        met = self._met.get(shape.text)
        if met is None:
            if len(self._met) >= _KEPT_SHAPES:
                self._met.clear()
            rules = (rule for rule in self._by_kind[shape.kind] if rule.matches(shape.properties))
            met = self._met[shape.text] = tuple(self._numbers[rule] for rule in rules)
        return met

    def _met_by(self, shapes: Sequence[Shape]) -> Met:
        met = [self._meets(shape) for shape in shapes]
        plain = [[rule for rule in each if self._plain[rule]] for each in met]
        turns = range(max(map(len, plain), default=0))
        others = sorted({rule for each in met for rule in each if not self._plain[rule]})
        return Met(
            plain=[np.array([each[turn] if turn < len(each) else -1 for each in plain]) for turn in turns],
            others={rule: _truth(met, {rule}) for rule in others},
            raises=_truth(met, self._raises),
        )

    def _add_plain(self, rows: Rows, numbers: Whole, sums: Sums) -> None:
        """Rules that count every time; by shape which one, -1: none."""
        shapes, leads, hours, some = rows.shapes, rows.leads, rows.hours, None
        if (numbers < 0).any():
            some = np.flatnonzero((numbers >= 0)[shapes])
            shapes, leads, hours = shapes[some], leads[some], hours[some]
        points = self._tables.faded(numbers, shapes, hours)
        keys = leads * self._width
        keys += self._columns[numbers].take(shapes)
        added = np.bincount(keys, weights=points, minlength=sums.points.size)
        np.add(sums.points, added.reshape(sums.points.shape), out=sums.points)
        giving = points > 0
        if not self._gives[numbers].all():
            giving &= self._gives[numbers][shapes]
        given = np.flatnonzero(giving)
        _note_last(sums.last_point_us, rows, given if some is None else some[given])

    def _add_one(self, rows: Rows, number: int, shapes: Truth, sums: Sums) -> None:
        """A rule that does not count every time, or only so much a day; by shape whether it is met."""
        rule = self._rules[number]
        at = repeated(np.flatnonzero(shapes[rows.shapes]), rule.repeat, rows.leads, rows.occurred)
        leads, points = (
            rows.leads[at],
            self._tables.faded(np.array([number]), np.zeros(len(at), dtype=np.int64), rows.hours[at]),
        )
        if self._gives[number]:
            _note_last(sums.last_point_us, rows, at[np.flatnonzero(points > 0)])
        if rule.cap_per_day is not None and len(at):
            leads, points = _per_day(leads, local_days(rows.occurred[at], self._zone), points)
            points = np.minimum(points, rule.cap_per_day)
        found = np.bincount(leads, weights=points, minlength=rows.count)
        sums.points[:, self._columns[number]] += found if rule.cap is None else np.minimum(found, rule.cap)


def _columns(rules: Sequence[PointRule]) -> Whole:
    """The column of each rule: its own where it has a limit of its own, else one for all of its group that give, or
    take, like it."""
    places: dict[tuple[object, ...], int] = {}
    found = []
    for number, rule in enumerate(rules):
        shared = (rule.dimension, rule.of, rule.scope, rule.raw > 0)
        found.append(places.setdefault(shared if rule.cap is None else (number,), len(places)))
    return np.array(found, dtype=np.int64)


def _is_plain(rule: PointRule) -> bool:
    return rule.repeat.policy == "each" and rule.cap_per_day is None


def _truth(met: Sequence[Sequence[int]], wanted: Set[int]) -> Truth:
    """By shape whether it meets one of these rules."""
    return np.array([not wanted.isdisjoint(each) for each in met], dtype=np.bool_)


def _by_scope(rules: Iterable[PointRule]) -> list[list[PointRule]]:
    groups: dict[int, list[PointRule]] = {}
    for rule in rules:
        groups.setdefault(rule.scope, []).append(rule)
    return list(groups.values())


def _note_last(latest: Whole, rows: Rows, at: Places) -> None:
    """When each lead did the last of the rows `at`, unless something later stands there."""
    whose = rows.leads[at]
    last = np.flatnonzero(np.append(whose[1:] != whose[:-1], np.True_)[: len(at)])
    leads = whose[last]
    latest[leads] = np.maximum(latest[leads], rows.occurred[at[last]])


def _per_day(leads: Whole, days: Whole, points: Exact) -> tuple[Whole, Exact]:
    """Sums per lead and day, with the lead of each."""
    keys = leads * (int(days.max()) - int(days.min()) + 1) + (days - int(days.min()))
    if np.any(keys[1:] < keys[:-1]):
        order = np.argsort(keys, kind="stable")
        leads, keys, points = leads[order], keys[order], points[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    return leads[starts], np.add.reduceat(points, starts)
