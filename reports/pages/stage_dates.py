"""When a lead came to a stage by leadloop's own ledger: once for each of its passes.

Whoever came farther at once came to the stage as well. A step back below it takes the date back; a pass ends where the
next one begins. What the first look found has no date: it was so before, nobody knows since when.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.stage import Cause, Stage, Transition

_RANKS = {
    stage: rank
    for rank, stage in enumerate(
        (
            *(Stage.KNOWN, Stage.ENGAGED, Stage.MQL, Stage.ASSIGNED),
            *(Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER),
        )
    )
}
"""Stages aside (recycled, disqualified) are neither before nor behind any."""
_BEGINS_FROM = frozenset({Stage.KNOWN, Stage.ENGAGED, Stage.RECYCLED, Stage.DISQUALIFIED})


def is_as_far(stage: Stage, as_this: Stage) -> bool:
    """Whether a stage is this one or lies beyond it; none aside does."""
    return stage in _RANKS and _RANKS[stage] >= _RANKS[as_this]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDates:
    """`dates`: of the passes that came to it and did not go back from it, oldest first. `taken_back`: of those that
    did. `skipped`: those of `dates` on which it came farther at once. `was_found`: the first look found it there or
    farther."""

    dates: tuple[datetime, ...] = ()
    skipped: frozenset[datetime] = frozenset()
    taken_back: tuple[datetime, ...] = ()
    was_found: bool = False


class _Pass:
    """One pass as its moves are told."""

    def __init__(self, stage: Stage, found: Stage | None = None) -> None:
        self._stage = stage
        self._found = found
        self.came: datetime | None = None
        self.has_skipped = False
        self.taken_back: list[datetime] = []

    def move(self, after: Stage, at: datetime) -> None:
        if after not in _RANKS:
            return
        if is_as_far(after, self._stage):
            if self.came is None and not self._was_there:
                self.came, self.has_skipped = at, after is not self._stage
            return
        self._found = after if self._found is not None else None
        if self.came is not None:
            self.taken_back.append(self.came)
            self.came = None

    @property
    def _was_there(self) -> bool:
        return self._found is not None and is_as_far(self._found, self._stage)


def dates_of(moves: Sequence[Transition], stage: Stage, *, chained: Collection[datetime] = ()) -> StageDates:
    """`moves`: of one lead, oldest first. `chained`: when handoffs were opened that follow on another one, which goes
    on as a pass of its own."""
    now, ended, found = _Pass(stage), list[_Pass](), False
    for move in moves:
        if move.cause is Cause.BASELINE:
            found = is_as_far(move.after, stage)
            ended.append(now)
            now = _Pass(stage, move.after)
            continue
        if _begins(move, chained):
            ended.append(now)
            now = _Pass(stage)
        now.move(move.after, move.at)
    passes = (*ended, now)
    return StageDates(
        dates=tuple(sorted(each.came for each in passes if each.came is not None)),
        skipped=frozenset(each.came for each in passes if each.came is not None and each.has_skipped),
        taken_back=tuple(sorted(at for each in passes for at in each.taken_back)),
        was_found=found,
    )


def _begins(move: Transition, chained: Collection[datetime]) -> bool:
    """A silent customer who comes back begins anew, and stays a customer of before."""
    if (move.before, move.after) == (Stage.CUSTOMER, Stage.MQL):
        return True
    return move.before in _BEGINS_FROM or (move.after is Stage.MQL and move.at in chained)
