"""What one decision does to whose turn it is and to the reps' desks, kept apart from the state it was made on.

A plan is applied lead by lead and some are skipped: only what belongs to the others happens.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from handoff.rotation import Load, Night, RoutingState, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How many leads more (or fewer) a rep was given on `day` and has open."""

    day: date
    new: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Pools with the slot that was served last, and reps with what changed on their desk or was not touched in time."""

    served: Mapping[str, Turn]
    desks: Mapping[str, Desk]
    missed: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    owed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Pool → rep → turns that are owed more, or fewer."""
    nights: Mapping[str, Night] = field(default_factory=dict)

    def taken(self, state: RoutingState) -> RoutingState:
        """The state once this has happened to it too, whatever else happened since it was planned."""
        loads = {who: _added(state, who, desk) for who, desk in self.desks.items()}
        moved = replace(state, turns={**state.turns, **self.served}, loads={**state.loads, **loads})
        for who, times in self.missed.items():
            moved = moved.missed(who, *times)
        owed = {pool: _owing(moved.owed.get(pool, ()), more) for pool, more in self.owed.items()}
        still = {pool: waiting for pool, waiting in {**moved.owed, **owed}.items() if waiting}
        return replace(moved, owed=still, nights={**moved.nights, **self.nights})


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
    missed = {
        who: fresh
        for who, times in sorted(after.misses.items())
        if (fresh := tuple(sorted((Counter(times) - Counter(before.misses.get(who, ()))).elements())))
    }
    owed = {
        pool: dict(sorted(more.items()))
        for pool in sorted({*before.owed, *after.owed})
        if (more := _owed_more(before.owed.get(pool, ()), after.owed.get(pool, ())))
    }
    nights = {who: night for who, night in sorted(after.nights.items()) if before.nights.get(who) != night}
    return Turns(served=served, desks=desks, missed=missed, owed=owed, nights=nights)


def _owed_more(before: Sequence[str], after: Sequence[str]) -> dict[str, int]:
    counts = {who: after.count(who) - before.count(who) for who in {*before, *after}}
    return {who: count for who, count in counts.items() if count}


def _owing(waiting: Sequence[str], more: Mapping[str, int]) -> tuple[str, ...]:
    """What is owed after so many turns more or fewer; whoever waits keeps their place."""
    found = list(waiting)
    for who, count in more.items():
        for _ in range(-count):
            if who in found:
                found.remove(who)
        found.extend([who] * count)
    return tuple(found)


def _added(state: RoutingState, who: str, desk: Desk) -> Load:
    known = state.loads.get(who)
    still_open = max(state.open_of(who) + desk.open, 0)
    if known is not None and known.day > desk.day:
        return replace(known, open=still_open)
    return Load(day=desk.day, new=max(state.new_on(who, desk.day) + desk.new, 0), open=still_open)
