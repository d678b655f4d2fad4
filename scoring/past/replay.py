"""When a lead would have crossed the line: its history told again with what could be known at each moment.

Between two rows points only fade, so the line can be crossed only where a row comes in, unless deductions fade: then
`outlook` says when to look again, as it does for the loop. Conditions are judged once per row. Each look costs what
still counts, so a history of n rows costs n² small steps; from `EXACT_LOOKS` on one look a day, or a week, bounds it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

from config.scoring import Line
from domain.activity import Activity
from domain.lead import Fact
from domain.score import POINT, Grade, Step
from scoring.book import PointRule
from scoring.bursts import Key
from scoring.caps import share
from scoring.fit import fit_of
from scoring.ledger import known, standing
from scoring.outlook import first_change_us
from scoring.past.doubted import Doubted
from scoring.scorer import Scorer, step_of
from scoring.tally import Award, match, youngest_first

EXACT_LOOKS = 500
"""A lead with more moments than that is looked at at the end of each of its days."""
SPANS_DAYS = (1, 7, 28)
MOST_STEPS = 1_000_000
"""Looks times rows, some seconds' work: where days make more, weeks are looked at, and in the end four of them."""
_INSTANT = timedelta(microseconds=1)

_Seen = list[tuple[datetime, Activity]]
_Counts = Callable[[datetime], list[Award]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A lead that would have been handed off; `engagement` in thousandths. `asked` to be called, whatever the score."""

    at: datetime
    engagement: int
    grade: Grade
    step: Step
    asked: bool

    @property
    def band(self) -> str:
        return f"{self.grade} {self.step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One lead at a moment at which a row came in. `barred`: by an exclusion that stops hand-raisers too.

    `counting` gives what counts at a later moment, as long as nothing else comes in; that is until `ends`.
    """

    at: datetime
    ends: datetime
    engagement: int
    grade: Grade
    excluded: bool
    barred: bool
    asked: bool
    fades_up: bool
    counting: _Counts
    total_cap: int | None
    in_the_end: Callable[[], int]
    """The engagement just before the next row comes in."""

    def turns(self, levels: frozenset[int]) -> Iterator[tuple[datetime, int]]:
        """The moments at which deductions that fade may have moved the sum over a level, none missed."""
        at, engagement = self.at, self.engagement
        while self.fades_up:
            ahead = first_change_us(self.counting(at), self.total_cap, now=engagement, levels=levels)
            if ahead is None or at + timedelta(microseconds=ahead) >= self.ends:
                return
            at += timedelta(microseconds=ahead)
            engagement = _sum_at(self.counting, self.total_cap, at)
            yield at, engagement


@dataclass(slots=True, kw_only=True)
class Crossing:
    """One lead before one line. It enters at most once per crossing, and not while it is `busy` with sales.

    A crossing meanwhile is heard in the open handoff; so is asking again.
    """

    line: Line
    steps: Callable[[int], Step]
    busy: timedelta
    entries: list[Entry] = field(default_factory=list)
    lacked_fit: bool = False
    """Had the engagement that the line asks for at a moment at which too little was known of its fit."""
    _armed: bool = True

    def pass_by(self, look: Look) -> None:
        """Live through everything from this look until the next."""
        if self._armed and not look.asked and not look.fades_up and look.engagement < self.line.engagement * POINT:
            return
        self._see(look, look.at, look.engagement, asked=look.asked)
        for at, engagement in look.turns(self._levels) if look.fades_up else ():
            self._see(look, at, engagement, asked=False)
        if not self._armed:
            self._rearm(look.in_the_end())

    @property
    def _levels(self) -> frozenset[int]:
        return frozenset({self.line.engagement * POINT, self.line.rearm_below * POINT})

    def _see(self, look: Look, at: datetime, engagement: int, *, asked: bool) -> None:
        self._rearm(engagement)
        if asked and not look.barred:
            self._enter(look, at, engagement, asked=True)
        if look.excluded or engagement < self.line.engagement * POINT:
            return
        self.lacked_fit |= look.grade is Grade.UNKNOWN
        if self._armed and look.grade.at_least(self.line.fit):
            self._armed = False
            self._enter(look, at, engagement, asked=False)

    def _rearm(self, engagement: int) -> None:
        self._armed |= engagement < self.line.rearm_below * POINT

    def _enter(self, look: Look, at: datetime, engagement: int, *, asked: bool) -> None:
        if self.entries and at < self.entries[-1].at + self.busy:
            return
        step = self.steps(engagement)
        self.entries.append(Entry(at=at, engagement=engagement, grade=look.grade, step=step, asked=asked))


class Replay:
    """One lead under one version of the rules. Rows come with `seen_at` put to when they could be known."""

    def __init__(self, scorer: Scorer, facts: Sequence[Fact], activities: Sequence[Activity], *, until: datetime):
        self._scorer = scorer
        self._until = until
        self._facts = [each for each in facts if _from(each.since, each.seen_at) <= until]
        rows = [each for each in known(activities, until) if each.occurred_at <= until]
        self._doubted = Doubted(rows, scorer.book)
        found = match(rows, scorer.book.by_kind).by_rule
        self._asking = [(_visible(row), row) for rule, rows in found.items() if rule.hand_raiser for row in rows]
        engaging = (rule for rule in scorer.book.engagement if rule in found)
        self._rows: dict[PointRule, _Seen] = {rule: [(_visible(row), row) for row in found[rule]] for rule in engaging}
        moments, self.is_exact = self._moments()
        self._edges = [*zip(moments, [*moments[1:], until], strict=True)] if moments else []

    def run(self, crossings: Sequence[Crossing]) -> None:
        """Walk the lead past several lines at once."""
        for look in self.looks():
            for crossing in crossings:
                crossing.pass_by(look)

    def looks(self) -> Iterator[Look]:
        book, fit = self._scorer.book, _Fit(self._scorer, self._facts)
        heard = frozenset[Key]()
        for at, ends in self._edges:
            grade, excluded, barred = fit.at(at)
            machines = self._doubted.at(at)
            present = {rule: _present(rows, at, machines) for rule, rows in self._rows.items()}
            asking = frozenset(row.key for row in _present(self._asking, at, machines))
            counting = self._counting({rule: rows for rule, rows in present.items() if rows})
            awards = counting(at)
            yield Look(
                at=at,
                ends=ends,
                engagement=sum(share(awards, book.total_cap)),
                grade=grade,
                excluded=excluded,
                barred=barred,
                asked=not asking <= heard,
                fades_up=any(award.points < 0 and award.rule.fading.ends_after_h for award in awards),
                counting=counting,
                total_cap=book.total_cap,
                in_the_end=cache(partial(_sum_at, counting, book.total_cap, max(at, ends - _INSTANT))),
            )
            heard |= asking

    def _counting(self, present: Mapping[PointRule, Sequence[Activity]]) -> _Counts:
        scorer = self._scorer
        return lambda at: youngest_first(scorer.tallies(scorer.book.engagement, present, as_of=at))

    def _moments(self) -> tuple[list[datetime], bool]:
        """When something comes in that may count, and whether that is every such moment."""
        counted = {seen for rows in self._rows.values() for seen, _ in rows}
        others = {seen for seen, _ in self._asking} | {_from(each.since, each.seen_at) for each in self._facts}
        others |= {moment for moment in self._doubted.moments if moment <= self._until}
        if len(counted) + len(others) <= EXACT_LOOKS:
            return sorted(counted | others), True
        moments = [(each.astimezone(self._scorer.zone).toordinal(), each) for each in sorted(counted | others)]
        rows = sum(map(len, self._rows.values()))
        for span in SPANS_DAYS:
            ends = {day // span: moment for day, moment in moments}
            if len(ends) * rows <= MOST_STEPS:
                break
        return sorted(ends.values()), False


class _Fit:
    """Grade and exclusions over time: worked out anew only where a fact came in."""

    def __init__(self, scorer: Scorer, facts: Sequence[Fact]) -> None:
        self._scorer, self._facts = scorer, facts
        self._changes = sorted({_from(each.since, each.seen_at) for each in facts}, reverse=True)
        self._hard = frozenset(each.name for each in scorer.book.source.exclusions if each.kind != "other")
        self._told: tuple[Grade, bool, bool] | None = None

    def at(self, at: datetime) -> tuple[Grade, bool, bool]:
        """The grade, whether an exclusion stands against the lead, and whether it stops hand-raisers too."""
        is_stale = self._told is None
        while self._changes and self._changes[-1] <= at:
            self._changes.pop()
            is_stale = True
        if self._told is None or is_stale:
            held = standing(self._facts, as_of=at, known_at=at)
            values = {name: fact.value for name, fact in held.items()}
            excluded, _ = self._scorer.book.excluded(values)
            grade = fit_of(held, values, self._scorer.book).grade
            self._told = (grade, excluded is not None, excluded in self._hard)
        return self._told


def crossing(scorer: Scorer, line: Line, *, busy: timedelta) -> Crossing:
    """A lead that has not met this line yet."""
    return Crossing(line=line, steps=lambda points: step_of(points, scorer.book.source.steps), busy=busy)


def _sum_at(counting: _Counts, total_cap: int | None, at: datetime) -> int:
    return sum(share(counting(at), total_cap))


def _present(rows: _Seen, at: datetime, without: Collection[Key]) -> list[Activity]:
    """What had come in by then, oldest first."""
    return [row for seen, row in rows if seen <= at and row.key not in without]


def _visible(row: Activity) -> datetime:
    return _from(row.occurred_at, row.seen_at)


def _from(happened: datetime, seen_at: datetime | None) -> datetime:
    return happened if seen_at is None else max(happened, seen_at)
