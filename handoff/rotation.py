"""Whose turn it is, and what each rep has on the desk: the part of routing that is remembered.

A pool's members stand in a fixed round of slots, as many as their weight, spread evenly. The pointer
is the slot served last, kept with the round it belonged to, so that it finds its place when the pool
changes. Whoever cannot be served when the pointer passes is passed: nothing is made up for later. Only a
lead that could not be worked is: its rep is served before the pointer moves on, unless they went away.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from math import gcd
from typing import Self

from config.routing import Member

KEPT_MISSES = 200
"""More of one rep are not remembered; a rest comes after a hundred at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The slot served last in a round of e-mails."""

    slots: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a rep was given on `day` (the team's date) and has open."""

    day: date
    new: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """How many requests to be called somebody was given while the team was away, for the opening that follows."""

    opens: datetime
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingState:
    """What one assignment leaves for the next: the pools' pointers and the reps' loads."""

    turns: Mapping[str, Turn] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    misses: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    """When reps did not touch a lead in time, oldest first; kept only where somebody may have to rest for it."""

    def missed(self, email: str, *times: datetime) -> Self:
        """Count leads that were not touched in time, by when they were due."""
        known = sorted([*self.misses.get(email, ()), *times])
        return replace(self, misses={**self.misses, email: tuple(known[-KEPT_MISSES:])})

    owed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By pool, whose turn is given back, oldest first; a rep stands there once per turn."""
    nights: Mapping[str, Night] = field(default_factory=dict)
    """By rep, how many requests to be called they were given for one opening."""

    def new_on(self, email: str, day: date) -> int:
        load = self.loads.get(email)
        return load.new if load is not None and load.day == day else 0

    def open_of(self, email: str) -> int:
        load = self.loads.get(email)
        return load.open if load is not None else 0

    def served(self, pool: str, slots: tuple[str, ...], at: int) -> Self:
        """Move a pool's pointer to the slot that was just served."""
        return replace(self, turns={**self.turns, pool: Turn(slots=slots, at=at)})

    def gave(self, email: str, day: date) -> Self:
        """Count one more lead for a rep."""
        load = Load(day=day, new=self.new_on(email, day) + 1, open=self.open_of(email) + 1)
        return replace(self, loads={**self.loads, email: load})

    def holds(self, email: str, day: date) -> Self:
        """Count a lead on a rep's desk that a person put there: it takes no turn of the day."""
        load = Load(day=day, new=self.new_on(email, day), open=self.open_of(email) + 1)
        return replace(self, loads={**self.loads, email: load})

    def took(self, email: str | None) -> Self:
        """Count one lead less on a rep's desk; nothing for nobody."""
        load = self.loads.get(email) if email is not None else None
        if email is None or load is None or load.open == 0:
            return self
        return replace(self, loads={**self.loads, email: replace(load, open=load.open - 1)})

    def credited(self, pool: str, email: str, day: date) -> Self:
        """Give a turn of `day` back: it counts neither in the round nor in the new leads of that day."""
        owed = {**self.owed, pool: (*self.owed.get(pool, ()), email)}
        load = self.loads.get(email)
        if load is None or load.day != day or load.new == 0:
            return replace(self, owed=owed)
        return replace(self, owed=owed, loads={**self.loads, email: replace(load, new=load.new - 1)})

    def repaid(self, pool: str, email: str) -> Self:
        """Take one turn that was owed; nothing where none was."""
        waiting = list(self.owed.get(pool, ()))
        if email not in waiting:
            return self
        waiting.remove(email)
        return replace(self, owed={**self.owed, pool: tuple(waiting)} if waiting else _without(self.owed, pool))

    def forgiven(self, pool: str, gone: Set[str]) -> Self:
        """Forget what is owed to reps who are not there: absence is not made up for."""
        waiting = self.owed.get(pool, ())
        kept = tuple(email for email in waiting if email not in gone)
        if kept == waiting:
            return self
        return replace(self, owed={**self.owed, pool: kept} if kept else _without(self.owed, pool))

    def in_night(self, who: str, opens: datetime) -> int:
        """How many requests were given for this opening so far."""
        night = self.nights.get(who)
        return night.given if night is not None and night.opens == opens else 0

    def slept(self, who: str, opens: datetime) -> Self:
        """Count one more request that waits for an opening."""
        night = Night(opens=opens, given=self.in_night(who, opens) + 1)
        return replace(self, nights={**self.nights, who: night})

    def to_json(self) -> str:
        turns = {pool: {"slots": turn.slots, "at": turn.at} for pool, turn in self.turns.items()}
        loads = {who: [load.day.isoformat(), load.new, load.open] for who, load in self.loads.items()}
        owed = {"owed": self.owed} if self.owed else {}
        misses = {who: [at.isoformat() for at in times] for who, times in self.misses.items()}
        nights = {who: [night.opens.isoformat(), night.given] for who, night in self.nights.items()}
        found = {"turns": turns, "loads": loads, **owed}
        found |= {name: rows for name, rows in (("misses", misses), ("nights", nights)) if rows}
        return json.dumps(found, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | None) -> Self:
        """Read what `to_json` wrote; None, as in a new installation, is the beginning."""
        if text is None:
            return cls()
        read = json.loads(text)
        return cls(
            turns={pool: Turn(slots=tuple(turn["slots"]), at=turn["at"]) for pool, turn in read["turns"].items()},
            loads={
                who: Load(day=date.fromisoformat(day), new=new, open=still)
                for who, (day, new, still) in read["loads"].items()
            },
            misses={who: tuple(map(datetime.fromisoformat, times)) for who, times in read.get("misses", {}).items()},
            owed={pool: tuple(waiting) for pool, waiting in read.get("owed", {}).items()},
            nights={
                who: Night(opens=datetime.fromisoformat(opens), given=given)
                for who, (opens, given) in read.get("nights", {}).items()
            },
        )


