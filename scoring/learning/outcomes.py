"""Points from outcomes: what was so of leads while they were open, and who of them was won.

Pure: examples in, a Calibration out. Everything is chosen on the earlier part and told of the later one. The way in
which leads were scored and worked is in the outcomes too, so the answer is a draft for a person, never a decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from scoring.book import Book
from scoring.learning.calibrate import Logit, best_strength, fit
from scoring.learning.columns import Column, Source, columns_of, fact_columns, matrix, names_of
from scoring.learning.discrimination import Auc, Bin, auc, calibration
from scoring.learning.sight import Sight

LARGEST = 1000
"""Points that a rule may give, either way."""
TOO_GOOD = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One lead at the moment of prediction, and what came of it. `now`: its points by the current rules."""

    moment: datetime
    won: bool
    sight: Sight
    now: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`later`: the share of leads, by time, that is only judged by. `doubling`: points that double the odds.
    `least`: leads that have to be in a column, and out of it. `rarer`, `per_column`: below them nothing is proposed."""

    later: float = 0.3
    doubling: int = 20
    least: int = 20
    rarer: int = 100
    per_column: int = 10
    barred: frozenset[str] = frozenset()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many leads there are to learn from and to judge by. `begins`: the later part's first moment."""

    earlier: int
    earlier_won: int
    later: int
    later_won: int
    begins: datetime | None = None

    @property
    def rarer(self) -> int:
        """Leads of the outcome that is had less often, in the earlier part."""
        return min(self.earlier_won, self.earlier - self.earlier_won)

    @property
    def base_rate(self) -> float:
        """Of the later part: what everybody is won at."""
        return self.later_won / self.later if self.later else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A column's part in it. `log_odds`: per time; `share`: of those in the column, how many were won."""

    column: Column
    log_odds: float
    points: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A number to be measured against: its scores of the later part, and its AUC."""

    name: str
    scores: tuple[float, ...]
    auc: Auc | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was learnt, and how it does on the later part. `why_not`: why nothing is proposed; then there are no
    weights. `suspects`: facts and columns that alone tell the outcome all but certainly."""

    counts: Counts
    why_not: str | None = None
    weights: tuple[Weight, ...] = ()
    strength: float = 0.0
    model: Rival | None = None
    current: Rival | None = None
    best_fact: Rival | None = None
    beside: tuple[Rival, ...] = ()
    bins: tuple[Bin, ...] = ()
    won: tuple[bool, ...] = ()
    suspects: Mapping[str, float] | None = None


def calibrate(examples: Sequence[Example], book: Book, method: Method) -> Calibration:
    """Learn from the earlier leads and judge by the later ones."""
    earlier, later = split(examples, method.later)
    counts = _counts(earlier, later)
    sights = [each.sight for each in earlier]
    columns = columns_of(sights, book, least=method.least, barred=method.barred)
    why_not = _too_little(counts, columns, method)
    if why_not is not None:
        return Calibration(counts=counts, why_not=why_not)
    rows, won = matrix(columns, sights), [each.won for each in earlier]
    strength = best_strength(rows, won)
    logit = fit(rows, won, strength=strength)
    chances = [logit.chance(row) for row in matrix(columns, [each.sight for each in later])]
    outcomes = [each.won for each in later]
    alone = _facts_alone(earlier, later, method, strength)
    best = max(alone, key=lambda each: (each.earlier, each.rival.name), default=None)
    named = {each.rival.name: each.rival for each in alone}
    return Calibration(
        counts=counts,
        weights=tuple(_weights(columns, logit, rows, won, method.doubling)),
        strength=strength,
        model=rival_of("the model", chances, outcomes),
        current=rival_of("current rules", [each.now for each in later], outcomes),
        best_fact=None if best is None else best.rival,
        beside=tuple(named[name] for name in method.beside if name in named),
        bins=tuple(calibration(chances, outcomes)),
        won=tuple(outcomes),
        suspects=_suspects(alone, columns, rows, won),
    )


