"""One person as whoever calls them next needs to see them: the score as of now, why, and how to reach them.

Everything is computed anew from the ledger: what is kept of a score may have faded since it was kept.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from domain.account import Account
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff, Rep
from domain.lead import Fact, Lead
from domain.misfit import Why
from domain.score import Score
from domain.stage import Stage
from domain.values import LeadId, RecordRef, Value
from handoff.briefing import DO_NOT_CALL, is_yes
from handoff.deadlines import day_of, start_of
from handoff.view import OWNER, SNOOZE, is_touch, rep_of
from scoring.account import Person
from scoring.ledger import standing
from scoring.priority import Priority, Standing, is_waiting, priority
from scoring.scorer import Scorer
from scoring.why import Reasons
from store import bases, handoffs, leads, ledger, misfits
from store.engine import Tx

ROLE = "job_title"
"""The property that says what somebody is at their company."""


class Companies(Protocol):
    """Whose somebody is, and who is near an account."""

    def of(self, tx: Tx, leads: Sequence[LeadId]) -> Mapping[LeadId, Account]: ...

    def near(self, tx: Tx, account: RecordRef, also: Collection[RecordRef]) -> Collection[LeadId]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What one looks with: the rules in force and who is who. `opted_out`: the property that says no to e-mail."""

    scorer: Scorer
    reasons: Reasons
    reps: Mapping[str, Rep]
    systems: tuple[str, ...]
    """The connections, the one that keeps reps' tasks first."""
    companies: Companies
    opted_out: str
    now: datetime

    def place(self, connection: str) -> int:
        """The lowest speaks first; what is no system of the rules any more comes last."""
        return self.systems.index(connection) if connection in self.systems else len(self.systems)

    def rep(self, value: Value) -> Rep | None:
        return rep_of(value, self.reps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who may be called. `owner`: the rep's e-mail; `queue`: where they wait in its place.

    `phone`, `email`: None where it is not known; whether they may be used is told apart.
    """

    lead: LeadId
    key: str
    stage: Stage
    name: str
    company: str
    role: str
    score: Score
    why: str
    priority: Priority
    standing: Standing
    owner: str | None
    queue: str | None
    phone: str | None
    email: str | None
    may_mail: bool
    is_waiting: bool
    """Asked to be called, and nobody has answered."""

    @property
    def called(self) -> str:
        """Their name as far as it is known, else their address, else our key."""
        return self.name or self.email or self.key

    @property
    def as_person(self) -> Person:
        """As the account's number needs them."""
        return Person(
            lead=self.lead,
            engagement=self.score.engagement,
            sales=self.score.sales,
            step=self.score.step,
            grade=self.score.grade,
            role=self.role,
            last_act_at=self.score.last_point_at,
            excluded=self.score.excluded,
        )


def callers(tx: Tx, desk: Desk, ids: Sequence[LeadId]) -> list[Caller]:
    """These people as they stand now, in the order asked; who is merged into somebody is left out."""
    found = leads.get(tx, ids)
    facts = ledger.facts_of(tx, ids)
    done = ledger.activities_of(tx, ids)
    running = handoffs.open_of(tx, ids)
    said = answers(tx, desk, ids)
    unclear = _unclear(tx, ids)
    return [
        _caller(
            desk,
            found[each],
            facts.get(each, []),
            done.get(each, []),
            handoff=running.get(each),
            said={**said.get(each, {}), **dict.fromkeys(unclear.get(each, ()), True)},
        )
        for each in ids
        if each in found
    ]


def answers(tx: Tx, desk: Desk, ids: Sequence[LeadId]) -> dict[LeadId, dict[str, Value]]:
    """What the systems show of the owner and what reps answered, as last heard; where they differ, the one that keeps
    reps' tasks speaks."""
    found: dict[LeadId, dict[str, Value]] = {}
    for lead, agreed in bases.bases_of(tx, ids).items():
        for (name, connection), base in sorted(agreed.items(), key=lambda each: desk.place(each[0][1])):
            if name in {OWNER, SNOOZE} and base[0] is not None and connection in desk.systems:
                found.setdefault(lead, {}).setdefault(name, base[0])
    return found


def _unclear(tx: Tx, ids: Sequence[LeadId]) -> dict[LeadId, list[str]]:
    """What stands in a system and nobody can read: where it is consent, it is a no."""
    return {
        lead: [each.property for each in several if each.why is Why.UNREADABLE]
        for lead, several in misfits.of_leads(tx, ids).items()
    }


def _caller(
    desk: Desk,
    lead: Lead,
    facts: Sequence[Fact],
    done: Sequence[Activity],
    *,
    handoff: Handoff | None,
    said: Mapping[str, Value],
) -> Caller:
    now, rules = desk.now, desk.scorer.book.source.call_back
    score = desk.scorer.score(facts, done, as_of=now, known_at=now)
    known = {name: fact.value for name, fact in standing(facts, as_of=now, known_at=now).items()}
    values = {**known, **{name: value for name, value in said.items() if name in {OWNER, SNOOZE, *_consent(desk)}}}
    awake = _standing(score, done, handoff, now=now, may_call=not is_yes(values.get(DO_NOT_CALL)))
    stands = replace(awake, asleep=_asleep(desk, lead, values, awake, meets_at=_next_meeting(done, now)))
    rep = desk.rep((handoff.owner if handoff is not None else None) or lead.owner or values.get(OWNER))
    return Caller(
        lead=lead.id,
        key=lead.key,
        stage=lead.stage,
        name=f"{_text(values, 'first_name')} {_text(values, 'last_name')}".strip(),
        company=_text(values, "company"),
        role=_text(values, ROLE),
        score=score,
        why=desk.reasons.say(score, known, done, now=now),
        priority=priority(stands, rules, now=now),
        standing=stands,
        owner=rep.email if rep is not None else None,
        queue=handoff.queue if handoff is not None else None,
        phone=_text(values, "phone") or None,
        email=_text(values, "email") or None,
        may_mail=not is_yes(values.get(desk.opted_out)),
        is_waiting=is_waiting(stands, rules, now=now),
    )


def _consent(desk: Desk) -> tuple[str, str]:
    return DO_NOT_CALL, desk.opted_out


def _standing(
    score: Score, done: Sequence[Activity], handoff: Handoff | None, *, now: datetime, may_call: bool
) -> Standing:
    touches = [each.occurred_at for each in done if is_touch(each) and each.occurred_at <= now]
    if handoff is not None and handoff.touched_at is not None:
        touches.append(handoff.touched_at)
    waits = handoff is not None and handoff.touched_at is None and handoff.accepted_at is None
    return Standing(
        engagement=score.engagement,
        sales=score.sales,
        asked_at=score.hand_raises[-1].occurred_at if score.hand_raises else None,
        acted_at=score.last_point_at,
        touched_at=max(touches, default=None),
        handed_at=handoff.opened_at if handoff is not None and waits else None,
        due_at=handoff.touch_due_at if handoff is not None and waits else None,
        may_call=may_call,
    )


def _next_meeting(done: Sequence[Activity], now: datetime) -> datetime | None:
    """When they are to be met: a call before would be one too many."""
    ahead = (each.occurred_at for each in done if each.kind is ActivityKind.MEETING_BOOKED and each.occurred_at > now)
    return min(ahead, default=None)


def _asleep(desk: Desk, lead: Lead, values: Mapping[str, Value], awake: Standing, *, meets_at: datetime | None) -> str:
    """Why nobody should call them for now. Who asked to be called is called, whatever was agreed before."""
    if meets_at is not None:
        return f"has a meeting on {_day(meets_at, desk)}"
    if is_waiting(awake, desk.scorer.book.source.call_back, now=desk.now):
        return ""
    day = day_of(values.get(SNOOZE))
    if day is not None and start_of(day, desk.scorer.zone) > desk.now:
        return f"snoozed until {day.day} {day:%B}"
    if lead.stage is not Stage.RECYCLED:
        return ""
    if lead.return_at is None:
        return "recycled without a date"
    return f"recycled until {_day(lead.return_at, desk)}" if lead.return_at > desk.now else ""


def _day(moment: datetime, desk: Desk) -> str:
    local = moment.astimezone(desk.scorer.zone)
    return f"{local.day} {local:%B}"


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return "" if value is None else str(value).strip()
