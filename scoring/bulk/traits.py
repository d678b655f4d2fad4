"""Who many leads are: fit, grade and exclusions, each rule asked once for every value that there is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from config.conditions import Judge, asks_everything, references
from domain.block import NEVER, Block, Given
from domain.score import Grade
from scoring.book import Book, TraitGroup, TraitRule
from scoring.bulk.asked import Asked, Part, asked
from scoring.fit import is_blank

Whole: TypeAlias = NDArray[np.int64]
Truth: TypeAlias = NDArray[np.bool_]
GRADES = (Grade.A, Grade.B, Grade.C, Grade.D, Grade.E, Grade.UNKNOWN)
_UNKNOWN = GRADES.index(Grade.UNKNOWN)
_KEPT_ANSWERS = 200_000
_Answers: TypeAlias = dict[str | tuple[str | None, ...] | None, bool]
"""By the texts of the values that a condition looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entry per lead; as in `Totals`."""

    percent: Whole
    grades: Whole
    excluded: Whole
    last_fact_us: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What held of each lead (rows) and property (columns): the place of its value, -1 for none, and since when."""

    names: dict[str, int]
    places: Whole
    since_us: Whole
    values: Sequence[Given]
    blank: Truth
    """By place of a value whether it says nothing; the last one is for no value at all."""
    known: dict[tuple[str, ...], tuple[list[list[int]], Whole]] = field(default_factory=dict)

    def columns(self, of: Whole, names: Iterable[str]) -> Whole:
        """The columns of these properties, as far as anybody has them."""
        return of[:, [self.names[name] for name in names if name in self.names]]

    def combinations(self, names: tuple[str, ...]) -> tuple[list[list[int]], Whole]:
        """The different values that leads have of these properties together, and which of them each lead has."""
        found = self.known.get(names)
        if found is None:
            rows, of_lead = _distinct(self.columns(self.places, names))
            found = self.known[names] = rows.tolist(), of_lead.reshape(-1)
        return found


def _distinct(rows: Whole) -> tuple[Whole, Whole]:
    """The different rows, and the place among them of each."""
    if rows.shape[1] == 0:
        return rows[:1], np.zeros(len(rows), dtype=np.int64)
    if rows.shape[1] == 1:
        found, places = np.unique(rows[:, 0], return_inverse=True)
        return found.reshape(-1, 1), places
    return np.unique(rows, axis=0, return_inverse=True)


class Traits:
    """The rules over facts, ready for columns. Remembers what values meet."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rules = (*(rule for group in book.fit for rule in group.rules), *book.penalties)
        self._asked = {rule: asked(rule.source.when) for rule in self._rules}
        self._bars = [asked(bar.source.when) for bar in book.bars]
        conditions = [*(rule.source.when for rule in self._rules), *(bar.source.when for bar in book.bars)]
        is_curious = any(map(asks_everything, conditions))
        self.names = None if is_curious else frozenset[str]().union(*map(references, conditions))
        self._answers: dict[Part, _Answers] = {}

    def of(self, block: Block, *, now_us: int, known_us: int) -> Found:
        """As `fit_of` and `Book.excluded` of each lead."""
        held = _held(block, now_us=now_us, known_us=known_us)
        met = {rule: self._met(self._asked[rule], held) for rule in self._rules}
        points = np.zeros(len(block.leads), dtype=np.int64)
        for group in self._book.fit:
            points += _group_points(group, met)
        for rule in self._book.penalties:
            points += np.where(met[rule], rule.raw, 0)
        percent = self._percent(points, held)
        return Found(
            percent=percent,
            grades=self._graded(percent),
            excluded=self._excluded(held),
            last_fact_us=self._last_fact_us(met, held),
        )

    def _met(self, asked: Asked | Part, held: _Held) -> Truth:
        """Which leads meet a condition."""
        if isinstance(asked, Part):
            return self._met_at_once(asked, held)
        found = np.ones(len(held.places), dtype=np.bool_)
        for part in asked.every:
            found &= self._met(part, held)
        if asked.some:
            found &= np.logical_or.reduce([self._met(part, held) for part in asked.some])
        return found

    def _met_at_once(self, part: Part, held: _Held) -> Truth:
        """It is asked once for every combination of values that it looks at."""
        names = tuple(sorted(name for name in held.names if part.asks is None or name in part.asks))
        combinations, of_lead = held.combinations(names)
        known = self._answers.setdefault(part, {})
        if len(known) >= _KEPT_ANSWERS:
            known.clear()
        if len(names) == 1:
            answers = _asked_of_one(part.judge, names[0], combinations, held, known)
        else:
            answers = _asked_of_several(part.judge, names, combinations, held, known)
        return np.array(answers, dtype=np.bool_)[of_lead]

    def _percent(self, points: Whole, held: _Held) -> Whole:
        known = np.zeros(len(points), dtype=np.int64)
        for group in self._book.fit:
            known += np.where(_is_known(group, held), group.limit, 0)
        possible = sum(group.limit for group in self._book.fit)
        told = (known > 0) & (known * 2 >= possible)
        percent = np.clip(100 * points // np.where(known > 0, known, 1), 0, 100)
        return np.where(told, percent, -1)

    def _graded(self, percent: Whole) -> Whole:
        grades = self._book.source.grades
        found = np.full(len(percent), GRADES.index(Grade.E), dtype=np.int64)
        for place, least in reversed([*enumerate((grades.A, grades.B, grades.C, grades.D))]):
            found[percent >= least] = place
        found[percent < 0] = _UNKNOWN
        return found

    def _excluded(self, held: _Held) -> Whole:
        """The first exclusion that each lead falls under."""
        found = np.full(len(held.places), -1, dtype=np.int64)
        for place, bar in enumerate(self._bars):
            found[self._met(bar, held) & (found < 0)] = place
        return found

    def _last_fact_us(self, met: dict[TraitRule, Truth], held: _Held) -> Whole:
        """The youngest fact behind points that were given or a deduction that no longer applies."""
        latest = np.full(len(held.places), NEVER, dtype=np.int64)
        for rule in self._rules:
            if rule.raw and rule.asks:
                since_us = held.columns(held.since_us, rule.asks).max(axis=1, initial=NEVER)
                took_part = met[rule] == (rule.raw > 0)
                np.maximum(latest, np.where(took_part, since_us, NEVER), out=latest)
        return latest


def _asked_of_one(
    judge: Judge, name: str, combinations: Sequence[Sequence[int]], held: _Held, known: _Answers
) -> list[bool]:
    """Nearly every condition looks at one property, and some at one that everybody has for themselves: an address."""
    values, found = held.values, []
    for (place,) in combinations:
        text = values[place].text if place >= 0 else None
        answer = known.get(text)
        if answer is None:
            answer = known[text] = judge({name: values[place].value} if place >= 0 else {}) is True
        found.append(answer)
    return found


def _asked_of_several(
    judge: Judge, names: Sequence[str], combinations: Sequence[Sequence[int]], held: _Held, known: _Answers
) -> list[bool]:
    found = []
    for places in combinations:
        texts = tuple([held.values[place].text if place >= 0 else None for place in places])
        answer = known.get(texts)
        if answer is None:
            given = zip(names, places, strict=True)
            answer = known[texts] = judge({name: held.values[at].value for name, at in given if at >= 0}) is True
        found.append(answer)
    return found


def _group_points(group: TraitGroup, met: dict[TraitRule, Truth]) -> Whole:
    """The sum of a group's lines: what gives points shares the limit, and deductions make room."""
    plus = sum((np.where(met[rule], rule.raw, 0) for rule in group.rules if rule.raw > 0), start=np.int64(0))
    minus = sum((np.where(met[rule], -rule.raw, 0) for rule in group.rules if rule.raw < 0), start=np.int64(0))
    return np.minimum(plus, group.limit + minus) - minus


