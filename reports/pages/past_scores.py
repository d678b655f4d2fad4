"""What a lead's score was when it mattered: computed anew from what was known then, by the rules of then."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from domain.score import POINT, Dimension, Score
from reports.histories import Life
from reports.pages.moments import Kind, Moment, counted, shown, told
from scoring.changes_words import signed
from scoring.scorer import Scorer
from store import ledger
from store.engine import Tx

MOST, FEWEST = 60, 6
"""Moments that are looked at, the newest: each is a whole score."""
_MOST_READ = 250_000
"""Activities that are gone through for all of them together: some seconds."""
_TELLING = 4
"""Rules that are named beside a change, those that moved most."""

_APART = (Dimension.SALES.value, Dimension.NAMED.value)
"""What has numbers of its own."""

ScorerAt = Callable[[datetime], Scorer]
"""The rules in force at a moment."""


def past_scores(
    tx: Tx, life: Life, moments: Iterable[datetime], *, taken_back: int, scorer_at: ScorerAt
) -> tuple[list[Score], int]:
    """The score at the newest of these moments, the oldest first; and at how many older ones it was not looked at.

    What was `taken_back` since counted then: only where there is any is the ledger read for each moment.
    """
    lead, found, wanted = life.lead.id, [], sorted(set(moments))
    looked_at = wanted[-max(FEWEST, min(MOST, _MOST_READ // max(1, len(life.activities)))) :]
    for at in looked_at:
        done = ledger.activities_of(tx, [lead], known_at=at).get(lead, []) if taken_back else life.activities
        found.append(scorer_at(at).score(life.facts, done, as_of=at, known_at=at))
    return found, len(wanted) - len(looked_at)


def scores(found: Sequence[Score]) -> Iterator[Moment]:
    """Each one that is another than the one before, with what moved it."""
    before: Score | None = None
    for each in found:
        if before is None or (each.shown, each.band) != (before.shown, before.band):
            yield Moment(
                at=each.as_of,
                kind=Kind.SCORE,
                what=f"{counted(each.shown, 'point')}, {each.band}",
                words=told(
                    f"before {before.shown:,}, {before.band}" if before is not None else "",
                    ", ".join(_moved(before, each)),
                    f"excluded: {shown(each.excluded)}" if each.excluded else "",
                ),
            )
            before = each


def _moved(before: Score | None, after: Score) -> Iterator[str]:
    """`Demo form +25`: the rules of the number that moved it by a point or more, most first; fit is told as one."""
    was, now = _points(before), _points(after)
    changed = {name: now.get(name, 0) - was.get(name, 0) for name in {**was, **now}}
    fit = changed.pop(Dimension.FIT.value, 0)
    telling = sorted((name for name in changed if abs(changed[name]) >= POINT), key=lambda name: -abs(changed[name]))
    yield from (f"{shown(name)} {signed(changed[name])}" for name in telling[:_TELLING])
    if len(telling) > _TELLING:
        yield f"and {counted(len(telling) - _TELLING, 'rule')} more"
    if fit:
        yield f"fit {signed(fit)}"


def _points(score: Score | None) -> Mapping[str, int]:
    """Of each rule of the engagement, and of fit as a whole."""
    found: dict[str, int] = {}
    for line in score.lines if score is not None else ():
        name = line.rule if line.dimension is Dimension.ENGAGEMENT else line.dimension.value
        found[name] = found.get(name, 0) + line.points
    return {name: points for name, points in found.items() if name not in _APART}
