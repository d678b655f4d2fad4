"""Short messages to reps and managers, in words and as create-once intents."""

from dataclasses import replace

from domain.decision import IntentKind
from domain.notice import Audience
from domain.values import Value, to_text
from handoff.draft import Draft
from handoff.view import rep_of


def notify(draft: Draft, step: str, to: str, text: str, *, audience: Audience = Audience.REP) -> Draft:
    """Tell one person something once. The step is the intent's key, not yet one of the handoff's steps."""
    due = draft.handoff.touch_due_at if draft.handoff else None
    payload: dict[str, Value] = {
        "to": to,
        "audience": audience.value,
        "at": to_text(draft.now),
        "about": draft.view.person,
        "company": draft.view.company,
        "text": text,
        "why": draft.handoff.why if draft.handoff else draft.view.words,
        "due_at": to_text(due) if due else None,
        "urgent": draft.hand_raise or bool(draft.handoff and draft.handoff.hand_raise),
    }
    return draft.intend(IntentKind.NOTICE, step, payload)


def tell_manager(draft: Draft, step: str, owner: str | None, text: str) -> Draft:
    """Tell the manager of the owner's team; where none is named this is a finding."""
    team = draft.book.team_of(owner)
    if team.manager is None:
        return draft.note(f"team {team.name!r} has no manager to tell: {text}")
    return notify(draft, step, team.manager, text, audience=Audience.MANAGER)


def take(draft: Draft, step: str) -> Draft:
    """Write down that a step was taken, so that it is not taken again."""
    handoff = draft.handoff
    if handoff is None:
        return draft
    return draft.on_handoff(replace(handoff, steps=(*handoff.steps, step)))


def name_of(draft: Draft, email: str | None) -> str:
    rep = rep_of(email, draft.reps)
    return rep.name if rep is not None else "nobody"
