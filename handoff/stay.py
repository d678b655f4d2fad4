"""How long anything lasts: queues are tried again, warmth is followed, and every stage has an end."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.handoff import Queue
from domain.lead import Lead
from domain.score import Step
from domain.stage import Cause, Stage
from handoff.assigning import find_rep
from handoff.deadlines import snoozed_until, waits_in
from handoff.draft import Draft
from handoff.hand_raise import is_unheard
from handoff.lifecycle import AT_WORK
from handoff.recycling import go_quiet
from handoff.rulebook import Rulebook

SNOOZED_AT_MOST = timedelta(days=365)
"""However far ahead a rep writes a date: in the end every lead moves on."""


def try_again(draft: Draft) -> Draft:
    """Ask routing again for a lead in the unassigned queue, unless it waits there for a person."""
    handoff = draft.handoff
    if handoff is None or handoff.queue is not Queue.UNASSIGNED or waits_in(handoff) is not None:
        return draft
    return find_rep(draft)


def next_try(draft: Draft) -> datetime | None:
    """When a lead in the unassigned queue, or a request nobody could be told of, is tried again: within the hour."""
    handoff = draft.handoff
    waits = handoff is not None and handoff.queue is Queue.UNASSIGNED and waits_in(handoff) is None
    if draft.view.held or not (waits or is_unheard(draft)):
        return None
    return draft.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def stay_ends_at(draft: Draft) -> datetime | None:
    """When the lead has been in its stage as long as it may; None where there is no end."""
    since = draft.handoff.assigned_at if draft.handoff is not None else None
    snoozed = snoozed_until(draft.view.values, draft.handoff, draft.book)
    return stay_ends(draft.lead, draft.book, since=since, snoozed=snoozed)


def stay_ends(lead: Lead, book: Rulebook, *, since: datetime | None, snoozed: datetime | None) -> datetime | None:
    """When a lead has been in its stage as long as it may. A return date, or a rep's own who keeps it, comes first.

    `since`: when somebody was given it, which they may be again without a new stage.
    """
    days = book.lifecycle.stay_days(lead.stage)
    if days is None:
        return None
    ends = max(lead.stage_since, since or lead.stage_since) + timedelta(days=days)
    if lead.stage in AT_WORK and snoozed is not None:
        return max(ends, min(snoozed, lead.stage_since + SNOOZED_AT_MOST) + _time_to_answer(book))
    return max(ends, lead.return_at or ends)


def _time_to_answer(book: Rulebook) -> timedelta:
    """What a rep has from the day that they named: as long as anybody has once they were asked what came of it."""
    clock = book.routing.clocks.outcome
    return timedelta(days=clock.recycle_days - clock.remind_days)


def end_stay(draft: Draft) -> Draft:
    """Move on a lead that nobody moved: from sales to rest, from rest back to where its warmth is.

    A deal lasts as long as it is open, and nobody's lead ends while its rep cannot be heard.
    """
    ends, stage = stay_ends_at(draft), draft.lead.stage
    if ends is None or ends > draft.now or (stage is Stage.OPPORTUNITY and draft.view.has_open_deal):
        return draft
    if draft.handoff is not None and not draft.view.earshot.has_heard(ends):
        return draft
    why = f"{stage} for {draft.book.lifecycle.stay_days(stage)} days"
    if stage is Stage.ENGAGED:
        return draft.move(Stage.KNOWN, Cause.TIME, why) if draft.view.score.step is Step.COLD else draft
    if stage is Stage.RECYCLED:
        return _wake(draft, why)
    return go_quiet(draft, why)


def _wake(draft: Draft, why: str) -> Draft:
    awake = replace(
        draft.lead, return_at=None, recycled_as=None, nurture_withheld=None, left_lists=(), armed_at=draft.now
    )
    return draft.on_lead(awake).move(Stage.KNOWN, Cause.TIME, why)


def follow_warmth(draft: Draft) -> Draft:
    """A lead that does something is engaged; cooling down takes it back only at the end of its stay."""
    if draft.lead.stage is Stage.KNOWN and draft.view.score.step is not Step.COLD:
        return draft.move(Stage.ENGAGED, Cause.RULE, f"engagement is {draft.view.score.step}")
    return draft
