"""What a person had met before each handoff, and which scoring rules gave points for them: what led up to it.

What was met counts for the next handoff alone: after the one before had ended, up to the moment of this one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.handoff import Handoff
from domain.score import Dimension
from domain.values import LeadId
from mapping.assets import Asset, Assets, is_met
from reports import histories
from reports.first_touches import channel_of
from reports.histories import Life
from reports.pages.passes import PORTION, Pass, Scope, passes_in, portions
from scoring.scanners import machine_keys
from scoring.scorer import Scorer
from store import clock_steps, passes
from store.engine import Store, Tx

_MARKETING = frozenset({Dimension.ENGAGEMENT, Dimension.FIT})
"""What opens a handoff; sales points and named scores have numbers of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """How what people did is named, and by which rules it is scored: those in force, one yardstick for all handoffs."""

    assets: Assets
    scorer: Scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """One handoff. `met`: what its person met before it, oldest first; `rules`: those that gave or took points."""

    of: Pass
    met: tuple[Asset, ...]
    rules: frozenset[str]

    @property
    def last(self) -> Asset | None:
        return self.met[-1] if self.met else None


def approaches_of(store: Store, scope: Scope, gauge: Gauge) -> Iterator[Approach]:
    """Every handoff that began in the window, by lead."""
    since, until = scope.window.since, scope.window.until
    yield from portions(
        store,
        lambda tx, last: passes.handed_over(tx, since=since, until=until, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope, gauge),
    )


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope, gauge: Gauge) -> Iterator[Approach]:
    steps = clock_steps.of_leads(tx, ids)
    for life in histories.of(tx, ids):
        channel = channel_of(life, scope.channels)
        if scope.channel in {None, channel}:
            yield from _approaches(
                life, list(passes_in(life, steps.get(life.lead.id, ()), channel=channel, scope=scope)), scope, gauge
            )


def _approaches(life: Life, theirs: Sequence[Pass], scope: Scope, gauge: Gauge) -> Iterator[Approach]:
    met = met_by(life, gauge)
    ended: datetime | None = None
    for each in theirs:
        opened = each.handoff.opened_at
        if scope.window.covers(opened) and scope.team in {None, each.team}:
            own = tuple(asset for at, asset in met if at <= opened and (ended is None or at > ended))
            yield Approach(of=each, met=own, rules=_rules(life, opened, gauge.scorer))
        ended = _end_of(each.handoff)


def met_by(life: Life, gauge: Gauge) -> list[tuple[datetime, Asset]]:
    """What one person met, oldest first, without what mail scanners did in their name."""
    machines = machine_keys(life.activities, gauge.scorer.book.source.scanners)
    rows = (each for each in life.activities if is_met(each) and each.key not in machines)
    return [(each.occurred_at, asset) for each in rows if (asset := gauge.assets.of(each)) is not None]


def _end_of(handoff: Handoff) -> datetime:
    """One that never ended has at least begun."""
    return handoff.closed_at or handoff.opened_at


def _rules(life: Life, at: datetime, scorer: Scorer) -> frozenset[str]:
    """By what was known then. What was taken back since counts no more."""
    score = scorer.score(life.facts, life.activities, as_of=at, known_at=at)
    return frozenset(each.rule for each in score.lines if each.points and each.dimension in _MARKETING)
