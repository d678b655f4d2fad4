"""Who crosses the line: fresh behaviour above it, a request to be called, or an approved crossing.

Recompute is not handing off: only what happened after `armed_at` opens a handoff. A flag that a
person took back is not raised again before the score has been below `rearm_below`.
"""

from collections.abc import Sequence
from dataclasses import replace

from domain.activity import Activity
from domain.decision import IntentKind
from domain.lead import Lead
from domain.score import POINT
from domain.stage import Stage
from domain.values import Value
from handoff.assigning import find_rep, open_handoff
from handoff.deadlines import RAISE, back_to, step_name, touch_due
from handoff.draft import Draft
from handoff.notices import notify
from handoff.recycling import may_return
from handoff.rulebook import Rulebook
from handoff.tasks import reason
from handoff.view import LeadView, present_owner, rep_of

OPENS_FROM = frozenset({Stage.KNOWN, Stage.ENGAGED, Stage.MQL, Stage.RECYCLED})
"""Stages from which behaviour may open a handoff; an MQL only when the baseline made it one."""

RAISES_FROM = OPENS_FROM | {Stage.DISQUALIFIED}


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


def fresh_raises(draft: Draft) -> Sequence[Activity]:
    """Requests to be called that nobody has answered yet, oldest first; hard exclusions hear none."""
    if draft.view.score.excluded in draft.book.hard_exclusions:
        return ()
    handoff = draft.handoff
    since = draft.lead.armed_at if handoff is None else max(handoff.opened_at, draft.lead.armed_at)
    answered = set() if handoff is None else set(handoff.steps)
    fresh = [
        each
        for each in draft.view.score.hand_raises
        if since < each.occurred_at <= draft.now and raise_step(each) not in answered
    ]
    return sorted(fresh, key=lambda each: (each.occurred_at, each.key))


def raise_step(activity: Activity) -> str:
    """The step that marks a hand-raise as answered."""
    return f"{RAISE}:{':'.join(activity.key)}"


def rearm(draft: Draft) -> Draft:
    """Let a flag that was taken back be earned anew once the score is low enough."""
    if is_spent(draft.lead) and draft.view.score.engagement < draft.book.scoring.line.rearm_below * POINT:
        return draft.on_lead(replace(draft.lead, mql_since=None))
    return draft


def cross(draft: Draft) -> Draft:
    """Open a handoff for whoever asks to be called or crosses the line; answer a hand-raise in an open one."""
    raises = fresh_raises(draft)
    if raises:
        return _hear(draft, raises)
    if draft.handoff is None and _crosses(draft):
        line = draft.book.scoring.line
        why = f"engagement ≥ {line.engagement} and fit ≥ {line.fit}"
        return open_handoff(draft, hand_raise=False, why=why)
    return draft


def _crosses(draft: Draft) -> bool:
    view, lead = draft.view, draft.lead
    if lead.stage not in OPENS_FROM or not above_line(view, draft.book):
        return False
    if lead.stage is Stage.RECYCLED:
        return may_return(draft)
    return view.approved or (is_armed(view, lead) and not is_spent(lead))


def _hear(draft: Draft, raises: Sequence[Activity]) -> Draft:
    if draft.handoff is not None:
        return _again(draft, raises)
    if draft.lead.stage in RAISES_FROM:
        return open_handoff(draft, hand_raise=True, why="asked to be called")
    return _signal(draft, raises)


def _again(draft: Draft, raises: Sequence[Activity]) -> Draft:
    """They ask once more: tell the owner, start the promise anew while untouched, get them out of a queue."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    steps = (*handoff.steps, *(raise_step(each) for each in raises))
    heard = replace(handoff, steps=steps, hand_raise=True, why=draft.view.words or handoff.why)
    raised = replace(draft, hand_raise=True)
    owner = heard.owner
    if owner is None:
        return find_rep(raised.on_handoff(heard), back_to=back_to(heard))
    if draft.lead.stage is Stage.ASSIGNED and handoff.touched_at is None:
        heard = replace(heard, assigned_at=draft.now)
        heard = replace(heard, touch_due_at=touch_due(heard, draft.book))
    text = f"{draft.view.person} asks to be called again: {reason(heard)}"
    return notify(raised.on_handoff(heard), step_name("notify", heard), owner, text)


def _signal(draft: Draft, raises: Sequence[Activity]) -> Draft:
    """A customer, or somebody sales already has: no new handoff, a word to whoever looks after them."""
    to = _keeper(draft)
    spent = draft.on_lead(replace(draft.lead, armed_at=max(each.occurred_at for each in raises)))
    if to is None:
        return spent.note("somebody with sales asked to be called and nobody is named who could be told")
    text = f"{draft.view.person} ({draft.lead.stage}) asks to be called: {draft.view.words}".rstrip(": ")
    payload: dict[str, Value] = {
        "to": to,
        "about": draft.view.person,
        "company": draft.view.company,
        "text": text,
        "why": draft.view.words,
        "due_at": None,
        "urgent": True,
    }
    told = replace(spent, hand_raise=True)
    return told.intend(IntentKind.NOTICE, raise_step(raises[-1]), payload)


def _keeper(draft: Draft) -> str | None:
    """Whoever looks after them: the account's owner, the lead's, else the first team's manager."""
    account = draft.view.account
    owner = rep_of(account.owner, draft.reps) if account is not None else None
    rep = owner or present_owner(draft.view, draft.reps)
    if rep is not None and rep.active:
        return rep.email
    return draft.book.team_of(None).manager
