"""What is promised to be kept for a while only is deleted when its time is over: by index, a portion at a time.

The audit, the ledger, the numbers under which something was created and the leads that a person
discarded stay: they say what must not be done again. What a person still has to look at stays too,
but without the values that its record had before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, delete, select, update

from domain.review import KEPT_FOR
from domain.run import OutboxStatus
from store import evidence, inbox, notes, presses, review, runs, unions, watched, wire
from store.columns import AnySelect
from store.engine import Tx
from store.held import HeldStatus
from store.intents import IntentStatus
from store.outbox_row import STOPPED, words
from store.schema import blast, call_count, conflict, held_lead, held_set, held_write, intent, outbox, request

_ENDED = words((OutboxStatus.DONE, OutboxStatus.GONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long what is kept, and how many rows of each kind one transaction deletes at most."""

    wire: timedelta = wire.KEPT_FOR
    hints: timedelta = inbox.KEPT_FOR
    settled: timedelta = timedelta(days=90)
    """Outbox rows with their before-images after they were settled, the sides of a conflict after it was decided, runs
    after they began."""
    stopped: timedelta = timedelta(days=30)
    """Values from before a write that was refused, or of which nobody knows what became of it, after it stopped."""
    answered: timedelta = timedelta(days=90)
    """Operators' requests and the leads of held sets, after they were answered or released."""
    counted: timedelta = timedelta(days=35)
    """Blast units and calls. The longest look back is the 28-day median."""
    unions: timedelta = timedelta(days=90)
    """What a union remembers so that it can be undone, after it was made."""
    watched: timedelta = watched.KEPT_FOR
    """What is kept to be compared, after it was seen; who would have been handed off, after that step ended."""
    evidence: timedelta = timedelta(days=90)
    """What histories told of a conflict, after they were to be asked."""
    notes: timedelta = notes.KEPT_FOR
    """What people did that the rules cannot follow, after it was last found."""
    presses: timedelta = presses.KEPT_FOR
    """What people answered by a button, after it was shown."""
    decisions: timedelta = KEPT_FOR
    """What was decided in a weekly review, after it was done or dropped."""
    portion: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How many rows were deleted; of `before_images` only the values. `more`: call again, a portion was full."""

    wire: int
    hints: int
    outbox: int
    before_images: int
    conflicts: int
    runs: int
    requests: int
    held_leads: int
    held_writes: int
    blast: int
    calls: int
    unions: int
    watched: int
    evidence: int
    notes: int
    presses: int
    decisions: int
    more: bool


DEFAULT = Limits()


def purge(tx: Tx, *, now: datetime, limits: Limits = DEFAULT) -> Purged:
    """Delete one portion of everything whose time is over: for a transaction of its own, and again while `more`."""
    most, settled, answered = limits.portion, now - limits.settled, now - limits.answered
    found = {
        "wire": wire.purge(tx, before=now - limits.wire, limit=most),
        "hints": inbox.purge(tx, before=now - limits.hints, limit=most),
        "outbox": _delete(tx, outbox, [outbox.c.id], _over(settled), most),
        "before_images": _forget_before_images(tx, before=now - limits.stopped, limit=most),
        "conflicts": _delete(tx, conflict, [conflict.c.id], _decided(settled), most),
        "runs": runs.purge(tx, before=settled, limit=most),
        "requests": _delete(tx, request, [request.c.id], _answered_requests(answered), most),
        "held_leads": _delete(tx, held_lead, [held_lead.c.set_id, held_lead.c.lead_id], _released(answered), most),
        "held_writes": _forget_writes(tx, before=answered, limit=most),
        "blast": _delete(tx, blast, [blast.c.kind, blast.c.minute], _minutes(now - limits.counted), most),
        "calls": _delete(
            tx, call_count, [call_count.c.connection, call_count.c.hour], _hours(now - limits.counted), most
        ),
        "unions": unions.forget_old(tx, before=now - limits.unions, limit=most),
        "watched": watched.purge(tx, before=now - limits.watched, limit=most),
        "evidence": evidence.purge(tx, before=now - limits.evidence, limit=most),
        "notes": notes.purge(tx, before=now - limits.notes, limit=most),
        "presses": presses.purge(tx, before=now - limits.presses, limit=most),
        "decisions": review.purge(tx, before=now - limits.decisions, limit=most),
    }
    return Purged(**found, more=max(found.values()) >= most)


def _over(before: datetime) -> AnySelect:
    """Settled for good. A creation that is still wished for stays: its row is what keeps it from being made twice."""
    wished = select(intent.c.key).where(intent.c.key == outbox.c.key, intent.c.status == IntentStatus.OPEN.value)
    return (
        select(outbox.c.id)
        .where(outbox.c.settled_at < before, outbox.c.status.in_(_ENDED), ~wished.exists())
        .order_by(outbox.c.settled_at)
        .with_for_update(skip_locked=True, of=outbox)
    )


def _forget_before_images(tx: Tx, *, before: datetime, limit: int) -> int:
    with_image = (
        select(outbox.c.id)
        .where(outbox.c.settled_at < before, outbox.c.status.in_(words(STOPPED)), outbox.c.before != "{}")
        .order_by(outbox.c.settled_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = tx.execute(with_image).scalars().all()
    if ids:
        tx.execute(update(outbox).where(outbox.c.id.in_(ids)).values(before="{}"))
    return len(ids)


def _decided(before: datetime) -> AnySelect:
    """The sides of what was undecided once, after somebody decided."""
    return select(conflict.c.id).where(conflict.c.closed_at < before).order_by(conflict.c.id)


def _answered_requests(before: datetime) -> AnySelect:
    return select(request.c.id).where(request.c.answered_at < before).order_by(request.c.id)


def _released(before: datetime) -> AnySelect:
    """Leads that went through long ago. The sets themselves, a handful, say for ever that they were answered."""
    closed = (HeldStatus.APPROVED.value, HeldStatus.EXPIRED.value)
    sets = select(held_set.c.id).where(held_set.c.status.in_(closed), held_set.c.answered_at < before)
    return (
        select(held_lead.c.set_id, held_lead.c.lead_id)
        .where(held_lead.c.set_id.in_(sets), held_lead.c.released_at < before)
        .order_by(held_lead.c.set_id, held_lead.c.lead_id)
    )


def _forget_writes(tx: Tx, *, before: datetime, limit: int) -> int:
    """Fields that were let through long ago; what was discarded stays, for it may still not be written."""
    columns = held_write.c
    places = (columns.connection, columns.object, columns.record_id, columns.field, columns.set_id)
    rows = tx.execute(select(*places).where(columns.released_at < before).limit(limit)).all()
    for row in rows:
        tx.execute(delete(held_write).where(*(at == value for at, value in zip(places, row, strict=True))))
    return len(rows)


def _minutes(before: datetime) -> AnySelect:
    """Small by nature, as `_hours` is: a row for each minute in which something was let through."""
    return select(blast.c.kind, blast.c.minute).where(blast.c.minute < before)


def _hours(before: datetime) -> AnySelect:
    return select(call_count.c.connection, call_count.c.hour).where(call_count.c.hour < before)


def _delete(tx: Tx, table: Table, key: Sequence[Column[Any]], which: AnySelect, limit: int) -> int:
    """By the first column of a double key and many of the second: SQLite reads the whole table for a list of pairs."""
    rows = tx.execute(which.limit(limit)).all()
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for *first, last in rows:
        groups.setdefault(tuple(first), []).append(last)
    for group, members in groups.items():
        same = [column == value for column, value in zip(key[:-1], group, strict=True)]
        tx.execute(delete(table).where(*same, key[-1].in_(members)))
    return len(rows)
