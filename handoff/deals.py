"""A conversion or a deal that came out of a handoff ends the pass; a won deal makes a customer.

Leads that sales had before leadloop came have no handoff that could say what is new: for them what
is known now counts.
"""

from dataclasses import replace

from domain.handoff import Handoff, HandoffKind, Outcome
from domain.stage import Cause, Stage
from handoff.assigning import HAD_DEAL, WAS_CONVERTED, WAS_CUSTOMER
from handoff.draft import Draft
from handoff.hand_raise import spent_until
from handoff.lifecycle import AT_WORK
from handoff.recycling import recycle
from handoff.view import LeadView


def follow_deals(draft: Draft) -> Draft:
    """In a handoff only what is new since it opened counts: an account may have had its deal all along."""
    handoff, view = draft.handoff, draft.view
    stage, why = None, ""
    if handoff is not None:
        stage, why = _news(view, handoff)
    elif handoff is None and draft.lead.stage in AT_WORK:
        stage, why = _known(view)
    if stage is not None:
        draft = _end(draft, handoff.outcome or Outcome.QUALIFIED if handoff else None, stage, why)
    if draft.lead.stage is Stage.OPPORTUNITY and not view.has_open_deal:
        return _after_the_deal(draft)
    if draft.lead.stage is Stage.RECYCLED and draft.lead.recycled_as == Outcome.LOST.value and draft.handoff is None:
        return _won_back(draft)
    return draft


def _after_the_deal(draft: Draft) -> Draft:
    """No deal is open any more: won, lost since the lead came to be in it, or nobody knows."""
    account, is_lost = draft.view.sure_account, _is_lost(draft)
    if draft.view.is_customer:
        why = "the deal is lost, and the account is a customer" if is_lost else "the deal is won"
        return _end(draft, None, Stage.CUSTOMER, why)
    if not is_lost or account is None:
        return draft
    reason = f": {draft.view.lost_reason}" if draft.view.lost_reason else ""
    at = spent_until(draft, draft.now)
    return recycle(draft, Outcome.LOST, cause=Cause.SYSTEM, why=f"the deal is lost{reason}", at=at)


def _is_lost(draft: Draft) -> bool:
    account = draft.view.sure_account
    has_road = Outcome.LOST in draft.book.lifecycle.outcomes
    return has_road and account is not None and account.lost_at is not None and account.lost_at > draft.lead.stage_since


def _won_back(draft: Draft) -> Draft:
    """It rests because a deal was lost, and that deal, or another one, is open or won now."""
    stage, why = None, ""
    if draft.view.has_open_deal:
        stage, why = Stage.OPPORTUNITY, "a deal is open again"
    elif draft.view.is_customer:
        stage, why = Stage.CUSTOMER, "the account became a customer"
    if stage is None:
        return draft
    back = _end(draft, None, stage, why)
    return back.on_lead(replace(back.lead, return_at=None, recycled_as=None, nurture_withheld=None, left_lists=()))


def _end(draft: Draft, outcome: Outcome | None, stage: Stage, why: str) -> Draft:
    return draft.close(outcome, armed_at=spent_until(draft, draft.now)).move(stage, Cause.SYSTEM, why)


def _news(view: LeadView, handoff: Handoff) -> tuple[Stage | None, str]:
    if handoff.kind is HandoffKind.NEW_BUSINESS and view.has_open_deal and HAD_DEAL not in handoff.steps:
        return Stage.OPPORTUNITY, "a deal was opened"
    if handoff.kind is HandoffKind.NEW_BUSINESS and view.is_customer and WAS_CUSTOMER not in handoff.steps:
        return Stage.CUSTOMER, "the account became a customer"
    if view.converted and WAS_CONVERTED not in handoff.steps:
        return Stage.OPPORTUNITY, "converted in the CRM"
    return None, ""


def _known(view: LeadView) -> tuple[Stage | None, str]:
    if view.has_open_deal:
        return Stage.OPPORTUNITY, "a deal is open"
    if view.is_customer:
        return Stage.CUSTOMER, "the account is a customer"
    return (Stage.OPPORTUNITY, "converted in the CRM") if view.converted else (None, "")
