"""A conversion or a deal that came out of a handoff ends the pass; a won deal makes a customer."""

from domain.handoff import Handoff, HandoffKind, Outcome
from domain.stage import Cause, Stage
from handoff.assigning import HAD_DEAL, WAS_CONVERTED, WAS_CUSTOMER
from handoff.draft import Draft


def follow_deals(draft: Draft) -> Draft:
    """Only what is new since the handoff opened counts: an account may have had its deal all along."""
    handoff = draft.handoff
    if handoff is not None and not draft.rejected:
        stage, why = _news(draft, handoff)
        if stage is not None:
            draft = draft.close(handoff.outcome or Outcome.QUALIFIED, armed_at=draft.now).move(stage, Cause.SYSTEM, why)
    view = draft.view
    if draft.lead.stage is Stage.OPPORTUNITY and view.is_customer and not view.has_open_deal:
        return draft.close(None, armed_at=draft.now).move(Stage.CUSTOMER, Cause.SYSTEM, "the deal is won")
    return draft


def _news(draft: Draft, handoff: Handoff) -> tuple[Stage | None, str]:
    view = draft.view
    if handoff.kind is HandoffKind.NEW_BUSINESS and view.has_open_deal and HAD_DEAL not in handoff.steps:
        return Stage.OPPORTUNITY, "a deal was opened"
    if handoff.kind is HandoffKind.NEW_BUSINESS and view.is_customer and WAS_CUSTOMER not in handoff.steps:
        return Stage.CUSTOMER, "the account became a customer"
    if view.converted and WAS_CONVERTED not in handoff.steps:
        return Stage.OPPORTUNITY, "converted in the CRM"
    return None, ""
