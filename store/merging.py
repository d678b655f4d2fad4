"""Two leads turned out to be one person: everything the younger had becomes the elder's, in one transaction.

In whatever order several leads are united, the same comes out of it. What it takes to part two again is remembered
(store/unmerging.py). Numbers of handoffs stay a lead's own: of closed ones the survivor's keep theirs, and an open one
is always the last. Of two open ones the older stays open and the younger ends as `merged`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, func, select, update

from domain.handoff import Handoff, Outcome
from domain.identity import Tie
from domain.lead import Lead
from domain.stage import Stage
from domain.values import LeadId, RuleHash
from store import audit, handoffs, joining, leads, rawrows, unions
from store.audit import AuditEntry
from store.engine import Tx
from store.schema import (
    activity,
    arrival,
    assignment,
    clock_step,
    closed_deal_lead,
    conflict,
    desired,
    evidence,
    fact,
    gate_closed,
    handoff,
    held_write,
    identity_key,
    intent,
    lead,
    misfit,
    note,
    outbox,
    record,
    rule_problem,
    score,
    transition,
    undone,
)

_FURTHEST_FIRST = (
    Stage.CUSTOMER,
    Stage.OPPORTUNITY,
    Stage.QUALIFIED,
    Stage.ACCEPTED,
    Stage.ASSIGNED,
    Stage.MQL,
    Stage.DISQUALIFIED,
    Stage.RECYCLED,
    Stage.ENGAGED,
    Stage.KNOWN,
)

BY_RECORD: tuple[tuple[Table, str, str], ...] = (
    (record, "", "id"),
    (activity, "record_", "record_id"),
    *(
        (table, "", "record_id")
        for table in (desired, identity_key, arrival, held_write, undone, misfit, outbox, evidence)
    ),
)
"""Tables whose rows lie with a record, and what the columns that name it are called: (table, prefix, id)."""

BY_KEY: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (activity, ("connection", "stream", "external_id")),
    (outbox, ("id",)),
    (intent, ("key",)),
    (transition, ("id",)),
    (assignment, ("id",)),
    (clock_step, ("id",)),
    (closed_deal_lead, ("id",)),
)
"""Tables with rows that lie with no record: which of them were whose is remembered by their keys."""

_MOVED = tuple(dict.fromkeys([*(table for table, _, _ in BY_RECORD), *(table for table, _ in BY_KEY)]))

BY_HANDOFF = (
    (handoff, handoff.c.number),
    (intent, intent.c.handoff),
    (transition, transition.c.handoff),
    (assignment, assignment.c.handoff),
    (clock_step, clock_step.c.handoff),
)
"""Tables that name a handoff by its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge made: the lead as it stands, the stage that the survivor had, and the handoffs it closed.

    `union`: the number under which it can be undone.
    """

    lead: Lead
    before: Stage
    closed: tuple[Handoff, ...]
    union: int


def merge(
    tx: Tx,
    survivor: LeadId,
    loser: LeadId,
    *,
    now: datetime,
    tie: Tie = Tie.EMAIL,
    by: str = unions.LOOP,
    rule_hash: RuleHash | None = None,
) -> Merged:
    """Make `loser` part of `survivor`: what happened before now opens no handoff, both are decided anew as one."""
    leads.hold(tx, [survivor, loser])
    found = leads.get(tx, [survivor, loser])
    if survivor == loser or set(found) != {survivor, loser}:
        raise ValueError(f"leads {survivor} and {loser} cannot be merged: they have to be two living leads")
    memory = _remember(tx, survivor, loser)
    passes = _unite_handoffs(tx, survivor, loser, now=now)
    for table in _MOVED:
        tx.execute(update(table).where(table.c.lead_id == loser).values(lead_id=survivor))
    memory |= {"handoffs": passes.numbers, "ended": passes.ended, "leading": passes.leading}
    memory["facts"] = _move_facts(tx, survivor, loser)
    memory["single"] = joining.join(tx, survivor, loser)
    for table in (score, gate_closed, rule_problem, note):
        tx.execute(delete(table).where(table.c.lead_id == loser))
    standing = _standing(found[survivor], found[loser], passes.leading, now=now)
    _retire(tx, survivor, loser)
    leads.save(tx, [standing], now=now)
    leads.touch(tx, [survivor])
    memory |= {"joined": rawrows.of_lead(tx, lead, survivor, column="id")[0]}
    memory["apart"] = unions.hand_on(tx, loser, survivor)
    union = unions.keep(tx, survivor, loser, memory, tie=tie, by=by, now=now)
    action = f"united {survivor} and {loser} by union {union}: {tie.words}"
    entry = AuditEntry(at=now, actor=by, action=action, rule_hash=rule_hash)
    audit.append(tx, [replace(entry, lead_id=each) for each in (survivor, loser)])
    after = leads.get(tx, [survivor])[survivor]
    return Merged(lead=after, before=found[survivor].stage, closed=passes.closed, union=union)


def _remember(tx: Tx, survivor: LeadId, loser: LeadId) -> dict[str, Any]:
    """What the loser has and a merge moves, ends or forgets."""
    theirs = {str(table.name): rawrows.of_lead(tx, table, loser) for table in (record, *(each for each, _ in BY_KEY))}
    keys = {
        str(table.name): [[row[name] for name in key] for row in theirs[table.name]]
        for table, key in BY_KEY
        if table is not activity
    }
    refs = [[row["connection"], row["object"], row["id"]] for row in theirs["record"]]
    lying = {tuple(ref) for ref in refs}
    keys["activity"] = [
        [row["connection"], row["stream"], row["external_id"]]
        for row in theirs["activity"]
        if (row["record_connection"], row["record_object"], row["record_id"]) not in lying
    ]
    return {
        "ours": rawrows.of_lead(tx, lead, survivor, column="id", locked=True)[0],
        "theirs": rawrows.of_lead(tx, lead, loser, column="id", locked=True)[0],
        "score": rawrows.of_lead(tx, score, loser),
        "records": refs,
        "keys": keys,
        "followers": [row["id"] for row in rawrows.of_lead(tx, lead, loser, column="merged_into")],
        "conflicts": [row["id"] for row in rawrows.of_lead(tx, conflict, loser) if row["closed_at"] is None],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passes:
    """What became of two leads' handoffs. `leading`: whose handoff stays open; `numbers`: (lead, before, after);
    `ended`: those that were closed, as they were."""

    closed: tuple[Handoff, ...]
    leading: LeadId | None
    numbers: list[tuple[LeadId, int, int]]
    ended: list[rawrows.Raw]


def _unite_handoffs(tx: Tx, survivor: LeadId, loser: LeadId, *, now: datetime) -> _Passes:
    every = handoffs.all_of(tx, [survivor, loser])
    ours, theirs = every.get(survivor, []), every.get(loser, [])
    still_open = sorted((each for each in (*ours, *theirs) if each.is_open), key=_seniority)
    closed = [
        replace(each, outcome=Outcome.MERGED, closed_at=now, touch_due_at=None, outcome_due_at=None)
        for each in still_open[1:]
    ]
    running = [row for each in (survivor, loser) for row in rawrows.of_lead(tx, handoff, each)]
    handoffs.save(tx, closed)
    ended = {(each.lead_id, each.number): each for each in closed}
    order = [ended.get((each.lead_id, each.number), each) for each in (*ours, *theirs)]
    order.sort(key=lambda each: each.is_open)
    numbers: dict[tuple[LeadId, int], int] = {}
    used = 0
    for each in order:
        used = each.number if each.lead_id == survivor and not each.is_open else used + 1
        numbers[each.lead_id, each.number] = used
    _renumber(tx, survivor, numbers)
    links = {
        numbers[each.lead_id, each.number]: numbers.get((each.lead_id, each.after)) for each in order if each.after
    }
    point(tx, survivor, links)
    return _Passes(
        closed=tuple(replace(each, lead_id=survivor, number=numbers[each.lead_id, each.number]) for each in closed),
        leading=still_open[0].lead_id if still_open else None,
        numbers=[(*place, after) for place, after in numbers.items()],
        ended=[row for row in running if (row["lead_id"], row["number"]) in ended],
    )


def _seniority(each: Handoff) -> tuple[object, ...]:
    """The older goes on; of two opened in one instant it does not matter which, but it is always the same."""
    return (each.opened_at, each.owner or "", each.why)


def _renumber(tx: Tx, survivor: LeadId, numbers: dict[tuple[LeadId, int], int]) -> None:
    """Highest new number first, so that no two rows ever share one."""
    for (owner, before), after in sorted(numbers.items(), key=lambda pair: pair[1], reverse=True):
        if (owner, before) == (survivor, after):
            continue
        for table, column in BY_HANDOFF:
            tx.execute(
                update(table)
                .where(table.c.lead_id == owner, column == before)
                .values({"lead_id": survivor, column.name: after})
            )


def point(tx: Tx, lead_id: LeadId, links: Mapping[int, int | None]) -> None:
    """Have handoffs name the ones that they follow on, by the numbers that both have now."""
    for number, after in links.items():
        tx.execute(update(handoff).where(handoff.c.lead_id == lead_id, handoff.c.number == number).values(after=after))


def _move_facts(tx: Tx, survivor: LeadId, loser: LeadId) -> dict[str, Any]:
    """Interleave by the time each was seen; numbers only have to be free. Returns which there were, and how much
    higher their numbers are now."""
    highest = tx.execute(select(func.max(fact.c.number)).where(fact.c.lead_id == survivor)).scalar() or 0
    theirs = [(row["name"], row["number"]) for row in rawrows.of_lead(tx, fact, loser)]
    tx.execute(update(fact).where(fact.c.lead_id == loser).values(lead_id=survivor, number=fact.c.number + highest))
    return {"theirs": theirs, "shift": highest}


MOMENT = timedelta(microseconds=1)
"""What was seen with the very page that brought the merge is seen after it: a request on it is heard."""


def _standing(ours: Lead, theirs: Lead, leading: LeadId | None, *, now: datetime) -> Lead:
    """The survivor with the stage of whose handoff stays open, else of who had come further."""
    stands = {ours.id: ours, theirs.id: theirs}.get(leading or LeadId(0)) or min((ours, theirs), key=_how_far)
    withheld = sorted(filter(None, (ours.nurture_withheld, theirs.nurture_withheld)))
    return replace(
        stands,
        id=ours.id,
        key=ours.key,
        revision=ours.revision,
        armed_at=now - MOMENT,
        times_recycled=max(ours.times_recycled, theirs.times_recycled),
        left_lists=tuple(sorted({*ours.left_lists, *theirs.left_lists})),
        nurture_withheld=withheld[0] if withheld else None,
        shown_score=ours.shown_score,
        shown_band=ours.shown_band,
        shown_at=ours.shown_at,
    )


def _how_far(each: Lead) -> tuple[Any, ...]:
    """Furthest first; of two who stand at one stage who has stood there longer."""
    moments = (each.mql_since, each.return_at, each.wake_at)
    known = [(at is not None, at.timestamp() if at is not None else 0.0) for at in moments]
    return (_FURTHEST_FIRST.index(each.stage), each.stage_since, each.owner or "", each.recycled_as or "", known)


def _retire(tx: Tx, survivor: LeadId, loser: LeadId) -> None:
    tx.execute(
        update(conflict)
        .where(conflict.c.lead_id == loser, conflict.c.closed_at.is_(None))
        .values(closed_at=conflict.c.opened_at)
    )
    tx.execute(update(lead).where(lead.c.merged_into == loser).values(merged_into=survivor))
    tx.execute(
        update(lead)
        .where(lead.c.id == loser)
        .values(merged_into=survivor, due=False, plan_due=False, wake_at=None, owner=None, failure=None)
    )
