"""What the blast radius holds back: frozen sets of leads, a person's word on each, and what was let through.

A set is open until a person approves or discards it; an approval is for the leads that were in it
then, holds until its hour (that of a metered set, released by the day, until it is used up), and is
used up lead by lead. What comes later opens another set.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, true, update
from sqlalchemy.sql.elements import ColumnElement

from domain.audit import LOOP
from domain.radius import HeldStatus
from domain.values import LeadId
from store import audit, heldwrites, leads
from store.audit import AuditEntry
from store.blast import (
    blast_per_day,
    count_blast,
    count_hand_raises,
    daily_median,
    hand_raises_since,
    opened_since,
)
from store.chunks import chunks
from store.columns import AnyRow, AnySelect
from store.engine import Tx
from store.metering import take_approved
from store.schema import held_lead, held_set, held_write
from store.upserts import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSet:
    """`leads`: how many are still in it; `writes`: how many single fields of theirs, where it holds only those.

    `about`: what was noted when it was opened.
    """

    number: int
    name: str
    cause: str
    status: HeldStatus
    leads: int
    opened_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    valid_until: datetime | None
    writes: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntry:
    """One lead that waits in a set."""

    set_name: str
    lead_id: LeadId


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How some leads stand with people's words: in which set they wait for one or were let through by one.

    `discarded_at`: when a set that they were in was last dropped.
    """

    open: Mapping[LeadId, str] = field(default_factory=dict)
    approved: Mapping[LeadId, str] = field(default_factory=dict)
    discarded_at: Mapping[LeadId, datetime] = field(default_factory=dict)


_SPLIT = "split"
"""The status of a part of a set between being taken out and being answered, in one transaction."""
_WAITING = (held_set.c.status == HeldStatus.OPEN.value) | (held_set.c.status == HeldStatus.APPROVED.value)


def hold(
    tx: Tx,
    set_name: str,
    cause: str,
    lead_ids: Sequence[LeadId],
    *,
    now: datetime,
    about: Mapping[str, Any] | None = None,
) -> list[LeadId]:
    """Add leads to the open set of this name; returns those that were not held already, in any set."""
    held = _held_of(tx, lead_ids)
    new = [lead for lead in dict.fromkeys(lead_ids) if lead not in held]
    if not new:
        return []
    query = select(held_set.c.id).where(held_set.c.name == set_name, held_set.c.status == HeldStatus.OPEN.value)
    number = tx.execute(query).scalar()
    if number is None:
        row = {"name": set_name, "cause": cause, "status": HeldStatus.OPEN.value, "opened_at": now}
        row["about"] = dict(about or {})
        number = tx.execute(held_set.insert().returning(held_set.c.id), row).scalar_one()
    insert_new(tx, held_lead, [{"set_id": number, "lead_id": lead, "held_at": now} for lead in new])
    return new


def sets(tx: Tx) -> list[HeldSet]:
    """Sets that wait for a person, or were approved and are not used up; oldest first."""
    left = func.count(held_lead.c.lead_id)
    rows = tx.execute(
        select(held_set, left.label("leads"))
        .outerjoin(held_lead, (held_lead.c.set_id == held_set.c.id) & held_lead.c.released_at.is_(None))
        .where(_WAITING)
        .group_by(*held_set.c)
        .order_by(held_set.c.id)
    )
    writes = heldwrites.counts(tx)
    found = [_to_set(row, *writes.get(row.id, (row.leads, 0))) for row in rows]
    return [each for each in found if each.leads]


def of_set(tx: Tx, set_name: str) -> list[LeadId]:
    """The leads that are still in the waiting sets of this name, by number."""
    rows = tx.execute(_entries().where(held_set.c.name == set_name).order_by(held_lead.c.lead_id))
    return [LeadId(row.lead_id) for row in rows]


def in_set(tx: Tx, number: int) -> list[tuple[LeadId, datetime | None]]:
    """Who is still in this one, by number, and since when."""
    rows = tx.execute(
        select(held_lead.c.lead_id, held_lead.c.held_at)
        .where(held_lead.c.set_id == number, held_lead.c.released_at.is_(None))
        .order_by(held_lead.c.lead_id)
    )
    return [(LeadId(row.lead_id), row.held_at) for row in rows]


def open_entries(tx: Tx) -> list[HeldEntry]:
    """Every lead that waits for a person's word, by set and number."""
    rows = tx.execute(
        _entries().where(held_set.c.status == HeldStatus.OPEN.value).order_by(held_set.c.name, held_lead.c.lead_id)
    )
    return [HeldEntry(set_name=row.name, lead_id=LeadId(row.lead_id)) for row in rows]


