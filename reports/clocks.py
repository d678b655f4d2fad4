"""How the clocks stand: which teams they act for and why, whom they wait for, what was missed, who rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.mapping import MappingRules
from domain.coverage import Coverage, CoverageByRep
from handoff.earshot import Footing, footing
from handoff.resting import rests_until
from handoff.rotation import RoutingState
from handoff.rulebook import Rulebook
from store import clock_steps, coverage, handoffs, heard
from store.clock_steps import Breaches
from store.engine import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamClock:
    """One team's touch clock. `own`: its coverage, also where another figure decided; `reps`: by e-mail."""

    team: str
    footing: Footing
    own: Coverage
    reps: Sequence[tuple[str, Coverage]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """A system that clocks wait for. `since`: until when it was read, None where it never was; `leads`: whose time was
    up after that."""

    connection: str
    since: datetime | None
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksStanding:
    """`at`: when coverage was counted, None before the first time. `resting`: until when, by e-mail."""

    at: datetime | None
    teams: Sequence[TeamClock]
    unheard: Sequence[Unheard]
    breaches: Sequence[Breaches]
    resting: Sequence[tuple[str, datetime]]


def clocks_standing(
    tx: Tx, book: Rulebook, mapping: MappingRules, *, patience: timedelta, now: datetime
) -> ClocksStanding:
    """`patience`: so long a system may go without being read before it is worth a word."""
    kept = coverage.kept(tx)
    state = RoutingState.from_json(handoffs.routing_state(tx))
    rule = book.routing.clocks.rest
    resting = ((email, rests_until(misses, rule, now=now)) for email, misses in sorted(state.misses.items()))
    return ClocksStanding(
        at=kept.at,
        teams=[_team(book, name, kept) for name in book.calendars],
        unheard=[
            Unheard(
                connection=name,
                since=None if until == heard.NEVER else until,
                leads=handoffs.due_within(tx, after=until, until=now),
            )
            for name, until in heard.until(tx, mapping.workplaces).items()
            if now - until > patience
        ],
        breaches=clock_steps.breaches(tx, since=now - coverage.WINDOW),
        resting=[(email, ends) for email, ends in resting if ends is not None],
    )


def _team(book: Rulebook, name: str, kept: CoverageByRep) -> TeamClock:
    reps = [(email, each) for email, each in sorted(kept.reps.items()) if book.team_of(email).name == name]
    own = sum((each for _, each in reps), Coverage())
    return TeamClock(team=name, footing=footing(book, kept, name), own=own, reps=reps)
