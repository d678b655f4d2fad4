"""Leads with everything that a lead can have, drawn at random, and all of it laid out to be compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from domain.change import Conflict
from domain.decision import Desired, Intent, IntentKind, Membership
from domain.first_touch import FirstTouch
from domain.handoff import Assignment, Outcome, StepTaken
from domain.identity import Claim, Tie
from domain.record import Record
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId
from store import (
    bases,
    clock_steps,
    conflicts,
    desired,
    first_touches,
    handoffs,
    held,
    identity,
    intents,
    leads,
    ledger,
    outbox,
    rawrows,
    records,
)
from store.engine import Tx
from store.schema import closed_deal_lead, metadata
from store.schema import lead as lead_table
from tests.unit.store.examples import NOON, RULES, activity, at, draft, handoff, lead_of, ref

REPS = ("okafor@us.example", "diaz@us.example", None)
NOTHING = {"audit", "lead_union", "lead_apart", "union_doubt"}
"""What says that something happened is not part of a lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What one lead is made of. `ended`, `running`: handoffs; `agreed`, `lists`, `titles`: one entry per value."""

    stage: Stage
    owner: str | None
    ended: int
    running: bool
    agreed: tuple[int, ...]
    lists: tuple[tuple[str, bool, bool | None], ...]
    titles: tuple[str, ...]
    did: tuple[int, ...]
    times: int
    withheld: str | None
    held: bool
    conflicted: bool
    wishes: bool
    came: str | None
    kept: bool


PEOPLE = st.builds(
    Person,
    stage=st.sampled_from(Stage),
    owner=st.sampled_from(REPS),
    ended=st.integers(0, 2),
    running=st.booleans(),
    agreed=st.lists(st.integers(1, 3), max_size=3).map(tuple),
    lists=st.lists(
        st.tuples(st.sampled_from(["Timing", "Budget"]), st.booleans(), st.sampled_from([None, True, False])),
        max_size=2,
        unique_by=lambda one: one[0],
    ).map(tuple),
    titles=st.lists(st.sampled_from(["VP", "CEO", "CTO"]), max_size=3).map(tuple),
    did=st.lists(st.sampled_from([0, 1]), max_size=3).map(tuple),
    times=st.integers(0, 2),
    withheld=st.sampled_from([None, "opted_out"]),
    held=st.booleans(),
    conflicted=st.booleans(),
    wishes=st.booleans(),
    came=st.sampled_from([None, "unknown", "Ads", "Webinar"]),
    kept=st.booleans(),
)


def arrive(tx: Tx, people: Sequence[Person]) -> list[LeadId]:
    """A lead for each, in this order."""
    made = [each.id for each in leads.create(tx, len(people), now=NOON, installation="LL")]
    for place, (lead, person) in enumerate(zip(made, people, strict=True)):
        for step in (_records, _ledger, _handoffs, _wishes, _agreed, _reported):
            step(tx, lead, person, place)
        standing = {"stage": person.stage, "owner": person.owner, "stage_since": at(-60 - place)}
        more = {"times_recycled": person.times, "nurture_withheld": person.withheld, "left_lists": person.titles[:1]}
        leads.save(tx, [replace(lead_of(tx, lead), **standing, **more)], now=NOON)  # type: ignore[arg-type]  # six fields
    held.hold(
        tx, "handoff-today", "too many", [one for one, each in zip(made, people, strict=True) if each.held], now=NOON
    )
    return made


def _records(tx: Tx, lead: LeadId, _person: Person, place: int) -> None:
    """One in either system, known by an address."""
    for one in (ref(f"00Q{place}"), ref(f"{place}", connection="hubspot", kind="contacts")):
        records.upsert(
            tx, [Record(ref=one, values={"Email": f"p{place}@acme.example"}, modified_at=NOON)], seen_at=NOON
        )
        records.assign(tx, {one: lead})
        keys = ((Tie.SELF, "record", str(one)), (Tie.EMAIL, "email", f"p{place}@acme.example"))
        identity.claim(
            tx, [Claim(kind=kind, value=value, ref=one, lead_id=lead, tie=tie, since=NOON) for tie, kind, value in keys]
        )


def _ledger(tx: Tx, lead: LeadId, person: Person, place: int) -> None:
    """Some by record, some by nothing but the address."""
    did = [
        activity(f"{place}-{number}", of=f"00Q{place}" if by else None, email=f"p{place}@acme.example", minute=number)
        for number, by in enumerate(person.did)
    ]
    ledger.add(tx, did, seen_at=NOON)
    for number, title in enumerate(person.titles):
        ledger.put_facts(tx, lead, {"title": title, f"note{place}": number}, since=at(number), seen_at=at(number))


def _handoffs(tx: Tx, lead: LeadId, person: Person, place: int) -> None:
    """Opened at moments of their own, with their moves, reps and tasks."""
    every = [
        replace(handoff(lead, number, minute=-100 + 10 * number + place), closed_at=at(-50), outcome=Outcome.NO_NEED)
        for number in range(1, person.ended + 1)
    ]
    if person.running:
        running = handoff(lead, person.ended + 1, minute=-20 + place, owner=person.owner)
        every.append(replace(running, touch_due_at=at(30), outcome_due_at=at(90)))
    handoffs.save(tx, every)
    for one in every:
        move = Transition(
            lead_id=lead, at=one.opened_at, before=Stage.KNOWN, after=Stage.MQL, cause=Cause.SYSTEM, why="",
            rule_hash=RULES, handoff=one.number,
        )  # fmt: skip
        handoffs.save_transitions(tx, [move, replace(move, handoff=None)])
        given = Assignment(
            lead_id=lead, handoff=one.number, owner="okafor@us.example", at=one.opened_at, rule="", why="", trace=(),
            rule_hash=RULES,
        )  # fmt: skip
        handoffs.save_assignments(tx, [given])
        step = StepTaken(
            lead_id=lead, handoff=one.number, step="breach", owner="okafor@us.example", due_at=at(0), at=at(1),
            enforced=True,
        )  # fmt: skip
        clock_steps.save(tx, [step])
        task = Intent(lead_id=lead, handoff=one.number, kind=IntentKind.TASK, step="open", payload={})
        intents.save(tx, {intents.intent_key(f"LL-{lead}", task): task})


def _wishes(tx: Tx, lead: LeadId, person: Person, place: int) -> None:
    if person.wishes:
        wish = Desired(
            lead_id=lead,
            ref=ref(f"00Q{place}"),
            field="LL_Score__c",
            property="score",
            value=74,
            cause="",
            rule_hash=RULES,
        )
        desired.replace(tx, {lead: [wish]})
        outbox.put(tx, [draft(f"00Q{place}", lead_id=lead)], now=NOON)
    for name, member, shown in person.lists:
        desired.save_memberships(
            tx, [Membership(lead_id=lead, list=name, member=member, why=name)], connection="hubspot"
        )
        if shown is not None:
            desired.members_shown(tx, "hubspot", name, added=[lead] if shown else [], removed=[] if shown else [lead])


def _agreed(tx: Tx, lead: LeadId, person: Person, _place: int) -> None:
    agreed = {(f"p{number}", "hubspot"): (value, value, ()) for number, value in enumerate(person.agreed)}
    bases.save_bases(tx, {lead: agreed})
    if person.conflicted:
        conflicts.save(tx, {lead: [Conflict(property="title", values={"hubspot": "VP"})]}, now=NOON)


def _reported(tx: Tx, lead: LeadId, person: Person, place: int) -> None:
    """Where they came from, and a place in a deal of a closed month."""
    if person.came is not None:
        when = at(-place) if person.times else None
        came = FirstTouch(channel=person.came, campaign="", at=when, decided_at=NOON, rules="c1", revision=1)
        first_touches.settle(tx, {lead: came})
    if person.kept:
        tx.execute(closed_deal_lead.insert(), {"deal": 1, "lead_id": lead, "met_at": None})


def laid_out(tx: Tx, ids: Sequence[LeadId], *, without: Callable[[str, str], bool]) -> dict[str, list[list[Any]]]:
    """Every row of every table that belongs to one of these leads; `without(table, column)` is left out of each."""
    found: dict[str, list[list[Any]]] = {}
    for name, table in metadata.tables.items():
        column = "id" if table is lead_table else "lead_id"
        if name in NOTHING or column not in table.c:
            continue
        rows = [row for each in ids for row in rawrows.of_lead(tx, table, each, column=column)]
        kept = [[value for key, value in sorted(row.items()) if not without(name, key)] for row in rows]
        found[name] = sorted(kept, key=repr)
    return found


LATER = timedelta(days=3)
