"""Two leads turned out to be one person: everything the younger had becomes the elder's, in one transaction.

Numbers of handoffs stay a lead's own: the loser's come after the survivor's, and an open one is
always the last. Of two open ones the older stays open and the younger ends as `merged`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, func, select, update

from domain.handoff import Handoff, Outcome
from domain.lead import Lead
from domain.stage import Stage
from domain.values import LeadId
from store import handoffs, leads
from store.engine import Tx
from store.schema import (
    activity,
    arrival,
    assignment,
    conflict,
    desired,
    fact,
    handoff,
    held_lead,
    identity_key,
    intent,
    lead,
    membership,
    merge_base,
    outbox,
    record,
    score,
    transition,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge made: the lead as it stands, the stage that the survivor had, and the handoffs it closed."""

    lead: Lead
    before: Stage
    closed: tuple[Handoff, ...]


def merge(tx: Tx, survivor: LeadId, loser: LeadId, *, now: datetime) -> Merged:
    """Make `loser` part of `survivor`: what happened before now opens no handoff, both are decided anew as one."""
    found = leads.get(tx, [survivor, loser])
    if survivor == loser or set(found) != {survivor, loser}:
        raise ValueError(f"leads {survivor} and {loser} cannot be merged: they have to be two living leads")
    closed, leading = _unite_handoffs(tx, survivor, loser, now=now)
    for table in (record, identity_key, activity, intent, outbox, transition, assignment, arrival):
        tx.execute(update(table).where(table.c.lead_id == loser).values(lead_id=survivor))
    _move_facts(tx, survivor, loser)
    for table, key in _SINGLE:
        _move_where_free(tx, table, key, survivor, loser)
    tx.execute(delete(score).where(score.c.lead_id == loser))
    furthest = min(found.values(), key=lambda each: (_FURTHEST_FIRST.index(each.stage), each.id != survivor))
    standing = _standing(found[survivor], found[loser], found.get(leading or furthest.id, furthest), now=now)
    _retire(tx, survivor, loser)
    leads.save(tx, [standing], now=now)
    leads.touch(tx, [survivor])
    return Merged(lead=leads.get(tx, [survivor])[survivor], before=found[survivor].stage, closed=closed)


_SINGLE: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (desired, ("connection", "object", "record_id", "field")),
    (membership, ("connection", "list")),
    (merge_base, ("property", "connection")),
    (held_lead, ("set_id",)),
)
"""Tables with one row per lead and key: where both have one, the survivor's stands."""


def _unite_handoffs(
    tx: Tx, survivor: LeadId, loser: LeadId, *, now: datetime
) -> tuple[tuple[Handoff, ...], LeadId | None]:
    """The handoffs that this closed, and whose is the one that stays open."""
    every = handoffs.all_of(tx, [survivor, loser])
    ours, theirs = every.get(survivor, []), every.get(loser, [])
    still_open = sorted((each for each in (*ours, *theirs) if each.is_open), key=lambda each: each.opened_at)
    closed = [replace(each, outcome=Outcome.MERGED, closed_at=now) for each in still_open[1:]]
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
    moved = tuple(replace(each, lead_id=survivor, number=numbers[each.lead_id, each.number]) for each in closed)
    return moved, still_open[0].lead_id if still_open else None


def _renumber(tx: Tx, survivor: LeadId, numbers: dict[tuple[LeadId, int], int]) -> None:
    """Highest new number first, so that no two rows ever share one."""
    for (owner, before), after in sorted(numbers.items(), key=lambda pair: pair[1], reverse=True):
        if (owner, before) == (survivor, after):
            continue
        for table, column in (
            (handoff, handoff.c.number),
            (intent, intent.c.handoff),
            (transition, transition.c.handoff),
            (assignment, assignment.c.handoff),
        ):
            tx.execute(
                update(table)
                .where(table.c.lead_id == owner, column == before)
                .values({"lead_id": survivor, column.name: after})
            )


def _move_facts(tx: Tx, survivor: LeadId, loser: LeadId) -> None:
    """Interleave by the time each was seen; numbers only have to be free."""
    highest = tx.execute(select(func.max(fact.c.number)).where(fact.c.lead_id == survivor)).scalar() or 0
    tx.execute(update(fact).where(fact.c.lead_id == loser).values(lead_id=survivor, number=fact.c.number + highest))


def _move_where_free(tx: Tx, table: Table, key: Sequence[str], survivor: LeadId, loser: LeadId) -> None:
    other = table.alias("other")
    same = [other.c[name] == table.c[name] for name in key]
    taken = select(other.c.lead_id).where(other.c.lead_id == survivor, *same).exists()
    tx.execute(update(table).where(table.c.lead_id == loser, ~taken).values(lead_id=survivor))
    tx.execute(delete(table).where(table.c.lead_id == loser))


MOMENT = timedelta(microseconds=1)
"""What was seen with the very page that brought the merge is seen after it: a request on it is heard."""


def _standing(ours: Lead, theirs: Lead, leading: Lead, *, now: datetime) -> Lead:
    """The survivor with the stage of whose handoff stays open, else of who had come further."""
    return replace(
        leading,
        id=ours.id,
        key=ours.key,
        revision=ours.revision,
        armed_at=now - MOMENT,
        times_recycled=max(ours.times_recycled, theirs.times_recycled),
        left_lists=tuple(sorted({*ours.left_lists, *theirs.left_lists})),
        nurture_withheld=ours.nurture_withheld or theirs.nurture_withheld,
        shown_score=ours.shown_score,
        shown_band=ours.shown_band,
        shown_at=ours.shown_at,
    )


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
