"""The rep's task in words: whom to call until when and why, and what to know before dialling."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.decision import IntentKind
from domain.handoff import Handoff, HandoffKind
from domain.values import Value, to_text
from handoff.deadlines import TASK, next_step_name
from handoff.draft import Draft
from handoff.view import LeadView, rep_of

SUBJECT_LENGTH = 255
LAST_THINGS = 5
DO_NOT_CALL = "do_not_call"
HINTS = ("form", "url", "subject", "campaign", "name")


def give_task(draft: Draft, handoff: Handoff) -> Draft:
    """Ask for the task of a fresh assignment and note it as a step; it takes the place of an earlier one."""
    step = next_step_name(TASK, handoff)
    kept = draft.on_handoff(replace(handoff, steps=(*handoff.steps, step)))
    return kept.intend(IntentKind.TASK, step, _payload(draft, handoff))


def give_signal(draft: Draft, step: str, owner: str) -> Draft:
    """Ask for a task about somebody who is in no handoff: it reads as if they were, and no clock runs on it."""
    about = Handoff(
        lead_id=draft.lead.id,
        number=draft.next_number,
        kind=HandoffKind.CUSTOMER if draft.view.is_customer else HandoffKind.OPEN_DEAL,
        opened_at=draft.now,
        why=draft.view.words or "Asked to be called",
        hand_raise=True,
        score=draft.view.score.engagement,
        band=draft.view.score.band,
        owner=owner,
    )
    return draft.intend(IntentKind.TASK, step, _payload(draft, about))


def _payload(draft: Draft, handoff: Handoff) -> dict[str, Value]:
    due, zone = handoff.touch_due_at, draft.book.calendar_of(handoff.owner).zone
    return {
        "subject": subject(draft, handoff),
        "body": body(draft, handoff),
        "owner": handoff.owner,
        "due_at": to_text(due) if due else None,
        "due_on": due.astimezone(zone).date().isoformat() if due else None,
        "priority": "High" if handoff.hand_raise else "Normal",
        "kind": handoff.kind.value,
        "hand_raise": handoff.hand_raise,
    }


def subject(draft: Draft, handoff: Handoff) -> str:
    """`Call Ana Ruiz (Globex) by 14:05: asked for a demo`, with the hour in the rep's zone."""
    view = draft.view
    who = f"{view.person} ({view.company})" if view.company else view.person
    zone = draft.book.calendar_of(handoff.owner).zone
    by = f" by {_moment(handoff.touch_due_at, draft.now, zone)}" if handoff.touch_due_at else ""
    text = f"{_verb(draft)} {who}{by}: {reason(handoff)}"
    return text if len(text) <= SUBJECT_LENGTH else f"{text[: SUBJECT_LENGTH - 1]}…"


def reason(handoff: Handoff) -> str:
    """The first clause of why the lead is handed over, as it reads inside a sentence."""
    clause = handoff.why
    for mark in (". ", ": ", "; "):
        clause = clause.split(mark)[0]
    clause = clause.strip().rstrip(".:;")
    return clause if clause[1:2].isupper() else clause[:1].lower() + clause[1:]


def body(draft: Draft, handoff: Handoff) -> str:
    """Everything worth knowing before the call, most important first."""
    view = draft.view
    parts = [
        handoff.why,
        "\n".join(_last_things(view, draft.book.calendar_of(handoff.owner).zone)),
        _account(draft),
        "\n".join(_earlier(draft, handoff)),
        _channels(draft),
        _due(draft, handoff),
    ]
    return "\n\n".join(part for part in parts if part)


def _last_things(view: LeadView, zone: ZoneInfo) -> Iterator[str]:
    """Yield what the person did last, newest first; from the score's lines when no activities are at hand."""
    if view.recent:
        newest = sorted(view.recent, key=lambda each: (each.occurred_at, each.key), reverse=True)[:LAST_THINGS]
        done = [(each.occurred_at, _told(each.kind.value, each.properties)) for each in newest]
    else:
        lines = [(line.latest_at, line) for line in view.score.lines if line.latest_at is not None and line.points > 0]
        latest = sorted(lines, key=lambda each: (each[0], each[1].rule), reverse=True)[:LAST_THINGS]
        done = [(at, line.rule + (f" ({line.count}×)" if line.count > 1 else "")) for at, line in latest]
    if done:
        yield "Last things they did:"
    for at, what in done:
        yield f"- {at.astimezone(zone):%d %b %H:%M} {what}"


def _told(kind: str, properties: Mapping[str, Value]) -> str:
    words = kind.replace("_", " ")
    hint = next((str(properties[name]) for name in HINTS if properties.get(name)), "")
    return f"{words}: {hint}" if hint else words


def _account(draft: Draft) -> str:
    account = draft.view.account
    if account is None:
        return ""
    owner = rep_of(account.owner, draft.reps)
    is_customer = draft.view.is_customer if account.is_sure else account.is_customer
    facts = [
        "customer" if is_customer else "",
        f"{account.open_deals} open deal(s)" if account.open_deals else "",
        f"{account.won_deals} won deal(s)" if account.won_deals else "",
        f"owned by {owner.name}" if owner else "",
        "a house account" if account.is_house else "",
    ]
    told = ", ".join(fact for fact in facts if fact) or "no customer, no deal, no owner"
    return f"Account {account.name}: {told}" if account.is_sure else f"{account.told}: {told}"


def _earlier(draft: Draft, handoff: Handoff) -> Iterator[str]:
    """Yield how earlier passes ended and who had this one before."""
    for past in sorted((*draft.view.past, *draft.closed), key=lambda each: each.number):
        rep = rep_of(past.owner, draft.reps)
        ended = draft.book.road(past.outcome).label if past.outcome else "no outcome"
        when = f"{past.closed_at:%B %Y}" if past.closed_at else "open"
        yield f"Pass {past.number}, {when}, {rep.name if rep else 'nobody'}: {ended}"
    for email in handoff.tried:
        rep = rep_of(email, draft.reps)
        yield f"{rep.name if rep else 'Somebody who left'} had this lead before you."


def _channels(draft: Draft) -> str:
    phone = draft.view.text("phone") or "unknown"
    calls = "not allowed (do not call)" if _no_calls(draft) else phone
    mail = "not allowed (opted out)" if _no_mail(draft) else draft.view.text("email") or "unknown"
    return f"Phone: {calls}\nE-mail: {mail}"


def _due(draft: Draft, handoff: Handoff) -> str:
    if handoff.touch_due_at is None:
        return "No clock is running on this one."
    zone = draft.book.calendar_of(handoff.owner).zone
    return f"Due {handoff.touch_due_at.astimezone(zone):%a %d %b %Y %H:%M} ({zone.key})"


def _verb(draft: Draft) -> str:
    if not _no_calls(draft):
        return "Call"
    return "Look at" if _no_mail(draft) else "E-mail"


def _no_calls(draft: Draft) -> bool:
    return is_yes(draft.view.values.get(DO_NOT_CALL))


def _no_mail(draft: Draft) -> bool:
    return is_yes(draft.view.values.get(draft.book.lifecycle.opted_out_property))


def is_yes(value: Value) -> bool:
    """Read a consent as the systems spell it: true, 1, `true`, `yes`."""
    if isinstance(value, str):
        return value.strip().casefold() in {"true", "yes", "1"}
    return bool(value)


def _moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The hour today, with the day otherwise."""
    local = at.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if today else f"{local:%a %d %b %H:%M}"
