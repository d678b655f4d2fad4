"""Whom to call next, as data and in lines: rank, who, why them, how to reach them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from domain.score import POINT
from domain.values import RecordRef
from reports.account_roll import Roll
from reports.call_back import Desk
from reports.hot_list import AccountToCall, HotList, PersonToCall
from scoring.changes_words import signed
from scoring.priority import Priority
from scoring.when import day_words

SHOWN_LINES = 5
"""So many people of an account stand on screen; `--json` has all."""


def as_data(found: HotList, desk: Desk) -> dict[str, Any]:
    return {
        "people": [person_data(each, desk, rank=at) for at, each in enumerate(found.people, start=1)],
        "accounts": [_firm_data(each, desk, rank=at) for at, each in enumerate(found.accounts, start=1)],
        "left_alone": [
            {"lead": each.lead, "name": each.called, "owner": each.owner, "why": each.priority.asleep}
            for each in found.asleep
        ],
        "read": {name: getattr(found.read, name) for name in ("warm", "handed", "waiting", "scored", "is_whole")},
    }


def person_data(place: PersonToCall, desk: Desk, *, rank: int) -> dict[str, Any]:
    caller, account = place.caller, place.account
    stands, score = caller.standing, caller.score
    rep = desk.rep(caller.owner)
    return {
        "rank": rank,
        "lead": caller.lead,
        "key": caller.key,
        "name": caller.called,
        "company": caller.company,
        "role": caller.role,
        "account": None if account is None else {**_place(account.ref), "name": account.name},
        "stage": caller.stage,
        "score": score.shown,
        "engagement": score.engagement / POINT,
        "sales": score.sales / POINT,
        "band": score.band,
        "fit_percent": score.fit_percent,
        "why": caller.why,
        **_priority_data(caller.priority),
        "owner": caller.owner,
        "owner_name": rep.name if rep is not None else None,
        "queue": caller.queue,
        "phone": caller.phone,
        "may_call": stands.may_call,
        "email": caller.email,
        "may_mail": caller.may_mail,
        "asked_to_be_called": caller.is_waiting,
        "asked_at": stands.asked_at,
        "handed_at": stands.handed_at,
        "touch_due_at": stands.due_at,
        "overdue": stands.due_at is not None and stands.due_at <= desk.now,
        "last_activity_at": stands.acted_at,
        "last_touch_at": stands.touched_at,
    }


def _firm_data(place: AccountToCall, desk: Desk, *, rank: int) -> dict[str, Any]:
    account = place.roll.account
    best = PersonToCall(caller=place.best, account=account)
    return {
        "rank": rank,
        **roll_data(place.roll),
        **_priority_data(place.priority),
        "call_first": person_data(best, desk, rank=1),
    }


def roll_data(roll: Roll) -> dict[str, Any]:
    """The account's number; its lines add up to `points`."""
    score, names = roll.score, {each.lead: each.called for each in roll.people}
    return {
        **_place(roll.ref),
        "name": roll.name,
        "owner": roll.account.owner if roll.account is not None else None,
        "score": score.shown,
        "points": score.points / POINT,
        "band": score.band,
        "warm_people": score.warm,
        "roles": score.roles,
        "buying_group": score.is_group,
        "last_activity_at": score.last_act_at,
        "lines": [
            {
                "lead": line.person.lead,
                "name": names[line.person.lead],
                "engagement": line.person.engagement / POINT,
                "share_percent": line.share_percent,
                "points": line.points / POINT,
                "why_not": line.why_not,
            }
            for line in score.lines
        ],
        "likely": [
            {"lead": each.lead, "name": each.called, "engagement": each.score.engagement / POINT}
            for each in roll.likely
        ],
    }


def _priority_data(found: Priority) -> dict[str, Any]:
    return {
        "priority": found.points / POINT,
        "reasons": [{"points": each.points / POINT, "words": each.words} for each in found.reasons],
    }


def _place(ref: RecordRef) -> dict[str, Any]:
    return {"system": ref.connection, "object": ref.object, "id": ref.id}


def person_lines(told: Mapping[str, Any], now: datetime, zone: tzinfo) -> Iterator[str]:
    """Four lines: who, why, what makes the priority, how to reach them and who does."""
    company = told["account"]["name"] if told["account"] else told["company"]
    who = " · ".join(filter(None, (told["name"], company, told["role"])))
    yield f"{told['rank']:>3}. {who}  [{told['band']} {told['score']}]  priority {told['priority']:g}"
    yield f"     {told['why']}"
    yield f"     {_reasons(told['reasons'])}"
    yield f"     {' · '.join(_reach(told))} · {' · '.join(_times(told, now, zone))}"


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{signed(round(each['points'] * POINT))} {each['words']}" for each in reasons)


def _reach(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"phone {told['phone'] or 'not known'}" if told["may_call"] else "DO NOT CALL"
    yield f"e-mail {told['email'] or 'not known'}" if told["may_mail"] else "NO E-MAIL (opted out)"


def _times(told: Mapping[str, Any], now: datetime, zone: tzinfo) -> Iterator[str]:
    owner = told["owner_name"] or told["owner"]
    yield f"with {owner}" if owner else f"in the queue {told['queue']}" if told["queue"] else "nobody's"
    if told["touch_due_at"] is not None:
        due = told["touch_due_at"].astimezone(zone)
        yield f"due {due:%a %d %b %H:%M}" + (" (overdue)" if told["overdue"] else "")
    touched = told["last_touch_at"]
    yield "never touched" if touched is None else f"last touched {day_words(touched, now, zone)}"


def account_lines(told: Mapping[str, Any], now: datetime, zone: tzinfo) -> Iterator[str]:
    """The account, what makes its priority, whom to call first there, and its number line by line."""
    yield f"{told['rank']:>3}. {told['name']}  [{told['band']} {told['score']}]  priority {told['priority']:g}"
    yield f"     {_reasons(told['reasons'])}"
    first = told["call_first"]
    who = " · ".join(filter(None, (first["name"], first["role"])))
    yield f"     call first: {who} · {' · '.join(_reach(first))} · {' · '.join(_times(first, now, zone))}"
    yield f"     {first['why']}"
    yield from (f"     {line}" for line in roll_lines(told))


def roll_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """`Account score 62 (A hot): Ana Ruiz 50 × 100 % = 50, Ben Ito 24 × 50 % = 12; a buying group of 3`."""
    counted = [line for line in told["lines"] if not line["why_not"]]
    parts = [
        f"{line['name']} {line['engagement']:g} × {line['share_percent']:g} % = {line['points']:g}"
        for line in counted[:SHOWN_LINES]
    ]
    if len(counted) > SHOWN_LINES:
        parts.append(f"{len(counted) - SHOWN_LINES} more: --json names them")
    group = f"; a buying group of {told['warm_people']}" if told["buying_group"] else ""
    yield f"account score {told['score']} ({told['band']}): {', '.join(parts) or 'nobody there is warm'}{group}"
    if told["likely"]:
        names = ", ".join(each["name"] for each in told["likely"][:SHOWN_LINES])
        yield f"not counted, their account is only likely this one: {names}"
