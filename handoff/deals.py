"""A conversion or a deal that came out of a handoff ends the pass; a won deal makes a customer.

Leads that sales had before leadloop came have no handoff that could say what is new: for them what
is known now counts.
"""

from domain.handoff import Handoff, HandoffKind, Outcome
from domain.stage import Cause, Stage
from handoff.assigning import HAD_DEAL, WAS_CONVERTED, WAS_CUSTOMER
from handoff.draft import Draft
from handoff.hand_raise import spent_until
from handoff.lifecycle import AT_WORK
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
    if draft.lead.stage is Stage.OPPORTUNITY and view.is_customer and not view.has_open_deal:
        return _end(draft, None, Stage.CUSTOMER, "the deal is won")
    return draft


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
