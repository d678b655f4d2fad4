"""The scorecard that a rep fills in: whoever fills it in has taken the lead, and one that qualifies qualifies it.

A scorecard is about the open pass. Any outcome that is known already, whoever gave it, counts more.
"""

from dataclasses import replace
from datetime import datetime

from domain.handoff import Outcome
from domain.scorecard import Qualifies
from domain.stage import Cause, SignalKind, Stage
from handoff.adoption import adopt_owned
from handoff.assigning import owner_name
from handoff.draft import Draft
from handoff.touch import accept

_OVER = frozenset({Stage.RECYCLED, Stage.DISQUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER})
"""Stages in which a lead without an open pass has one behind it."""


def note_scorecard(draft: Draft) -> Draft:
    """Write the answers down with the open pass, before anything that reps said may end it."""
    card, handoff = draft.view.scorecard, draft.handoff
    if card is None or handoff is None or handoff.scorecard == card.answers:
        return draft
    return draft.on_handoff(replace(handoff, scorecard=card.answers))


def hear_scorecard(draft: Draft) -> Draft:
    """Let a new answer accept the lead, and a full scorecard qualify it."""
    if draft.view.scorecard is None or draft.rejected:
        return draft
    at = _answered_at(draft)
    if at is not None:
        draft = _take(draft, at)
    return _qualify(draft)


def _answered_at(draft: Draft) -> datetime | None:
    """When the newest answer that counts was given; None where there is no new one."""
    card = draft.view.scorecard
    counting = card.answered if card is not None else frozenset()
    news = (each for each in draft.view.signals if each.kind is SignalKind.SCORECARD and each.property in counting)
    return max((each.at for each in news), default=None)


def _take(draft: Draft, at: datetime) -> Draft:
    if draft.handoff is None and draft.lead.stage in _OVER:
        return draft.note("a scorecard was filled in after the pass had ended: it moves nothing")
    adopted = adopt_owned(draft)
    if adopted.handoff is None:
        return draft.note("a scorecard was filled in for a lead that nobody has: it moves nothing")
    why = f"{owner_name(adopted)} fills in the scorecard"
    return accept(note_scorecard(adopted), by="scorecard", at=at, why=why)


def _qualify(draft: Draft) -> Draft:
    card, handoff = draft.view.scorecard, draft.handoff
    if card is None or card.qualifies is not Qualifies.YES or draft.lead.stage is not Stage.ACCEPTED:
        return draft
    if handoff is None or handoff.owner is None or handoff.outcome is not None or handoff.scorecard != card.answers:
        return draft
    known = draft.on_handoff(replace(handoff, outcome=Outcome.QUALIFIED, outcome_due_at=None))
    return known.move(Stage.QUALIFIED, Cause.PERSON, card.words)
