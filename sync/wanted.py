"""What one lead should look like outside and what it looks like: what planning is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.decision import Desired, Intent, Membership
from domain.gate import Closed
from domain.place import Place
from domain.record import Record
from domain.run import GoLive
from domain.values import LeadId, RecordRef, Value
from mapping.identity import is_live
from store.flaps import NOWHERE, Stops
from store.outbox import OutboxRow
from store.undone import Undone
from sync.loop import InForce


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTask:
    """A task that we created and have not closed. `record`: as its system last showed it, None before it did."""

    key: str
    intent: Intent
    ref: RecordRef
    record: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one lead should look like outside, and what it looks like."""

    lead_id: LeadId
    lead_key: str
    revision: int
    records: Sequence[Record]
    desired: Sequence[Desired]
    memberships: Sequence[tuple[str, Membership, bool | None]]
    intents: Sequence[tuple[str, Intent]]
    values: Mapping[str, Value]
    """What is known of the lead and what we decided, its stage above all."""
    given: Sequence[GivenTask] = ()
    open: Sequence[OutboxRow] = ()
    """Rows that are not done: claimed ones are left alone, parked ones stand in the way of their like."""
    stopped: Stops = NOWHERE
    """Fields that somebody else overwrote again and again: they are left alone."""
    undone: Mapping[Place, Undone] = field(default_factory=dict)
    """What a person took back: our value has to stand there still when it is replaced."""
    closed: tuple[Closed, ...] = ()
    """The gates that the lead does not pass."""


def limited(wanted: Wanted, step: GoLive, rules: InForce) -> Wanted:
    """What may be written at this step of go-live: at `scores` only our key, the numbers and their reason."""
    if step is not GoLive.SCORES:
        return wanted
    numbers = {"lead_key", *rules.rules.scoring.shown}
    shown = [row for row in wanted.desired if row.property in numbers]
    places = {Place(ref=row.ref, field=row.field) for row in shown}
    undone = {place: each for place, each in wanted.undone.items() if place in places}
    return replace(wanted, desired=shown, memberships=(), intents=(), given=(), undone=undone)


def head_of(wanted: Wanted, connection: str, rules: InForce) -> Record | None:
    """The record that our values are for; before there are any, the one that the mapping would choose."""
    records = {record.ref: record for record in wanted.records if is_live(record)}
    ours = sorted(row.ref for row in wanted.desired if row.value is not None and row.ref.connection == connection)
    chosen = next((records[ref] for ref in ours if ref in records), None)
    return chosen or rules.fields.heads(wanted.records).get(connection)


def people_of(wanted: Wanted, connection: str, rules: InForce) -> Sequence[Record]:
    """Every living record of the person: nobody knows by which of them they are on a list."""
    objects = rules.mapping.systems[connection].people.objects
    theirs = (each for each in wanted.records if each.ref.connection == connection and each.ref.object in objects)
    return sorted(filter(is_live, theirs), key=lambda each: each.ref)
