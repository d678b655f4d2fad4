"""The leads that became known in a window, each with its passes: what a funnel is made of."""

from collections.abc import Iterator, Sequence
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
    last = LeadId(0)
    while True:
        with store.read() as tx:
            found = passes.known(tx, since=scope.window.since, until=scope.window.until, after=last, limit=PORTION)
            ways = list(_read(tx, found, scope))
        if not found:
            return
        last = found[-1][0]
        yield from ways


def _read(tx: Tx, found: Sequence[tuple[LeadId, datetime]], scope: Scope) -> Iterator[Way]:
    ids = [lead for lead, _ in found]
    known, steps = dict(found), clock_steps.of_leads(tx, ids)
    for life in histories.of(tx, ids):
        lead = life.lead.id
        if scope.loaded_until is not None and known[lead] <= scope.loaded_until:
            continue
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
