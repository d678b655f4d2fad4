"""The leads of a window, each with its passes: what a funnel is made of.

Who was there before leadloop became known nobody knows when: of these only who was handed over in the window is told,
and apart from the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.values import LeadId
from reports import histories
from reports.pages.passes import PORTION, Pass, Scope, passes_in
from store import clock_steps, passes
from store.engine import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One lead since it became known. Each moment is the first of its kind in any of its passes; None: not so far.

    Nobody is ahead of the steps before: who was won was accepted, and whoever was accepted was handed over.
    """

    lead_id: LeadId
    channel: str
    known_at: datetime
    handed_over_at: datetime | None
    accepted_at: datetime | None
    qualified_at: datetime | None
    opportunity_at: datetime | None
    won_at: datetime | None

    @property
    def moments(self) -> tuple[datetime | None, ...]:
        return (
            self.known_at,
            self.handed_over_at,
            self.accepted_at,
            self.qualified_at,
            self.opportunity_at,
            self.won_at,
        )


def ways_of(store: Store, scope: Scope) -> Iterator[Way]:
    """Everybody who became known in the window, but who was there before leadloop, by number."""
    window = scope.window
    last = LeadId(0)
    while True:
        with store.read() as tx:
            found = passes.known(tx, since=window.since, until=window.until, after=last, limit=PORTION)
            fresh = {lead: at for lead, at in found if not is_older(at, scope)}
            ways = list(_read(tx, fresh, scope))
        if not found:
            return
        last = found[-1][0]
        yield from ways


def older_ways_of(store: Store, scope: Scope) -> Iterator[Way]:
    """Who was there before leadloop and was handed over in the window, by number."""
    window = scope.window
    last = LeadId(0)
    while True:
        with store.read() as tx:
            ids = passes.handed_over(tx, since=window.since, until=window.until, after=last, limit=PORTION)
            older = {lead: at for lead, at in passes.known_at(tx, ids).items() if is_older(at, scope)}
            ways = [each for each in _read(tx, older, scope) if window.covers(each.handed_over_at)]
        if not ids:
            return
        last = ids[-1]
        yield from ways


def is_older(known_at: datetime, scope: Scope) -> bool:
    return scope.loaded_until is not None and known_at <= scope.loaded_until


def _read(tx: Tx, known: Mapping[LeadId, datetime], scope: Scope) -> Iterator[Way]:
    ids = sorted(known)
    steps = clock_steps.of_leads(tx, ids)
    for life in histories.of(tx, ids):
        lead = life.lead.id
        channel = scope.channels.of_lead(life.activities, life.facts)
        if scope.channel is None or scope.channel == channel:
            theirs = list(passes_in(life, steps.get(lead, ()), channel=channel, scope=scope))
            yield way_of(lead, channel, known_at=known[lead], passes=theirs)


def way_of(lead: LeadId, channel: str, *, known_at: datetime, passes: Sequence[Pass]) -> Way:
    def first(moments: Iterator[datetime | None]) -> datetime | None:
        return min((at for at in moments if at is not None), default=None)

    return Way(
        lead_id=lead,
        channel=channel,
        known_at=known_at,
        handed_over_at=first(each.handoff.opened_at for each in passes),
        accepted_at=first(each.accepted_at for each in passes),
        qualified_at=first(each.qualified_at for each in passes),
        opportunity_at=first(each.opportunity_at for each in passes),
        won_at=first(each.won_at for each in passes),
    )