def standing(tx: Tx, ids: Iterable[LeadId] | None = None) -> Standing:
    """How these leads stand with people's words; without `ids` every lead that was ever held."""
    waiting: list[AnyRow] = []
    dropped: dict[LeadId, datetime] = {}
    for only in [true()] if ids is None else (held_lead.c.lead_id.in_(portion) for portion in chunks(ids)):
        waiting += tx.execute(_entries().where(only))
        dropped.update({LeadId(row.lead_id): row.at for row in tx.execute(_discarded().where(only))})
    of = {status: {LeadId(row.lead_id): row.name for row in waiting if row.status == status} for status in HeldStatus}
    return Standing(open=of[HeldStatus.OPEN], approved=of[HeldStatus.APPROVED], discarded_at=dropped)


def open_lead_ids(tx: Tx) -> set[LeadId]:
    """Every lead that is held, or approved and not yet gone through."""
    return {LeadId(row.lead_id) for row in tx.execute(_entries())}


def approve(
    tx: Tx,
    set_name: str,
    *,
    by: str,
    now: datetime,
    until: datetime | None,
    only: Collection[LeadId] | None = None,
    reason: str = "",
) -> list[LeadId]:
    """Let the open set of this name go through until then (None: until it is used up), once; returns its leads.

    With `only` these leads of it go, and the others wait on. Single fields are planned again by this.
    """
    if only is not None:
        _split(tx, set_name, only)
    number = _answer(tx, set_name, HeldStatus.APPROVED, by=by, now=now, until=until, rest=only is not None)
    if number is None:
        return []
    if reason:
        about = tx.execute(select(held_set.c.about).where(held_set.c.id == number)).scalar_one()
        tx.execute(update(held_set).where(held_set.c.id == number).values(about={**about, "reason": reason}))
    of_writes = heldwrites.lead_ids(tx, number)
    leads.mark_plan_due(tx, of_writes)
    return of_writes or _left_in(tx, number)


def _split(tx: Tx, set_name: str, only: Collection[LeadId]) -> None:
    """Make these leads a set of their own, which is closed until it is answered: two of one name are never open."""
    row = tx.execute(
        select(held_set).where(held_set.c.name == set_name, held_set.c.status == HeldStatus.OPEN.value)
    ).first()
    if row is None:
        return
    copied = {"name": row.name, "cause": row.cause, "opened_at": row.opened_at, "about": row.about}
    number = tx.execute(held_set.insert().returning(held_set.c.id), copied | {"status": _SPLIT}).scalar_one()
    for table in (held_lead, held_write):
        for portion in chunks(sorted(only)):
            mine = (table.c.set_id == row.id, table.c.lead_id.in_(portion))
            tx.execute(update(table).where(*mine).values(set_id=number))


def discard(tx: Tx, set_name: str, *, now: datetime, by: str | None = None) -> int:
    """Drop the open set of this name and have its leads decided without it; returns how many were in it.

    Single fields stay as they are until something else is wished there; what the record showed is forgotten.
    """
    number = _answer(tx, set_name, HeldStatus.DISCARDED, by=by, now=now, until=None)
    if number is None:
        return 0
    return heldwrites.dropped(tx, number) or _let_go(tx, [number], now)


def is_closed(tx: Tx, set_name: str) -> bool:
    """Whether a person has answered a set of this name and none is open now."""
    rows = tx.execute(select(held_set.c.status).where(held_set.c.name == set_name)).scalars().all()
    return bool(rows) and HeldStatus.OPEN.value not in rows


def close(tx: Tx, set_name: str, *, now: datetime, by: str | None = None) -> None:
    """Make it so that `is_closed` is true even when nothing was ever held under this name."""
    if _answer(tx, set_name, HeldStatus.APPROVED, by=by, now=now, until=now) is None and not is_closed(tx, set_name):
        row = {"name": set_name, "cause": "", "status": HeldStatus.EXPIRED.value, "opened_at": now}
        tx.execute(held_set.insert(), row | {"answered_at": now, "answered_by": by})


def release(tx: Tx, lead_ids: Iterable[LeadId], *, now: datetime) -> None:
    """These leads went through, or need it no longer: their approval is used up."""
    for portion in chunks(lead_ids):
        _mark_released(tx, held_lead.c.lead_id.in_(portion), now)


