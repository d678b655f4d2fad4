"""Every time a lead was put to rest in a window, and whether it came back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from reports import histories
from reports.first_touches import channel_of
from reports.histories import Life
from reports.pages.passes import PORTION, Pass, Scope, passes_in, portions
from reports.pages.spans import Span, spans_of
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
        channel = channel_of(life, scope.channels)
        if scope.channel is None or scope.channel == channel:
            theirs = list(passes_in(life, steps.get(life.lead.id, ()), channel=channel, scope=scope))
            yield from rests_in(life, theirs, channel)


def rests_in(life: Life, passes: Sequence[Pass], channel: str) -> Iterator[Rest]:
    """One lead's, oldest first. A rest that was there before leadloop has no beginning and is none.

    What comes first is told by the order of moves and passes and not by their moments: a lead may come back and be put
    to rest again in one instant.
    """
    places = [place for place, move in enumerate(life.transitions) if _begins(move)]
    spans = list(spans_of(life.handoffs, life.transitions))
    for place, following in zip(places, [*places[1:], None][: len(places)], strict=True):
        move = life.transitions[place]
        last = life.transitions[following] if following is not None else None
        back = next(_later(passes, spans, move, last), None)
        gone = (each.after for each in life.transitions[place + 1 : following] if each.before is Stage.RECYCLED)
        yield Rest(
            lead_id=life.lead.id,
            at=move.at,
            reason=_reason(life, move),
            channel=channel,
            back=back,
            ended_as=next(gone, None) if back is None else None,
        )


def _begins(move: Transition) -> bool:
    is_rest = move.after is Stage.RECYCLED and move.before is not Stage.RECYCLED
    return is_rest and move.cause is not Cause.BASELINE


def _later(passes: Sequence[Pass], spans: Sequence[Span], rest: Transition, last: Transition | None) -> Iterator[Pass]:
    """The passes, one for each span, that began after this rest did and before the `last` move, the next one's."""
    ended = _pass_of(rest, spans)
    until = _pass_of(last, spans) if last is not None else -1
    for place, each in enumerate(passes):
        at = each.handoff.opened_at
        if place > ended and at >= rest.at and (last is None or place <= until or at < last.at):
            yield each


def _pass_of(move: Transition, spans: Sequence[Span]) -> int:
    """The place of the pass that a move belongs to; -1 before the first of them."""
    return next((place for place, span in enumerate(spans) if any(each is move for each in span.moves)), -1)


def _reason(life: Life, move: Transition) -> str:
    """The outcome of the handoff that it ended; of a rest without a handoff what put the lead there."""
    ended = next((each for each in life.handoffs if each.number == move.handoff), None)
    if ended is not None and ended.outcome is not None:
        return ended.outcome.value
    return life.lead.recycled_as or "without a handoff"
