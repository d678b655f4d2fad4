"""Who crosses the line: fresh behaviour above it, or an approved crossing; requests to be called come first.

Recompute is not handing off: only what happened after `armed_at` opens a handoff, and a request to be
called of the day before that we saw only after. A flag that a
person took back is not raised again before the score has been below `rearm_below`.
"""

from dataclasses import replace

from domain.lead import Lead
from domain.score import POINT
from domain.stage import Stage
from handoff.assigning import open_handoff
from handoff.draft import Draft
from handoff.hand_raise import fresh_raises, hear
from handoff.recycling import may_return
from handoff.rulebook import Rulebook
from handoff.silence import is_back
from handoff.view import LeadView

OPENS_FROM = frozenset({Stage.KNOWN, Stage.ENGAGED, Stage.MQL, Stage.RECYCLED, Stage.CUSTOMER})
"""Stages from which behaviour may open a handoff; an MQL only when the baseline made it one, a customer only after a
silence."""


def above_line(view: LeadView, book: Rulebook) -> bool:
    """Tell whether engagement and fit reach the line and no exclusion stands against it."""
    line, score = book.scoring.line, view.score
    return score.excluded is None and score.engagement >= line.engagement * POINT and score.grade.at_least(line.fit)


def is_armed(view: LeadView, lead: Lead) -> bool:
    """Tell whether an activity with points or a change of a fact that counts is younger than `armed_at`."""
    younger = (view.score.last_point_at, view.score.last_fact_at)
    return any(at is not None and at > lead.armed_at for at in younger)


def is_spent(lead: Lead) -> bool:
    """Tell whether a person took the flag back and it has not been earned anew."""
    return lead.mql_since is not None and lead.stage in {Stage.KNOWN, Stage.ENGAGED}


def is_unarmed(draft: Draft) -> bool:
    """Tell whether the lead stands above the line without a handoff and nothing fresh explains it."""
    listed = draft.lead.stage in {Stage.KNOWN, Stage.ENGAGED, Stage.MQL} and draft.handoff is None
    waits = listed and above_line(draft.view, draft.book) and not is_spent(draft.lead)
    return waits and not draft.view.approved and not is_armed(draft.view, draft.lead)


def rearm(draft: Draft) -> Draft:
    """Let a flag that was taken back be earned anew once the score is low enough."""
    if is_spent(draft.lead) and draft.view.score.engagement < draft.book.scoring.line.rearm_below * POINT:
        return draft.on_lead(replace(draft.lead, mql_since=None))
    return draft


def cross(draft: Draft) -> Draft:
    """Open a handoff for whoever asks to be called or crosses the line; answer a hand-raise in an open one."""
    raises = fresh_raises(draft)
    if raises:
        return hear(draft, raises)
    if draft.handoff is None and _crosses(draft):
        line = draft.book.scoring.line
        why = f"engagement ≥ {line.engagement} and fit ≥ {line.fit}"
        return open_handoff(draft, why=why)
    return draft


def _crosses(draft: Draft) -> bool:
    view, lead = draft.view, draft.lead
    if lead.stage not in OPENS_FROM or not above_line(view, draft.book):
        return False
    if lead.stage is Stage.RECYCLED:
        return may_return(draft)
    if lead.stage is Stage.CUSTOMER:
        return is_back(view, lead)
    return view.approved or (is_armed(view, lead) and not is_spent(lead))
