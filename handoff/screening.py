"""Rules that take a lead out of the loop: what another system has decided about it already.

They look at what is new. Somebody who asked to be called, or whom a person took back, stays until a
property that the rule asks for has changed since.
"""

from datetime import datetime

from domain.stage import Cause, Stage
from handoff.draft import Draft
from handoff.rejection import disqualify
from handoff.rulebook import Screen

SCREENED = frozenset(Stage) - {Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.DISQUALIFIED}
"""With an open deal, or as a customer, a lead is for people to judge."""


def screen(draft: Draft) -> Draft:
    """Disqualify a lead that meets a rule, under the first one's name; a person's own move goes before."""
    if draft.lead.stage not in SCREENED or any(move.cause is Cause.PERSON for move in draft.transitions):
        return draft
    found = next((each for each in draft.book.screens if each.meets(draft.view.values) and _is_news(draft, each)), None)
    if found is None:
        return draft
    return disqualify(draft, None, why=f"rule '{found.rule.name}'", at=draft.now, cause=Cause.RULE)


def _is_news(draft: Draft, screen: Screen) -> bool:
    """Whether what the rule asks for is younger than what speaks for the lead; a new lead is news itself."""
    handoff = draft.handoff
    asked = handoff is not None and handoff.hand_raise
    changed = _changed_at(draft, screen)
    if changed is None:
        return not asked
    if handoff is not None and asked:
        return changed > handoff.opened_at
    return draft.view.needs_baseline or changed > draft.lead.armed_at


def _changed_at(draft: Draft, screen: Screen) -> datetime | None:
    """When the youngest of the asked properties got its value; None where that is not known."""
    return max((at for name, at in draft.view.changed_at.items() if name in screen.asks), default=None)
