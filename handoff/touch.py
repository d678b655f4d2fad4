"""Acceptance: a rep who follows up has taken the lead. Silence never accepts."""

from dataclasses import replace
from datetime import datetime

from domain.handoff import Handoff
from domain.stage import Cause, Stage
from handoff.assigning import assign
from handoff.deadlines import next_acceptance, outcome_moment
from handoff.draft import Draft
from handoff.follow_up import first_touch
from handoff.rulebook import Rulebook
from handoff.view import TOUCHES, present_owner, rep_of
from handoff.vouching import vouch

BEYOND = frozenset({Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER})


def accept(draft: Draft, *, by: str, at: datetime, why: str) -> Draft:
    """Mark the open handoff as taken and start its second clock; a lead beyond that keeps its stage."""
    placed = _placed(draft, why)
    handoff = placed.handoff
    if handoff is not None and handoff.owner is None:
        return placed.note("accepted by somebody whom not both sides know as a user: it stays in its queue")
    if handoff is not None and by != "touch":
        handoff = vouch(handoff, min(at, placed.now))
        placed = placed.on_handoff(handoff)
    if handoff is not None and handoff.accepted_at is None:
        moment = max(min(at, placed.now), handoff.assigned_at or at)
        taken = replace(
            handoff,
            accepted_at=moment,
            accepted_by=by,
            touched_at=handoff.touched_at or _touched(by, at=min(at, placed.now), moment=moment),
            touch_due_at=None,
            steps=(*handoff.steps, next_acceptance(handoff)),
        )
        placed = placed.on_handoff(start_outcome_clock(taken, placed.book))
    if placed.lead.stage in BEYOND:
        return placed
    return placed.move(Stage.ACCEPTED, Cause.PERSON, why)


def _touched(by: str, *, at: datetime, moment: datetime) -> datetime | None:
    """When they were followed up with, as far as the acceptance says so: a verdict may come before any call."""
    return {"touch": at, "status": moment, "scorecard": moment}.get(by)


def start_outcome_clock(handoff: Handoff, book: Rulebook) -> Handoff:
    """Set when the rep is reminded to say what came of it."""
    return replace(handoff, outcome_due_at=outcome_moment(handoff, book.routing.clocks.outcome.remind_days))


def hear_touches(draft: Draft) -> Draft:
    """The owner's first activity since the assignment, or the request, accepts."""
    handoff = draft.handoff
    if handoff is None or handoff.touched_at is not None:
        return draft
    touch = first_touch(draft, handoff)
    if touch is None:
        return draft
    why = f"{_name(draft)}: {TOUCHES[touch.kind]}"
    if handoff.accepted_at is not None:
        return draft.on_handoff(replace(handoff, touched_at=touch.occurred_at, touch_due_at=None))
    return accept(draft, by="touch", at=touch.occurred_at, why=why)


def _placed(draft: Draft, why: str) -> Draft:
    """An acceptance out of a queue is by whoever the CRM shows as the owner: the lead is theirs."""
    handoff = draft.handoff
    rep = present_owner(draft.view, draft.reps)
    if handoff is None or handoff.owner is not None or rep is None:
        return draft
    day = draft.book.calendar_of(rep.email).local_date(draft.now)
    held = replace(draft, state=draft.state.holds(rep.email, day))
    return assign(held, rep, rule="person", why=why, trace=(f"taken by {rep.name}",), cause=Cause.PERSON)


def _name(draft: Draft) -> str:
    rep = rep_of(draft.handoff.owner if draft.handoff else None, draft.reps)
    return rep.name if rep is not None else "the rep"
