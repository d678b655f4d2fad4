"""Which of a lead's moves and moments belong to which of its handoffs, and who had it.

A pass lasts until the next one of the same lead begins: what came later belongs to that one. A move belongs to the
handoff that it names: one decision may end a pass with its success and open the next.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from domain.handoff import Handoff, Outcome, Queue
from domain.stage import Cause, Transition
from handoff.deadlines import back_to, returned_to

UNCOUNTED = frozenset({Outcome.MERGED, Outcome.ERASED})
"""Passes that ended because a record went, not because of anything that marketing or sales did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One handoff from its beginning up to, and without, its `end`; `moves`: those that are its, oldest first."""

    handoff: Handoff
    end: datetime | None
    moves: tuple[Transition, ...]

    @property
    def began(self) -> datetime:
        return began_at(self.handoff)

    def covers(self, at: datetime) -> bool:
        return self.began <= at and (self.end is None or at < self.end)


def spans_of(handoffs: Sequence[Handoff], moves: Sequence[Transition]) -> Iterator[Span]:
    """One lead's, as they began, without those that ended with the record: these cut no other short either.

    Numbers do not tell which came first: those of a lead that was merged in are higher, whenever they were opened.
    """
    counted = sorted((each for each in handoffs if each.outcome not in UNCOUNTED), key=_order)
    numbers = {each.number for each in counted}
    ends = [began_at(each) for each in counted[1:]]
    for handoff, end in zip(counted, [*ends, None][: len(counted)], strict=True):
        span = Span(handoff=handoff, end=end, moves=())
        yield Span(handoff=handoff, end=end, moves=tuple(each for each in moves if _is_of(each, span, numbers)))


def began_at(handoff: Handoff) -> datetime:
    """When it was opened, or when a rep rang who answered the request before it was."""
    return min(handoff.opened_at, handoff.touched_at or handoff.opened_at)


def rep_of(handoff: Handoff) -> str | None:
    """Whoever has it, or had it last: who gave it back for its data is still to have it."""
    if handoff.owner is not None:
        return handoff.owner
    if handoff.queue is Queue.NEEDS_DATA and (back := back_to(handoff)) is not None:
        return back
    # Who gave back the pass before is not to be asked in this one, and never had it.
    had = handoff.tried[1:] if returned_to(handoff) is not None else handoff.tried
    return had[-1] if had else back_to(handoff)


def _order(handoff: Handoff) -> tuple[datetime, int]:
    return began_at(handoff), handoff.number


def _is_of(move: Transition, span: Span, counted: Set[int]) -> bool:
    """By the handoff that it names; where it names none that counts, by its moment."""
    if move.cause is Cause.BASELINE:
        return False
    if move.handoff in counted:
        return move.handoff == span.handoff.number
    return span.covers(move.at)
