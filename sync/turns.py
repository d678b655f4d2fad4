"""What one decision does to whose turn it is and to the reps' desks, kept apart from the state it was made on.

A plan is applied lead by lead and some are skipped: only what belongs to the others happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from handoff.rotation import Load, RoutingState, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How many leads more (or fewer) a rep was given on `day` and has open."""

    day: date
    new: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Pools with the slot that was served last, and reps with what changed on their desk."""

    served: Mapping[str, Turn]
    desks: Mapping[str, Desk]

    def taken(self, state: RoutingState) -> RoutingState:
        """The state once this has happened to it too, whatever else happened since it was planned."""
        loads = {who: _added(state, who, desk) for who, desk in self.desks.items()}
        return replace(state, turns={**state.turns, **self.served}, loads={**state.loads, **loads})


def between(before: RoutingState, after: RoutingState) -> Turns:
    """What makes `after` of `before`."""
    served = {pool: turn for pool, turn in sorted(after.turns.items()) if before.turns.get(pool) != turn}
    desks = {
        who: Desk(
            day=load.day,
            new=load.new - before.new_on(who, load.day),
            open=load.open - before.open_of(who),
        )
        for who, load in sorted(after.loads.items())
        if before.loads.get(who) != load
    }
    return Turns(served=served, desks=desks)


def _added(state: RoutingState, who: str, desk: Desk) -> Load:
    known = state.loads.get(who)
    still_open = max(state.open_of(who) + desk.open, 0)
    if known is not None and known.day > desk.day:
        return replace(known, open=still_open)
    return Load(day=desk.day, new=max(state.new_on(who, desk.day) + desk.new, 0), open=still_open)
