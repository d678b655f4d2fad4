"""Every time a lead was put to rest in a window, and whether it came back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from reports import histories
from reports.histories import Life
from reports.pages.passes import PORTION, Pass, Scope, passes_in, portions
from store import clock_steps, passes
from store.engine import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """From when a lead was put to rest until its next handoff began. `reason`: the outcome that put it there, or the
    rule's or person's word; `back`: the handoff with which it came back; `ended_as`: where it went instead."""

    lead_id: LeadId
    at: datetime
    reason: str
    channel: str
    back: Pass | None
    ended_as: Stage | None

    @property
    def back_at(self) -> datetime | None:
        return self.back.handoff.opened_at if self.back is not None else None

    @property
    def accepted_at(self) -> datetime | None:
        return self.back.accepted_at if self.back is not None else None

    @property
    def qualified_at(self) -> datetime | None:
        return self.back.qualified_at if self.back is not None else None

    @property
    def won_at(self) -> datetime | None:
        return self.back.won_at if self.back is not None else None


def rests_of(store: Store, scope: Scope) -> Iterator[Rest]:
    """Every rest that began in the window, by lead."""
    span = {"since": scope.window.since, "until": scope.window.until}
    found = portions(
        store,
        lambda tx, last: passes.put_to_rest(tx, **span, after=last, limit=PORTION),
        lambda tx, ids: _read(tx, ids, scope),
    )
    yield from (each for each in found if scope.window.covers(each.at))


def _read(tx: Tx, ids: Sequence[LeadId], scope: Scope) -> Iterator[Rest]:
    steps = clock_steps.of_leads(tx, ids)
    for life in histories.of(tx, ids):
        channel = scope.channels.of_lead(life.activities, life.facts)
        if scope.channel is None or scope.channel == channel:
            theirs = list(passes_in(life, steps.get(life.lead.id, ()), channel=channel, scope=scope))
            yield from rests_in(life, theirs, channel)


def rests_in(life: Life, passes: Sequence[Pass], channel: str) -> Iterator[Rest]:
    """One lead's, oldest first. A rest that was there before leadloop has no beginning and is none."""
    begun = [
        each
        for each in life.transitions
        if each.after is Stage.RECYCLED and each.before is not Stage.RECYCLED and each.cause is not Cause.BASELINE
    ]
    for place, move in enumerate(begun):
        end = begun[place + 1].at if place + 1 < len(begun) else None
        back = next((each for each in passes if _lies(each.handoff.opened_at, move.at, end)), None)
        yield Rest(
            lead_id=life.lead.id,
            at=move.at,
            reason=_reason(life, move),
            channel=channel,
            back=back,
            ended_as=_elsewhere(life, move, end) if back is None else None,
        )


def _lies(at: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= at and (until is None or at < until)


def _reason(life: Life, move: Transition) -> str:
    """The outcome of the handoff that it ended; of a rest without a handoff what put the lead there."""
    ended = next((each for each in life.handoffs if each.number == move.handoff), None)
    if ended is not None and ended.outcome is not None:
        return ended.outcome.value
    return life.lead.recycled_as or "without a handoff"


def _elsewhere(life: Life, move: Transition, end: datetime | None) -> Stage | None:
    """The stage for which it left its rest without a handoff: a deal, or the way out."""
    later = (each for each in life.transitions if each.before is Stage.RECYCLED and _lies(each.at, move.at, end))
    return next((each.after for each in later), None)
