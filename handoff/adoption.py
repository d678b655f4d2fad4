"""A handoff for leads that people work without one: the baseline opens none, and reps answer all the same."""

from dataclasses import replace

from domain.handoff import Handoff, Queue
from domain.stage import Stage
from handoff.assigning import circumstances, kind_of
from handoff.draft import Draft
from handoff.view import present_owner


def adopt(draft: Draft) -> Draft:
    """Write down the pass that an answer is about, with whoever has the lead; the stage is the caller's."""
    if draft.handoff is not None:
        return draft
    rep, now = present_owner(draft.view, draft.reps), draft.now
    handoff = Handoff(
        lead_id=draft.lead.id,
        number=draft.next_number,
        kind=kind_of(draft.view),
        opened_at=now,
        why=draft.view.words or "worked by sales already",
        hand_raise=False,
        score=draft.view.score.engagement,
        band=draft.view.score.band,
        owner=rep.email if rep else None,
        queue=None if rep else Queue.UNASSIGNED,
        queue_cause=None if rep else "no owner that both sides know",
        assigned_at=now if rep else None,
        steps=circumstances(draft.view),
    )
    lead = replace(
        draft.lead,
        owner=rep.email if rep else None,
        mql_since=draft.lead.mql_since or now,
        return_at=None,
        recycled_as=None,
        nurture_withheld=None,
        left_lists=(),
    )
    day = draft.book.calendar_of(handoff.owner).local_date(now)
    state = draft.state.holds(rep.email, day) if rep else draft.state
    return replace(draft, handoff=handoff, lead=lead, state=state)


def adopt_owned(draft: Draft) -> Draft:
    """Adopt only where somebody is known to have the lead: nobody cannot have accepted it."""
    if draft.handoff is None and present_owner(draft.view, draft.reps) is None:
        if draft.lead.stage is Stage.RECYCLED:
            return draft.on_lead(replace(draft.lead, return_at=None, recycled_as=None, nurture_withheld=None))
        return draft
    return adopt(draft)
