"""To the next rep instead of back to the queue: off until a manager turns it on, and only so many times."""

from dataclasses import replace

from domain.handoff import Handoff, Queue
from domain.stage import Cause, Stage
from handoff.assigning import find_rep, into_queue, owner_name
from handoff.deadlines import given_back
from handoff.draft import Draft
from handoff.notices import name_of, notify, tell_manager
from handoff.rulebook import Rulebook

REASSIGN = "reassign"
TAKEN_AWAY = "taken_away"
"""The notice to whoever had the lead until then."""


def may_reassign(handoff: Handoff, book: Rulebook) -> bool:
    """Whether this handoff may go to yet another rep by itself."""
    so_far = sum(1 for step in handoff.steps if step.split(":")[0] == REASSIGN)
    return so_far < book.routing.clocks.reassign_most


def tried_by(handoff: Handoff) -> tuple[str, ...]:
    """Everybody who had it, its owner included: they are not asked again."""
    return tuple(dict.fromkeys([*handoff.tried, *([handoff.owner] if handoff.owner else [])]))


def reassign(draft: Draft, step: str) -> Draft:
    """Route anew without those who had it; where nobody is left it waits in the queue and the manager hears of it."""
    handoff, before = draft.handoff, owner_name(draft)
    if handoff is None or handoff.owner is None:
        return draft
    why = f"not touched by {before} in time"
    freed = into_queue(replace(handoff, tried=tried_by(handoff), steps=given_back(handoff)), Queue.UNASSIGNED, why)
    given_up = replace(draft, handoff=freed, state=draft.state.took(handoff.owner))
    ownerless = given_up.on_lead(replace(given_up.lead, owner=None))
    moved = find_rep(ownerless.move(Stage.MQL, Cause.TIME, why))
    after = moved.handoff.owner if moved.handoff is not None else None
    if after is None:
        return _tell_former(moved, step, handoff.owner, f"{draft.view.person} is no longer yours: not touched in time")
    text = f"{draft.view.person} went from {before} to {name_of(moved, after)}: not touched in time"
    return _tell_former(tell_manager(moved, step, handoff.owner, text), step, handoff.owner, text)


def _tell_former(draft: Draft, step: str, to: str, text: str) -> Draft:
    return notify(draft, f"{TAKEN_AWAY}{step.removeprefix(REASSIGN)}", to, text)
