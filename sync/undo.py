"""Take back what a run wrote: what stood there before goes back where our value still stands.

An undo is a plan like any other: shown first, and carried out by `apply` through the same outbox, radius and audit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.place import Place
from domain.run import GoLive
from domain.values import LeadId, RecordRef, Value
from store import leads, outbox, undone
from store.chunks import chunks
from store.engine import Tx
from store.outbox import OutboxDraft, OutboxRow
from store.undone import Undone
from sync.loop import InForce
from sync.material import Users
from sync.outgoing import wanted_of
from sync.plan import changes_of
from sync.preview import VALID, PlannedLead
from sync.reversal import Kept, Reversal, Why, Wish, only
from sync.same import same
from sync.wanted import Wanted, limited


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What an undo would do: leads with their writes, what stays, and how many writes were not sent yet.

    `rows`: how many writes of the run are known at all.
    """

    leads: tuple[PlannedLead, ...]
    kept: tuple[Kept, ...]
    unsent: int
    rows: int


def plan_undo(tx: Tx, wish: Wish, rules: InForce, people: Users, *, step: GoLive, now: datetime) -> Undoing:
    """Work out what of a run can be taken back, from the store as it is."""
    rows = [row for row in outbox.of_run(tx, wish.run_id) if wish.covers(row)]
    by_lead: dict[LeadId, list[OutboxRow]] = {}
    for row in rows:
        if row.lead_id is not None:
            by_lead.setdefault(row.lead_id, []).append(row)
    planned: list[PlannedLead] = []
    kept: list[Kept] = []
    for ids in chunks(sorted(by_lead)):
        last = outbox.last_written(tx, ids)
        for wanted in wanted_of(tx, ids, rules):
            reversal = Reversal(wish=wish, wanted=wanted, rules=rules, last=last, now=now)
            changes, stays = _look(reversal, by_lead[wanted.lead_id], people, step)
            kept += stays
            if changes or any(map(wish.is_unsent, by_lead[wanted.lead_id])):
                planned.append(_planned(wanted, changes, now=now))
    unsent = sum(map(wish.is_unsent, rows))
    return Undoing(leads=tuple(planned), kept=tuple(kept), unsent=unsent, rows=len(rows))


def _look(
    reversal: Reversal, rows: Sequence[OutboxRow], people: Users, step: GoLive
) -> tuple[tuple[OutboxDraft, ...], list[Kept]]:
    """The writes, and what stays: also what a plan of these very writes leaves out."""
    found = list(reversal.of(rows))
    kept = [each for each in found if isinstance(each, Kept)]
    wished = {each.place: each for each in found if isinstance(each, Undone)}
    allowed = limited(replace(reversal.wanted, undone=wished), step, reversal.rules).undone
    changes = changes_of(only(reversal.wanted, allowed), reversal.rules, people)
    going = {place for draft in changes for place in _places(draft)}
    kept += [
        Kept(lead_id=each.lead_id, ref=place.ref, field=place.field, why=Why.NOT_NOW)
        for place, each in wished.items()
        if place not in going
    ]
    return changes, kept


def _places(draft: OutboxDraft) -> list[Place]:
    ref = RecordRef(connection=draft.connection, object=draft.change.object, id=draft.change.id or "")
    return [Place(ref=ref, field=name) for name in draft.change.values]


def _planned(wanted: Wanted, changes: tuple[OutboxDraft, ...], *, now: datetime) -> PlannedLead:
    return PlannedLead(
        lead_id=wanted.lead_id, revision=wanted.revision, valid_until=now + VALID, conclusion=None, changes=changes
    )


def take_back(tx: Tx, run_id: int, planned: Sequence[PlannedLead], *, actor: str, now: datetime) -> None:
    """Note what these leads' writes take back, and withdraw what the run had not sent yet: that is withheld as well.

    From now on the planner itself wants it so: a write of it that fails, or has to wait, is planned again.
    """
    ids = [each.lead_id for each in planned]
    unsent = outbox.take_back(tx, run_id, ids, f"run {run_id} was undone", now=now, actor=actor)
    swaps = [swap for each in planned for draft in each.changes for swap in _swaps(draft)]
    swaps += [replace(swap, value=swap.back, back=swap.value) for row in unsent for swap in _swaps(row)]
    known = undone.of_leads(tx, ids)
    again = [each for each in swaps if _brings_back(known.get(each.lead_id, {}).get(each.place), each)]
    undone.lift(tx, [each.place for each in again])
    fresh = [each for each in swaps if each not in again]
    undone.save(
        tx,
        [
            Undone(place=s.place, lead_id=s.lead_id, value=s.value, back=s.back, run_id=run_id, actor=actor, at=now)
            for s in fresh
        ],
    )
    leads.mark_plan_due(tx, ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Swap:
    """`back` goes in the place of `value`."""

    place: Place
    lead_id: LeadId
    value: Value
    back: Value


def _swaps(write: OutboxDraft | OutboxRow) -> Iterator[_Swap]:
    ref = RecordRef(connection=write.connection, object=write.change.object, id=write.change.id or "")
    if write.lead_id is None:
        return
    for name, value in write.change.values.items():
        place = Place(ref=ref, field=name)
        yield _Swap(place=place, lead_id=write.lead_id, value=write.before.get(name), back=value)


def _brings_back(before: Undone | None, each: _Swap) -> bool:
    """Whether this undoes an undo."""
    return before is not None and same(before.back, each.value) and same(before.value, each.back)
