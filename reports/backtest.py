"""What other scoring rules would have done: history told again under each, beside what became of the people.

Nothing is kept of a lead once it was counted, so that the size of the ledger does not matter.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.scoring import Line
from domain.score import Grade
from reports.fates import Apart, Fate, Fates, Yardstick, fates_of
from reports.histories import Life
from scoring.past.knowable import Loaded, activities_knowable, facts_knowable, held_always
from scoring.past.replay import Crossing, Entry, Replay, crossing
from scoring.scorer import Scorer

LADDER = (*range(5, 101, 5), *range(110, 201, 10), 250, 300, 400, 500)
"""Lines that are tried beside the rules' own."""
GRADES = (Grade.A, Grade.B, Grade.C, Grade.D, Grade.E)
WEEK = timedelta(weeks=1)
_LATE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """From when to when, and by what measure. `busy`: for how long sales have a lead before it may enter again.

    `timeless`: properties whose first value is taken to have held all along.
    """

    since: datetime
    measure: Yardstick
    busy: timedelta
    loaded: Loaded
    zone: ZoneInfo
    timeless: Container[str] = ()

    @property
    def until(self) -> datetime:
        return self.measure.until

    @property
    def weeks(self) -> float:
        return (self.until - self.since) / WEEK


@dataclass(slots=True)
class Count:
    """Entries and what became of them. `ripe`: those of which it is known whether they were won; `judged`: accepted."""

    entries: int = 0
    ripe: int = 0
    won: int = 0
    judged: int = 0
    accepted: int = 0

    def add(self, fate: Fate) -> None:
        self.entries += 1
        if fate.won is not None:
            self.ripe += 1
            self.won += fate.won
        if fate.accepted is not None:
            self.judged += 1
            self.accepted += fate.accepted

    @property
    def young(self) -> int:
        """Those that are too young to tell."""
        return self.entries - self.ripe


class Rung(NamedTuple):
    """Where a line is drawn."""

    engagement: int
    fit: Grade


@dataclass(slots=True)
class Tried:
    """One version of the rules over the whole period. `lines`: by place, everybody who would enter at that line."""

    name: str
    scorer: Scorer
    total: Count = field(default_factory=Count)
    asked: Count = field(default_factory=Count)
    crossed: Count = field(default_factory=Count)
    bands: dict[str, Count] = field(default_factory=dict)
    weeks: Counter[str] = field(default_factory=Counter)
    lines: dict[Rung, Count] = field(default_factory=dict)
    apart: Counter[Apart] = field(default_factory=Counter)
    found: int = 0
    """Leads that were won in the period and had entered before."""
    lacked_fit: int = 0
    """Leads that had the engagement and never entered, as too little was known of their fit."""
    coarse: int = 0
    """Leads whose history is so long that it was looked at by days or weeks."""
    rungs: Mapping[Rung, Line] = field(init=False)
    """Every line that is tried, the rules' own among them."""

    def __post_init__(self) -> None:
        self.rungs = rungs_of(self.line)

    @property
    def line(self) -> Line:
        return self.scorer.book.source.line

    @property
    def lowest(self) -> int:
        """No line is proposed below these points: nobody hands off a lead that is cold, unless the rules do so now."""
        return min(self.line.engagement, self.scorer.book.source.steps.warm)

    @property
    def own(self) -> Rung:
        return Rung(self.line.engagement, self.line.fit)

    def at(self, rung: Rung) -> Count:
        return self.lines.get(rung, Count())


def rungs_of(line: Line) -> dict[Rung, Line]:
    """Other engagement for the same grade, and better grades for the same engagement.

    The points to fall below stand to the line's as the rules' own do.
    """
    own = line.engagement
    found = {Rung(own, grade): line.model_copy(update={"fit": grade}) for grade in GRADES if grade <= line.fit}
    for points in LADDER:
        low = points * line.rearm_below // own if own else 0
        found.setdefault(Rung(points, line.fit), line.model_copy(update={"engagement": points, "rearm_below": low}))
    return dict(sorted(found.items()))


@dataclass(slots=True)
class Backtest:
    """`everybody`: all leads by what they came to after they were first known, as if each had been handed off."""

    question: Question
    tried: Sequence[Tried]
    everybody: Count = field(default_factory=Count)
    leads: int = 0
    won: int = 0
    """Leads that were won within the period."""
    rows: Counter[str] = field(default_factory=Counter)
    """How rows came to be known: `live`, `history`, `late`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry, for whoever wants them one by one."""

    version: str
    life: Life
    entry: Entry
    fate: Fate


