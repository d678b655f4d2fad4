"""Everybody under two versions of the rules at one moment: how the numbers spread, and who changes sides of the line.

Counts only, and as many of the people as are asked for: the size of the ledger does not matter.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.block import NEVER, Block
from domain.handoff import Handoff
from domain.lead import Lead
from domain.score import POINT, Grade, Step
from domain.stage import Stage
from domain.values import LeadId
from scoring.bulk import GRADES, STEPS, BulkScorer
from scoring.scorer import Scorer
from store import blocks, handoffs, leads
from store.engine import Store, Tx

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


def preview(store: Store, found: Preview) -> Iterator[Mover]:
    """Count everybody into `found`, and tell of each who changes sides on the way.

    Each portion is read in a transaction of its own, so that looking at everybody holds up no daemon.
    """
    befores, afters = BulkScorer(found.before.scorer), BulkScorer(found.after.scorer)
    columns, last = blocks.Columns(_asked(befores, afters)), LeadId(0)
    while True:
        with store.read() as tx:
            block = columns.after(tx, last)
            if block is None:
                return
            stands = (_stands(each, block, found.now) for each in (befores, afters))
            pairs = dict(zip(block.leads, zip(*stands, strict=True), strict=True))
            lives = _lives(tx, [lead for lead, (before, after) in pairs.items() if before.above or after.above])
        for lead, (before, after) in pairs.items():
            listed = after.above and is_listed(*lives[lead])
            _count(found, before, after, listed=listed)
            if before.above is not after.above:
                yield Mover(lead=lives[lead][0], before=before, after=after, listed=listed)
        last = block.leads[-1]


def is_listed(lead: Lead, open: Handoff | None) -> bool:
    """Whether a lead above the line waits to be approved: nobody was handed it, and nobody took the flag back."""
    is_spent = lead.mql_since is not None and lead.stage is not Stage.MQL
    return lead.stage in _FREE and not is_spent and open is None


def _asked(*scorers: BulkScorer) -> frozenset[str] | None:
    names = [each.names for each in scorers]
    return None if None in names else frozenset[str]().union(*(each for each in names if each is not None))


def _lives(tx: Tx, ids: Sequence[LeadId]) -> Mapping[LeadId, tuple[Lead, Handoff | None]]:
    running = handoffs.open_of(tx, ids)
    return {number: (lead, running.get(number)) for number, lead in leads.get(tx, ids).items()}


def _stands(bulk: BulkScorer, block: Block, now: datetime) -> list[Stand]:
    """Everybody of a block by one version, in its order."""
    totals, bars = bulk.totals(block, as_of=now, known_at=now), bulk.exclusions
    above = totals.above(bulk.line) & (totals.excluded < 0)
    columns = (totals.engagement, totals.grades, totals.steps, totals.excluded, above, totals.hand_raised_us != NEVER)
    return [
        Stand(
            engagement=points,
            grade=GRADES[grade],
            step=STEPS[step],
            excluded=None if bar < 0 else bars[bar],
            above=is_above,
            asked=has_asked,
        )
        for points, grade, step, bar, is_above, has_asked in zip(*(each.tolist() for each in columns), strict=True)
    ]


def _count(found: Preview, before: Stand, after: Stand, *, listed: bool) -> None:
    found.leads += 1
    found.before.add(before)
    found.after.add(after)
    moves = before.above is not after.above
    found.up += moves and after.above
    found.down += moves and before.above
    found.movers_asked += moves and after.asked
    found.listed += listed
    found.engaged += after.above and not listed
    found.newly_excluded += before.excluded is None and after.excluded is not None
    found.no_longer_excluded += before.excluded is not None and after.excluded is None
    found.newly_asked += after.asked and not before.asked
    found.no_longer_asked += before.asked and not after.asked
