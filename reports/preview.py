"""Everybody under two versions of the rules at one moment: how the numbers spread, and who changes sides of the line.

Counts only, and as many of the people as are asked for: the size of the ledger does not matter.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.lead import Lead
from domain.score import POINT, Grade, Step
from domain.stage import Stage
from reports.histories import Life
from scoring.scorer import Scorer

WIDTH = 10
"""Points per bar of the histogram."""
TOP = 100
"""From so many points on there is one bar."""
_FREE = frozenset({Stage.KNOWN, Stage.ENGAGED, Stage.MQL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where one lead stands by one version; `engagement` in thousandths. `asked`: at some time to be called."""

    engagement: int
    grade: Grade
    step: Step
    excluded: str | None
    above: bool
    asked: bool

    @property
    def band(self) -> str:
        return f"{self.grade} {self.step}"

    @property
    def bar(self) -> int:
        """The lowest points of its bar; below nothing all is one."""
        return max(-WIDTH, min(TOP, self.engagement // POINT // WIDTH * WIDTH))


@dataclass(slots=True)
class Side:
    """All leads by one version of the rules."""

    name: str
    scorer: Scorer
    bars: Counter[int] = field(default_factory=Counter)
    bands: Counter[tuple[Grade, Step]] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    above: int = 0
    asked: int = 0

    def add(self, stand: Stand) -> None:
        self.bars[stand.bar] += 1
        self.bands[stand.grade, stand.step] += 1
        self.above += stand.above
        self.asked += stand.asked
        if stand.excluded is not None:
            self.excluded[stand.excluded] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """One lead that changes sides. `listed`: it would wait in a held set for a person's word."""

    lead: Lead
    before: Stand
    after: Stand
    listed: bool

    @property
    def rises(self) -> bool:
        return self.after.above


@dataclass(slots=True)
class Preview:
    """`listed`: leads that the draft has above the line and nobody was handed; `engaged`: with sales, or resting."""

    now: datetime
    before: Side
    after: Side
    leads: int = 0
    up: int = 0
    down: int = 0
    movers_asked: int = 0
    listed: int = 0
    engaged: int = 0
    newly_excluded: int = 0
    no_longer_excluded: int = 0
    newly_asked: int = 0
    no_longer_asked: int = 0


def preview(batches: Iterator[list[Life]], found: Preview) -> Iterator[Mover]:
    """Count everybody into `found`, and tell of each who changes sides on the way."""
    for batch in batches:
        befores = stands(found.before.scorer, batch, now=found.now)
        afters = stands(found.after.scorer, batch, now=found.now)
        for life, before, after in zip(batch, befores, afters, strict=True):
            found.leads += 1
            found.before.add(before)
            found.after.add(after)
            _count(found, life, before, after)
            if before.above is not after.above:
                yield Mover(lead=life.lead, before=before, after=after, listed=after.above and is_listed(life))


def stands(scorer: Scorer, batch: Sequence[Life], *, now: datetime) -> list[Stand]:
    """A portion of leads by one version, in their order: the one place that scores."""
    return [_stand(scorer, life, now) for life in batch]


def is_listed(life: Life) -> bool:
    """Whether a lead above the line waits to be approved: nobody was handed it, and nobody took the flag back."""
    lead = life.lead
    is_spent = lead.mql_since is not None and lead.stage is not Stage.MQL
    return lead.stage in _FREE and not is_spent and not any(each.is_open for each in life.handoffs)


def _stand(scorer: Scorer, life: Life, now: datetime) -> Stand:
    score = scorer.score(life.facts, life.activities, as_of=now, known_at=now)
    line = scorer.book.source.line
    reaches = score.engagement >= line.engagement * POINT and score.grade.at_least(line.fit)
    return Stand(
        engagement=score.engagement,
        grade=score.grade,
        step=score.step,
        excluded=score.excluded,
        above=reaches and score.excluded is None,
        asked=bool(score.hand_raises),
    )


def _count(found: Preview, life: Life, before: Stand, after: Stand) -> None:
    moves = before.above is not after.above
    found.up += moves and after.above
    found.down += moves and before.above
    found.movers_asked += moves and after.asked
    listed = after.above and is_listed(life)
    found.listed += listed
    found.engaged += after.above and not listed
    found.newly_excluded += before.excluded is None and after.excluded is not None
    found.no_longer_excluded += before.excluded is not None and after.excluded is None
    found.newly_asked += after.asked and not before.asked
    found.no_longer_asked += before.asked and not after.asked