def backtest(batches: Iterator[list[Life]], found: Backtest) -> Iterator[Told]:
    """Count everybody into `found`, and tell of each entry on the way."""
    for batch in batches:
        for life in batch:
            yield from _one(life, found)


def _one(life: Life, found: Backtest) -> Iterator[Told]:
    question = found.question
    fates = fates_of(life, question.measure, loaded_until=question.loaded.facts)
    activities = activities_knowable(life.activities, question.loaded)
    facts = held_always(facts_knowable(life.facts, question.loaded), question.timeless)
    _count_rows(life, found.rows, question.loaded)
    known_since = min((max(each.occurred_at, each.seen_at or each.occurred_at) for each in activities), default=None)
    if known_since is None and not facts:
        return
    _count_everybody(fates, max(question.since, known_since or question.since), found)
    for each in found.tried:
        walk = Replay(each.scorer, facts, activities, until=question.until)
        each.coarse += not walk.is_exact
        own = _walk(walk, each, fates, question)
        for entry in own:
            yield Told(version=each.name, life=life, entry=entry, fate=fates.after(entry.at))


def _walk(walk: Replay, tried: Tried, fates: Fates, question: Question) -> list[Entry]:
    """Count one lead under one version, at its own line and at every other; gives what enters at its own."""
    crossings = {rung: crossing(tried.scorer, line, busy=question.busy) for rung, line in tried.rungs.items()}
    walk.run([*crossings.values()])
    known: dict[datetime, Fate] = {}
    own: list[Entry] = []
    for rung, each in crossings.items():
        is_own = rung == tried.own
        for entry in each.entries:
            if not question.since <= entry.at < question.until:
                continue
            if (apart := fates.apart(entry)) is not None:
                tried.apart[apart] += is_own
                continue
            fate = known.get(entry.at) or known.setdefault(entry.at, fates.after(entry.at))
            tried.lines.setdefault(rung, Count()).add(fate)
            if is_own:
                own.append(entry)
                _count_own(tried, entry, fate, question)
    _count_found(tried, crossings[tried.own], own, fates, question)
    return own


def _count_own(tried: Tried, entry: Entry, fate: Fate, question: Question) -> None:
    tried.total.add(fate)
    (tried.asked if entry.asked else tried.crossed).add(fate)
    tried.bands.setdefault(entry.band, Count()).add(fate)
    tried.weeks[week_of(entry.at, question.zone)] += 1


def _count_found(tried: Tried, own: Crossing, entered: Sequence[Entry], fates: Fates, question: Question) -> None:
    tried.lacked_fit += own.lacked_fit and not own.entries
    won_at = fates.won_at
    if won_at is not None and question.since <= won_at < question.until:
        tried.found += any(entry.at < won_at for entry in entered)


def _count_everybody(fates: Fates, begins: datetime, found: Backtest) -> None:
    question, won_at = found.question, fates.won_at
    if begins >= question.until or not fates.is_dated or (won_at is not None and won_at <= begins):
        return
    found.leads += 1
    found.won += won_at is not None and won_at < question.until
    found.everybody.add(fates.after(begins))


def _count_rows(life: Life, rows: Counter[str], loaded: Loaded) -> None:
    for each in life.activities:
        until, seen_at = loaded.until(each), each.seen_at or each.occurred_at
        rows[_how(each.occurred_at, seen_at, until)] += 1


def _how(happened: datetime, seen_at: datetime, until: datetime | None) -> str:
    if until is not None and happened <= until:
        return "history"
    return "late" if seen_at - happened > _LATE else "live"


def week_of(at: datetime, zone: ZoneInfo) -> str:
    """`2026-W07`, in the installation's time zone."""
    year, week, _ = at.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def every_week(question: Question) -> Iterator[str]:
    """All that the period touches, those without an entry too."""
    at, last = question.since, ""
    while at < question.until:
        if (week := week_of(at, question.zone)) != last:
            yield week
            last = week
        at += timedelta(days=1)


def lift(count: Count, everybody: Count) -> float | None:
    """How many times as many of them were won as of everybody; None where one of the two is not known."""
    if not count.ripe or not everybody.won:
        return None
    return (count.won / count.ripe) / (everybody.won / everybody.ripe)