def split(examples: Sequence[Example], later: float) -> tuple[list[Example], list[Example]]:
    """By time, never by chance: examples of one moment stay together."""
    ordered = sorted(examples, key=lambda each: each.moment)
    cut = len(ordered) - round(len(ordered) * later)
    while 0 < cut < len(ordered) and ordered[cut].moment == ordered[cut - 1].moment:
        cut += 1
    return ordered[:cut], ordered[cut:]


def points_of(log_odds: float, doubling: int) -> int:
    """`doubling` points for twice the odds, rounded, within what a rule may give."""
    return max(-LARGEST, min(LARGEST, round(doubling * log_odds / log(2))))


def _counts(earlier: Sequence[Example], later: Sequence[Example]) -> Counts:
    return Counts(
        earlier=len(earlier),
        earlier_won=sum(each.won for each in earlier),
        later=len(later),
        later_won=sum(each.won for each in later),
        begins=later[0].moment if later else None,
    )


def _too_little(counts: Counts, columns: Sequence[Column], method: Method) -> str | None:
    if counts.rarer < method.rarer:
        won, lost = counts.earlier_won, counts.earlier - counts.earlier_won
        return f"too little data: {won} won and {lost} not won to learn from; it takes {method.rarer} of each"
    if not columns:
        return f"nothing to learn from: no rule, fact or activity is so of {method.least} leads and not of as many"
    if counts.rarer < method.per_column * len(columns):
        enough = counts.rarer // method.per_column
        least = sorted((each.leads for each in columns), reverse=True)[min(enough, len(columns) - 1)] + 1
        said = f"{len(columns)} points to find from {counts.rarer} leads of the rarer outcome"
        return f"too little data: {said}; it takes {method.per_column} for each. With `--least {least}` there are fewer"
    if not 0 < counts.later_won < counts.later:
        return f"nothing to judge by: of the {counts.later} later leads {counts.later_won} were won"
    return None


def _weights(
    columns: Sequence[Column], logit: Logit, rows: Sequence[Sequence[float]], won: Sequence[bool], doubling: int
) -> list[Weight]:
    found = []
    for at, column in enumerate(columns):
        inside = [is_won for row, is_won in zip(rows, won, strict=True) if row[at] > 0]
        points = points_of(logit.weights[at], doubling)
        share = sum(inside) / len(inside) if inside else 0.0
        found.append(Weight(column=column, log_odds=logit.weights[at], points=points, share=share))
    return found


def rival_of(name: str, scores: Sequence[float], won: Sequence[bool]) -> Rival:
    """A number with its AUC on these leads."""
    return Rival(name=name, scores=tuple(scores), auc=auc(scores, won))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    """A fact by itself; `earlier`: its AUC where it was learnt."""

    rival: Rival
    earlier: float


def _facts_alone(earlier: Sequence[Example], later: Sequence[Example], method: Method, strength: float) -> list[_Alone]:
    """Every fact's own model of one variable, bands or values; the best is chosen by the earlier part."""
    sights, won = [each.sight for each in earlier], [each.won for each in earlier]
    found = []
    for name in names_of(sights):
        if name in method.barred and name not in method.beside:
            continue
        columns = fact_columns(sights, name, method.least)
        if len(columns) < 1:
            continue
        rows = matrix(columns, sights)
        logit = fit(rows, won, strength=strength)
        learnt = auc([logit.log_odds(row) for row in rows], won)
        told = [logit.log_odds(row) for row in matrix(columns, [each.sight for each in later])]
        rival = rival_of(name, told, [each.won for each in later])
        found.append(_Alone(rival=rival, earlier=learnt.value if learnt else 0.5))
    return found


def _suspects(
    alone: Sequence[_Alone], columns: Sequence[Column], rows: Sequence[Sequence[float]], won: Sequence[bool]
) -> dict[str, float]:
    found = {each.rival.name: each.earlier for each in alone if each.earlier > TOO_GOOD}
    for at, column in enumerate(columns):
        told = auc([row[at] for row in rows], won)
        sure = max(told.value, 1 - told.value) if told is not None else 0.5
        if sure > TOO_GOOD and column.source is not Source.FACT:
            found[column.label] = sure
    return found