def approved(tx: Tx, ids: Iterable[LeadId], *, now: datetime, metered: Collection[str] = ()) -> set[LeadId]:
    """Those of these leads that an approval still lets through; of `metered` sets only those whose turn has come."""
    found: set[LeadId] = set()
    for portion in chunks(ids):
        rows = tx.execute(
            _entries().where(
                held_lead.c.lead_id.in_(portion),
                held_set.c.status == HeldStatus.APPROVED.value,
                (held_set.c.valid_until > now) | held_set.c.valid_until.is_(None),
                held_set.c.name.not_in(sorted(metered)) | held_lead.c.taken_at.is_not(None),
            )
        )
        found.update(LeadId(row.lead_id) for row in rows)
    return found


def expire(tx: Tx, *, now: datetime) -> int:
    """End the approvals whose hour has come; what did not go through is decided, or planned, and may be held anew."""
    over = (held_set.c.status == HeldStatus.APPROVED.value, held_set.c.valid_until <= now)
    rows = tx.execute(select(held_set.c.id, held_set.c.name).where(*over)).all()
    numbers = [row.id for row in rows]
    audit.append(tx, [AuditEntry(at=now, actor=LOOP, action=f"the word on {row.name} ran out") for row in rows])
    if numbers:
        _let_go(tx, numbers, now)
        leads.mark_plan_due(tx, heldwrites.release(tx, numbers, now=now))
        tx.execute(update(held_set).where(*over).values(status=HeldStatus.EXPIRED.value))
    return len(numbers)


def _entries() -> AnySelect:
    return (
        select(held_set.c.name, held_set.c.status, held_set.c.id, held_lead.c.lead_id)
        .join(held_set, held_set.c.id == held_lead.c.set_id)
        .where(_WAITING, held_lead.c.released_at.is_(None))
    )


def _discarded() -> AnySelect:
    """Leads that were in a set when it was dropped, and when that was last."""
    return (
        select(held_lead.c.lead_id, func.max(held_set.c.answered_at).label("at"))
        .join(held_set, held_set.c.id == held_lead.c.set_id)
        .where(held_set.c.status == HeldStatus.DISCARDED.value, held_lead.c.released_at >= held_set.c.answered_at)
        .group_by(held_lead.c.lead_id)
    )


def _held_of(tx: Tx, lead_ids: Iterable[LeadId]) -> set[LeadId]:
    found: set[LeadId] = set()
    for portion in chunks(lead_ids):
        found.update(LeadId(row.lead_id) for row in tx.execute(_entries().where(held_lead.c.lead_id.in_(portion))))
    return found


def _answer(
    tx: Tx,
    set_name: str,
    status: HeldStatus,
    *,
    by: str | None,
    now: datetime,
    until: datetime | None,
    rest: bool = False,
) -> int | None:
    """`rest`: of a set that was split the part that is answered."""
    number: int | None = tx.execute(
        update(held_set)
        .where(held_set.c.name == set_name, held_set.c.status == (_SPLIT if rest else HeldStatus.OPEN.value))
        .values(status=status.value, answered_by=by, answered_at=now, valid_until=until)
        .returning(held_set.c.id)
    ).scalar()
    return number


def _let_go(tx: Tx, numbers: Sequence[int], now: datetime) -> int:
    """End the waiting of these sets' leads, which makes them due: asleep they would stay as they are for ever."""
    ids = [lead for number in numbers for lead in _left_in(tx, number)]
    _mark_released(tx, held_lead.c.set_id.in_(numbers), now)
    leads.touch(tx, ids)
    return len(ids)


def _left_in(tx: Tx, number: int) -> list[LeadId]:
    return [lead for lead, _ in in_set(tx, number)]


def _mark_released(tx: Tx, which: ColumnElement[bool], now: datetime) -> None:
    tx.execute(update(held_lead).where(which, held_lead.c.released_at.is_(None)).values(released_at=now))


def _to_set(row: AnyRow, left: int, writes: int) -> HeldSet:
    return HeldSet(
        number=row.id,
        name=row.name,
        cause=row.cause,
        status=HeldStatus(row.status),
        leads=left,
        writes=writes,
        about=row.about,
        opened_at=row.opened_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        valid_until=row.valid_until,
    )


__all__ = [
    "HeldEntry",
    "HeldSet",
    "HeldStatus",
    "Standing",
    "approve",
    "approved",
    "blast_per_day",
    "close",
    "count_blast",
    "count_hand_raises",
    "daily_median",
    "discard",
    "expire",
    "hand_raises_since",
    "hold",
    "in_set",
    "is_closed",
    "of_set",
    "open_entries",
    "open_lead_ids",
    "opened_since",
    "release",
    "sets",
    "standing",
    "take_approved",
]
