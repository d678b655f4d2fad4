"""Rules that take a lead out of the loop: what another system has decided about it already.

They look at what is new. Somebody who asked to be called, or whom a person spoke for, stays until a
property that the rule asks for has changed since; of a property without a time only the first look is news.
"""

from datetime import datetime

from domain.rule_problem import RuleProblem
from domain.stage import Cause, Stage
from handoff.draft import Draft
from handoff.rejection import disqualify
from handoff.rulebook import Screen
from handoff.vouching import vouched_at

SCREENED = frozenset(Stage) - {Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.DISQUALIFIED}
"""With an open deal, or as a customer, a lead is for people to judge."""


def screen(draft: Draft) -> Draft:
    """Disqualify a lead that meets a rule, under the first one's name."""
    if draft.lead.stage not in SCREENED:
        return draft
    values = draft.view.values
    problems: list[RuleProblem] = []
    for each in draft.book.screens:
        met = each.meets(values)
        if met and _is_news(draft, each):
            why = f"rule '{each.rule.name}'"
            return disqualify(draft.untold(problems), None, why=why, at=draft.now, cause=Cause.RULE)
        if met is None:
            problems.append(each.problem(values))
    return draft.untold(problems)


def _is_news(draft: Draft, screen: Screen) -> bool:
    """Whether what the rule asks for is younger than whatever speaks for the lead; a new lead is news itself."""
    word, changed = vouched_at(draft.handoff), _changed_at(draft, screen)
    if changed is not None and changed > max(draft.lead.armed_at, word or draft.lead.armed_at):
        return True
    moved_by_hand = any(move.cause is Cause.PERSON for move in draft.transitions)
    return draft.view.needs_baseline and word is None and not moved_by_hand


def _changed_at(draft: Draft, screen: Screen) -> datetime | None:
    """When the youngest of the asked properties got its value; None where that is not known."""
    return max((at for name, at in draft.view.changed_at.items() if name in screen.asks), default=None)
