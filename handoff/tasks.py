"""The rep's task in words: whom to call until when and why, and what to know before dialling."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.decision import IntentKind
from domain.handoff import Handoff, HandoffKind
from domain.rule_problem import RuleProblem
from domain.values import Value, to_text
from handoff.briefing import NAME_UNITS, body, no_calls, no_mail
from handoff.call_time import CallTime, call_time
from handoff.deadlines import TASK, next_step_name
from handoff.draft import Draft
from handoff.routing import seen_by_rules
from handoff.rulebook import ReadyPlay
from handoff.whereabouts import zones_of
from handoff.wording import fit, isolated, line

SUBJECT_UNITS = 255


def give_task(draft: Draft, handoff: Handoff) -> Draft:
    """Ask for the task of a fresh assignment and note it as a step; it takes the place of an earlier one."""
    step = next_step_name(TASK, handoff)
    _, problems = _play_of(draft, handoff)
    kept = draft.untold(problems).on_handoff(replace(handoff, steps=(*handoff.steps, step)))
    return kept.intend(IntentKind.TASK, step, _payload(draft, handoff))


def has_task(handoff: Handoff) -> bool:
    """Whether anybody was given a task for it, done or not."""
    return TASK in handoff.steps


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
    """What the task says; due when there is somebody to call, whatever the clock says."""
    calendar = draft.book.calendar_of(handoff.owner)
    call = call_time(handoff, calendar, zones_of(draft.view.values))
    play, _ = _play_of(draft, handoff)
    return {
        "subject": subject(draft, handoff, call),
        "body": body(draft, handoff, call=call, play=play),
        "owner": handoff.owner,
        "due_at": to_text(call.at) if call else None,
        "due_on": call.at.astimezone(calendar.zone).date().isoformat() if call else None,
        "priority": "High" if handoff.hand_raise else "Normal",
        "kind": handoff.kind.value,
        "hand_raise": handoff.hand_raise,
    }


def _play_of(draft: Draft, handoff: Handoff) -> tuple[ReadyPlay | None, tuple[RuleProblem, ...]]:
    """The first play of the playbook that fits; those that cannot be told do not."""
    seen = seen_by_rules(draft.view, handoff.kind, hand_raise=handoff.hand_raise)
    problems: list[RuleProblem] = []
    for each in draft.book.plays:
        met = each.meets(seen)
        if met:
            return each, tuple(problems)
        if met is None:
            problems.append(each.problem(seen))
    return None, tuple(problems)


def subject(draft: Draft, handoff: Handoff, call: CallTime | None) -> str:
    """`Call Ana Ruiz (Globex) by 14:05: asked for a demo`, with the hour in the rep's zone."""
    view, zone = draft.view, draft.book.calendar_of(handoff.owner).zone
    person, company = (isolated(line(each, NAME_UNITS)) for each in (view.person, view.company))
    who = f"{person} ({company})" if company else person
    by = f" {'from' if call.is_after else 'by'} {_moment(call.at, draft.now, zone)}" if call else ""
    return fit(f"{_verb(draft)} {who}{by}: {isolated(line(reason(handoff)))}", SUBJECT_UNITS)


def reason(handoff: Handoff) -> str:
    """The first clause of why the lead is handed over, as it reads inside a sentence."""
    clause = handoff.why
    for mark in (". ", ": ", "; "):
        clause = clause.split(mark)[0]
    clause = clause.strip().rstrip(".:;")
    return clause if clause[1:2].isupper() else clause[:1].lower() + clause[1:]


def _verb(draft: Draft) -> str:
    if not no_calls(draft):
        return "Call"
    return "Look at" if no_mail(draft) else "E-mail"


def _moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The hour today, with the day otherwise."""
    local = at.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if today else f"{local:%a %d %b %H:%M}"
