"""A turn given back: a rep whose lead could not be worked is served next, and the day counts one lead less."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.routing import RoutingRules
from domain.handoff import Handoff
from handoff.draft import Draft
from handoff.rotation import RoutingState

TURN = "turn:"
"""The step that names a rep and the pool whose turn their assignment took."""
CREDITED = "credited:"
"""What becomes of that step once the turn is given back."""
MERGED = "merged"


def turn_of(handoff: Handoff) -> str | None:
    """The pool whose turn the present owner's assignment took; none where a person gave them the lead since."""
    return _pool_in(handoff, TURN, handoff.owner)


def turn_step(email: str, pool: str) -> str:
    return f"{TURN}{email} {pool}"


def _pool_in(handoff: Handoff, mark: str, email: str | None) -> str | None:
    begin = f"{mark}{email} "
    return next((step.removeprefix(begin) for step in handoff.steps if step.startswith(begin)), None)


def without_turn(steps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step for step in steps if not step.startswith((TURN, CREDITED)))


def turn_back_on(state: RoutingState, handoff: Handoff, email: str) -> tuple[str | None, RoutingState]:
    """A mended lead goes to the rep who had it: the turn that it gave back is taken, if it was not used meanwhile."""
    pool = _pool_in(handoff, CREDITED, email)
    if pool is None or email not in state.owed.get(pool, ()):
        return None, state
    return pool, state.repaid(pool, email)


def give_turn_back(draft: Draft, reason: str, at: datetime) -> Draft:
    """Credit the owner of the open handoff if this reason, found out `at`, earns it; never twice for one assignment."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    state = credited(draft.state, handoff, reason, at=at, rules=draft.book.routing)
    if state == draft.state:
        return draft
    steps = (*without_turn(handoff.steps), f"{CREDITED}{handoff.owner} {turn_of(handoff)}")
    return replace(draft, state=state, handoff=replace(handoff, steps=steps))


def credited(state: RoutingState, handoff: Handoff, reason: str, *, at: datetime, rules: RoutingRules) -> RoutingState:
    """The state once the turn of this handoff is given back, where its pool grants that."""
    name = turn_of(handoff)
    pool = next((pool for pool in rules.pools if pool.name == name), None)
    terms = pool.credit_back if pool is not None else None
    if pool is None or terms is None or handoff.owner is None or handoff.assigned_at is None:
        return state
    if reason not in terms.on or at > handoff.assigned_at + timedelta(days=terms.within_days):
        return state
    zone = _zone_of(handoff.owner, rules)
    return state.credited(pool.name, handoff.owner, handoff.assigned_at.astimezone(zone).date())


def _zone_of(email: str, rules: RoutingRules) -> ZoneInfo:
    """In which a rep's days are counted: that of their first pool's team."""
    theirs = (pool.team for pool in rules.pools if email in {each.email.casefold() for each in pool.members})
    home = next(theirs, rules.teams[0].name)
    return next((ZoneInfo(team.time_zone) for team in rules.teams if team.name == home), ZoneInfo("UTC"))
