"""The lead properties that we decide, as both systems should show them: always the whole set."""

from datetime import datetime

from domain.handoff import Handoff, Outcome, Queue
from domain.score import POINT
from domain.stage import Stage
from domain.values import Value, to_text
from handoff.answers import REPS_OUTCOMES
from handoff.deadlines import is_anothers, waits_in
from handoff.draft import Draft
from handoff.lifecycle import IN_HANDOFF
from handoff.needs_data import is_called_wrong, missing
from handoff.recycling import outcome_of, rests_until
from handoff.return_dates import has_renewal, own_date
from handoff.stating import snoozed_by_button
from handoff.unreachable import OFFERED, is_offered, words
from handoff.view import OUTCOME, RENEWAL_DATE, RETURN_DATE, SCORECARD, SNOOZE, VERDICT

TEXT = 255
DATED = tuple(stage for stage in Stage if stage not in {Stage.KNOWN, Stage.MQL})
"""Stages whose date is a property, as `accepted_at`; that of the MQL is `mql_since`, which ends with the pass."""


def properties(draft: Draft) -> dict[str, Value]:
    """A pure function of where the lead stands: deciding again changes none of it."""
    view, lead, score = draft.view, draft.lead, draft.view.score
    before = lead.shown_score
    found: dict[str, Value] = {
        "score": score.shown,
        "grade": score.grade.value,
        "band": score.band,
        "fit_percent": score.fit_percent,
        "why": view.words,
        **{name: points // POINT for name, points in score.named.items()},
        "score_change": 0 if before is None else score.shown - before,
        "stage": lead.stage.value,
        "mql_since": _time(lead.mql_since) if lead.stage in IN_HANDOFF or lead.stage is Stage.OPPORTUNITY else None,
        "queue": _queue(draft.handoff),
        "nurture_until": _nurture_until(draft),
        "times_recycled": lead.times_recycled,
        "needs_data": _needs_data(draft),
        "rejected_reason": _rejected_reason(draft),
        **_stage_dates(draft),
        OFFERED: words(draft)[:TEXT] if is_offered(draft) else None,
    }
    if lead.owner is not None:
        found["owner"] = lead.owner
    return {**found, **_route_why(draft), **_answers(draft)}


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment is not None else None


def _stage_dates(draft: Draft) -> dict[str, Value]:
    """When it came to each stage in this pass; blank for those that it has not reached, or went back from."""
    lead, handoff = draft.lead, draft.latest
    found: dict[str, Value] = {f"{stage}_at": _time(lead.reached.get(stage)) for stage in DATED}
    found["stage_since"] = _time(lead.reached.get(lead.stage))
    found["touched_at"] = _time(handoff.touched_at) if handoff is not None else None
    return found


def _queue(handoff: Handoff | None) -> str | None:
    if handoff is None or handoff.queue is None:
        return None
    return waits_in(handoff) or handoff.queue.value


def _nurture_until(draft: Draft) -> str | None:
    """The date in the installation's zone; none for a lead that only a change of fit brings back."""
    lead = draft.lead
    if lead.stage is not Stage.RECYCLED or (lead.return_at is None and lead.recycled_as is not None):
        return None
    return rests_until(lead, draft.book).astimezone(draft.book.zone).date().isoformat()


def _needs_data(draft: Draft) -> str | None:
    handoff = draft.handoff
    if handoff is None or handoff.queue is not Queue.NEEDS_DATA:
        return None
    names = missing(draft)
    if names:
        return f"missing: {', '.join(names)}"[:TEXT]
    if not is_called_wrong(draft):
        return (handoff.queue_cause or "")[:TEXT]
    return f"something is wrong, please check: {', '.join(draft.book.lifecycle.required)}"[:TEXT]


def _rejected_reason(draft: Draft) -> str | None:
    """Why the lead is not with sales any more, or why it waits for data."""
    handoff = draft.handoff
    if handoff is not None and handoff.queue is Queue.NEEDS_DATA and is_called_wrong(draft):
        return "Data wrong"
    outcome = outcome_of(draft.lead)
    if draft.lead.stage not in {Stage.RECYCLED, Stage.DISQUALIFIED}:
        return None
    if outcome is None:
        return (draft.lead.set_aside_because or "")[:TEXT] or None
    label, reason = draft.book.road(outcome).label, draft.view.lost_reason
    return f"{label}: {reason}"[:TEXT] if outcome is Outcome.LOST and reason else label


def _route_why(draft: Draft) -> dict[str, Value]:
    """The last assignment in words, or the cause of waiting; left as it is where nobody remembers it."""
    handoff = draft.handoff
    if handoff is None:
        return {"route_why": None}
    if handoff.queue is not None:
        return {"route_why": (handoff.queue_cause or "")[:TEXT]}
    assignment = draft.assignment or draft.view.assignment
    return {"route_why": assignment.why[:TEXT]} if assignment is not None else {}


def _answers(draft: Draft) -> dict[str, Value]:
    """Reps' fields: blank for a new pass, then as they were answered; left alone once the pass is over."""
    handoff, lifecycle = draft.handoff, draft.book.lifecycle
    if handoff is None:
        return {}
    verdict = lifecycle.verdicts.get(handoff.verdict, handoff.verdict.value) if handoff.verdict else None
    outcome = draft.book.road(handoff.outcome).label if handoff.outcome in REPS_OUTCOMES and handoff.outcome else None
    kept = draft.view.values.get(RETURN_DATE) if own_date(draft) is not None else None
    later = _renewal(draft) | _snooze(draft, handoff)
    return {VERDICT: verdict, OUTCOME: outcome, RETURN_DATE: kept, **later, **_scorecard(draft, handoff)}


def _snooze(draft: Draft, handoff: Handoff) -> dict[str, Value]:
    """A day named by button is shown, one of whoever had the lead before is to be blank; any other is left alone."""
    named = snoozed_by_button(draft)
    if named is not None:
        return {SNOOZE: named}
    return {SNOOZE: None} if is_anothers(draft.view.values, handoff) else {}


def _renewal(draft: Draft) -> dict[str, Value]:
    """Left as the rep wrote it in this pass; one of an earlier pass is to be blank."""
    said = draft.view.values.get(RENEWAL_DATE)
    return {} if said is None else {RENEWAL_DATE: said if has_renewal(draft) else None}


def _scorecard(draft: Draft, handoff: Handoff) -> dict[str, Value]:
    """What the scorecard comes to, and which of its fields are to be blank; nothing while nobody answers it."""
    if not handoff.scorecard:
        return {}
    card = draft.view.scorecard
    is_told = card is not None and card.answers == handoff.scorecard and card.is_begun
    blank: dict[str, Value] = {name: None for name, answer in handoff.scorecard if answer is None}
    return {SCORECARD: card.summary[:TEXT] if card is not None and is_told else None, **blank}