def _is_known(group: TraitGroup, held: _Held) -> Truth:
    is_known: Truth = np.any(~held.blank[held.columns(held.places, group.asks)], axis=1)
    return is_known


def _held(block: Block, *, now_us: int, known_us: int) -> _Held:
    """As `scoring.ledger.standing`: of each lead and property the youngest fact that held and was seen."""
    facts = block.facts
    leads, names, values, since, seen = (
        np.frombuffer(column, dtype=np.int64) if len(column) else np.zeros(0, dtype=np.int64)
        for column in (facts.leads, facts.names, facts.values, facts.since_us, facts.seen_us)
    )
    rows = np.flatnonzero((since <= now_us) & (seen <= known_us))
    pairs = leads * max(1, len(block.names)) + names
    rows = rows[np.lexsort((seen[rows], since[rows], pairs[rows]))]
    rows = _youngest(rows, pairs, (since, seen, values), block.values)
    shape = (len(block.leads), len(block.names))
    places, since_us = np.full(shape, -1, dtype=np.int64), np.full(shape, NEVER, dtype=np.int64)
    places[leads[rows], names[rows]] = values[rows]
    since_us[leads[rows], names[rows]] = since[rows]
    return _Held(
        names={name: place for place, name in enumerate(block.names)},
        places=places,
        since_us=since_us,
        values=block.values,
        blank=np.array([*(is_blank(each.value) for each in block.values), True], dtype=np.bool_),
    )


def _youngest(rows: Whole, pairs: Whole, keys: tuple[Whole, Whole, Whole], values: Sequence[Given]) -> Whole:
    """The last row of each pair; of several of one moment the one whose value comes last as text."""
    since, seen, kept = keys
    last = np.flatnonzero(np.diff(pairs[rows], append=-1))
    found = rows[last]
    before, tied = rows[last - 1], last > 0
    for column in (pairs, since, seen):
        tied &= column[before] == column[found]
    for at in np.flatnonzero(tied):
        place, rivals = int(last[at]), [int(found[at])]
        while place > 0 and _moment(rows[place - 1], pairs, since, seen) == _moment(found[at], pairs, since, seen):
            place -= 1
            rivals.append(int(rows[place]))
        found[at] = max(rivals, key=lambda row: repr(values[int(kept[row])].value))
    return found


def _moment(row: int, *columns: Whole) -> tuple[int, ...]:
    return tuple(int(column[row]) for column in columns)