def _without(owed: Mapping[str, tuple[str, ...]], pool: str) -> dict[str, tuple[str, ...]]:
    return {name: waiting for name, waiting in owed.items() if name != pool}


def round_of(members: Sequence[Member]) -> tuple[str, ...]:
    """Lay out the slots of one round: each member as often as their weight, spread evenly."""
    return _spread(tuple((member.email.casefold(), member.weight) for member in members))


@lru_cache(maxsize=256)
def _spread(weights: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """Smooth weighted round robin (as nginx has it): everybody gains their weight, the richest pays the total."""
    divisor = gcd(*(weight for _, weight in weights))
    shares = {email: weight // divisor for email, weight in weights}
    total = sum(shares.values())
    credit = dict.fromkeys(shares, 0)
    slots = []
    for _ in range(total):
        credit = {email: credit[email] + shares[email] for email in credit}
        richest = max(credit, key=lambda email: credit[email])
        credit[richest] -= total
        slots.append(richest)
    return tuple(slots)


def in_turn(slots: tuple[str, ...], turn: Turn | None) -> Iterator[int]:
    """Yield the indices of a round beginning with whose turn it is."""
    start = _start(slots, turn)
    for step in range(len(slots)):
        yield (start + step) % len(slots)


def _start(slots: tuple[str, ...], turn: Turn | None) -> int:
    if turn is None:
        return 0
    if turn.slots == slots:
        return (turn.at + 1) % len(slots)
    return _after_change(slots, turn)


def _after_change(slots: tuple[str, ...], turn: Turn) -> int:
    """Find the first slot after the pointer in the old round whose member is still there, in the new round."""
    for step in range(1, len(turn.slots) + 1):
        index = (turn.at + step) % len(turn.slots)
        email = turn.slots[index]
        if email in slots:
            nth = turn.slots[:index].count(email)
            places = [place for place, each in enumerate(slots) if each == email]
            return places[min(nth, len(places) - 1)]
    return 0


def next_served(slots: tuple[str, ...], turn: Turn | None, can_serve: Callable[[str], bool]) -> int | None:
    """Give the first index in turn whose member can be served; None when nobody can."""
    return next((index for index in in_turn(slots, turn) if can_serve(slots[index])), None)
