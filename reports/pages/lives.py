"""The leads of a window, each with its passes: what a funnel is made of.

Who was there before leadloop became known nobody knows when: of these only who was handed over in the window is told,
and apart from the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.stage import Stage
from domain.values import LeadId
from reports import histories
from reports.first_touches import channel_of
from reports.pages.passes import PORTION, Pass, Scope, passes_in, portions
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
    is_customer: bool = False
    """Whether the lead ever came to be one, by a handoff or without."""

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
    span = {"since": scope.window.since, "until": scope.window.until}
    yield from portions(
        store,
        lambda tx, last: passes.became_known(tx, **span, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope, older=False),
    )


def older_ways_of(store: Store, scope: Scope) -> Iterator[Way]:
    """Who was there before leadloop and was handed over for the first time in the window, by number."""
    span = {"since": scope.window.since, "until": scope.window.until}
    found = portions(
        store,
        lambda tx, last: passes.handed_over(tx, **span, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope, older=True),
    )
    yield from (each for each in found if scope.window.covers(each.handed_over_at))


def is_older(known_at: datetime, scope: Scope) -> bool:
    return scope.loaded_until is not None and known_at <= scope.loaded_until


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope, *, older: bool) -> Iterator[Way]:
    known = {lead: at for lead, at in passes.known_at(tx, ids).items() if is_older(at, scope) is older}
    steps = clock_steps.of_leads(tx, sorted(known))
    for life in histories.of(tx, sorted(known)):
        lead = life.lead.id
        channel = channel_of(life, scope.channels)
        if scope.channel is None or scope.channel == channel:
            theirs = list(passes_in(life, steps.get(lead, ()), channel=channel, scope=scope))
            way = way_of(lead, channel, known_at=known[lead], passes=theirs)
            yield replace(way, is_customer=any(each.after is Stage.CUSTOMER for each in life.transitions))


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
