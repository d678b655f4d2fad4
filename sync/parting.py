"""A person's word on who is who, in one transaction each: two leads are one, or one of them is two."""

from datetime import datetime

from domain.identity import Tie
from domain.values import LeadId, RecordRef
from store import leads, records, unions, unmerging
from sync.duplicates import Heard
from sync.loop import Loop
from sync.uniting import part, take_out, unite


def split_union(loop: Loop, number: int, *, by: str, now: datetime) -> Heard:
    """Undo a union, if that can still be done."""
    with loop.store.write(loop.epoch) as tx:
        union = unions.get(tx, number)
        if union is None:
            return Heard(ok=False, words=f"There is no union {number}. See `leadloop identity list`.")
        if (words := unmerging.hindrance(tx, union)) is not None:
            return Heard(ok=False, words=words)
        parted = part(tx, union, loop.in_force(tx).hash, by=by, now=now)
    gone = ", ".join(map(str, parted.records)) or "no record"
    return Heard(
        ok=True,
        words=f"Lead {parted.loser} is a lead of its own again, with {gone}. No key unites it with lead "
        f"{parted.survivor} any more; both are decided anew in the next cycle.",
    )


def split_record(loop: Loop, ref: RecordRef, *, by: str, now: datetime) -> Heard:
    """Take a record out of the lead that it came to."""
    with loop.store.write(loop.epoch) as tx:
        lead = records.lead_of(tx, [ref]).get(ref)
        if lead is None or not leads.get(tx, [lead]):
            return Heard(ok=False, words=f"{ref} belongs to no lead.")
        if len(records.of_leads(tx, [lead])[lead]) == 1:
            return Heard(ok=False, words=f"{ref} is all there is of lead {lead}: there is nothing to take it out of.")
        made = take_out(tx, [ref], lead, by=by, now=now)
    return Heard(
        ok=True,
        words=f"{ref} is lead {made} from now on. No key unites it with lead {lead} any more; both are decided anew in "
        "the next cycle.",
    )


def join(loop: Loop, one: LeadId, other: LeadId, *, by: str, now: datetime) -> Heard:
    """Two leads are one person: the elder's lead from now on."""
    with loop.store.write(loop.epoch) as tx:
        ends = sorted({leads.survivor(tx, each) for each in (one, other)})
        if len(ends) == 1:
            return Heard(ok=False, words=f"They are one lead already: {ends[0]}.")
        unite(tx, ends[0], ends[1], loop.in_force(tx).hash, now=now, tie=Tie.HAND, by=by)
        union = unions.of_leads(tx, ends)[0].id
    return Heard(
        ok=True,
        words=f"Lead {ends[1]} belongs to lead {ends[0]} now, with all it has; no record of a vendor was merged. "
        f"`leadloop identity split {union}` takes it back.",
    )
