"""Rest and return: where a rejected lead waits, until when, and what brings it back.

A date alone brings nobody back: it takes points earned since. Asking to be called comes back at once.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from domain.handoff import Handoff, HandoffKind, Outcome
from domain.lead import Lead
from domain.stage import Cause, Stage
from handoff.assigning import WAS_LOST
from handoff.briefing import is_yes
from handoff.draft import Draft
from handoff.return_dates import kept_date, problems, return_date
from handoff.rulebook import Rulebook
from handoff.view import LeadView

OPTED_OUT = "opted_out"
RETURNS_WINDOW = timedelta(days=730)
"""`max_returns` counts over 24 months: by then people have changed jobs, budgets and minds."""


def recycle(draft: Draft, outcome: Outcome, *, cause: Cause, why: str, at: datetime) -> Draft:
    """Take the lead from sales to rest under a reason, armed anew by what happens after `at`."""
    return_at = return_date(draft, outcome)
    ended = draft.close(outcome, armed_at=min(at, draft.now)).move(Stage.RECYCLED, cause, why)
    resting = replace(
        ended.lead,
        recycled_as=outcome.value,
        return_at=return_at,
        times_recycled=ended.lead.times_recycled + 1,
        mql_since=None,
    )
    return ended.on_lead(resting)


def go_quiet(draft: Draft, why: str) -> Draft:
    """What becomes of a lead that nobody moved in time: to rest, unless its account speaks against it.

    Nobody is nurtured because time passed whose account has an open deal or is a customer. Their handoff was a
    signal to whoever looks after the account and no clock ran on it: it ends quietly, without an outcome, and
    the lead stands where its account stands, as an opportunity or a customer. A partner's people rest without a
    reason, and so on no nurture list.
    """
    view, handoff = draft.view, draft.handoff
    is_customer = view.is_customer or (handoff is not None and handoff.kind is HandoffKind.CUSTOMER)
    if view.is_partner and not view.has_open_deal and not is_customer:
        ended = draft.close(None, armed_at=draft.now)
        resting = ended.on_lead(replace(ended.lead, return_at=None, recycled_as=None, mql_since=None))
        return resting.move(Stage.RECYCLED, Cause.TIME, f"{why}, and its account is a partner")
    if not view.has_open_deal and not is_customer:
        return recycle(draft, Outcome.WENT_QUIET, cause=Cause.TIME, why=why, at=draft.now)
    stage = Stage.OPPORTUNITY if view.has_open_deal else Stage.CUSTOMER
    reason = "has an open deal" if view.has_open_deal else "is a customer"
    return draft.close(None, armed_at=draft.now).move(stage, Cause.TIME, f"{why}, and its account {reason}")


def keep_rest(draft: Draft) -> Draft:
    """While it rests: follow a date the rep writes later, and whether nurturing is allowed."""
    lead = draft.lead
    if lead.stage is not Stage.RECYCLED:
        return draft.on_lead(replace(lead, nurture_withheld=None)) if lead.nurture_withheld else draft
    return_at = kept_date(draft, outcome_of(lead))
    told = draft.untold(tuple(problems(draft)))
    return told.on_lead(replace(lead, return_at=return_at, nurture_withheld=_withheld(lead, draft.view, draft.book)))


def may_return(draft: Draft) -> bool:
    """Tell whether a resting lead may go to sales again, given that it stands above the line."""
    lead, score = draft.lead, draft.view.score
    if draft.now < rests_until(lead, draft.book) or not _has_returns_left(draft):
        return False
    if draft.view.approved:
        return True
    earned = score.last_fact_at if _needs_fit(draft) else score.last_point_at
    return earned is not None and earned > lead.armed_at


def _has_returns_left(draft: Draft) -> bool:
    return len(_recent_returns(draft)) < draft.book.lifecycle.max_returns


def next_return_at(draft: Draft) -> datetime | None:
    """When a resting lead that has had its returns may have another; None for all others."""
    allowed = draft.book.lifecycle.max_returns
    if draft.lead.stage is not Stage.RECYCLED or allowed == 0 or _has_returns_left(draft):
        return None
    return _recent_returns(draft)[-allowed] + RETURNS_WINDOW


def _recent_returns(draft: Draft) -> list[datetime]:
    return [at for at in _returns(draft) if at + RETURNS_WINDOW > draft.now]


def _returns(draft: Draft) -> list[datetime]:
    """When it came back to sales after a rest, oldest first."""
    passes = sorted((*draft.view.past, *draft.closed), key=lambda each: each.number)
    return sorted(
        after.opened_at for before, after in pairwise(passes) if _rested(before, draft.book) or WAS_LOST in after.steps
    )


def _rested(handoff: Handoff, book: Rulebook) -> bool:
    outcome = handoff.outcome
    return outcome is not None and outcome is not Outcome.MERGED and book.road(outcome).list is not None


def rests_until(lead: Lead, book: Rulebook) -> datetime:
    """The return date, or the end of the cool-off for a lead without one."""
    return lead.return_at or lead.stage_since + timedelta(days=book.lifecycle.cool_off_days)


def _needs_fit(draft: Draft) -> bool:
    """Not our target: clicking more makes nobody fit better."""
    return draft.lead.return_at is None and draft.lead.recycled_as is not None


def _withheld(lead: Lead, view: LeadView, book: Rulebook) -> str | None:
    """Said no to all e-mail, or to the type that this reason's list is sent."""
    outcome = outcome_of(lead)
    own = book.road(outcome).opted_out_property if outcome is not None else None
    said_no = is_opted_out(view, book) or (own is not None and is_yes(view.values.get(own)))
    return OPTED_OUT if said_no else None


def is_opted_out(view: LeadView, book: Rulebook) -> bool:
    """Said no to all e-mail."""
    return is_yes(view.values.get(book.lifecycle.opted_out_property))


def outcome_of(lead: Lead) -> Outcome | None:
    """The reason a lead rests under, None for one that the baseline put there."""
    return Outcome(lead.recycled_as) if lead.recycled_as is not None else None
