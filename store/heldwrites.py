"""Single fields that the blast radius holds back: in which set, what the record showed, and what it would show.

A place is held once. A set goes with one column; what a person approved goes once, if it is still the very same
write, and what they discarded stays unwritten until something else is wished there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from domain.place import FieldOf, Place
from domain.radius import HeldStatus, HeldWrite, WriteClass
from domain.values import LeadId, RecordRef, RuleHash
from store.chunks import chunks
from store.columns import AnyRow, AnySelect
from store.engine import Tx
from store.schema import held_set
from store.schema import held_write as table
from store.upserts import upsert

_PLACE = ("connection", "object", "record_id", "field")
_WAITING = (HeldStatus.OPEN.value, HeldStatus.APPROVED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWrite:
    """A held write and how its set stands."""

    write: HeldWrite
    set_id: int
    set_name: str
    status: HeldStatus
    valid_until: datetime | None
    held_at: datetime


def hold(
    tx: Tx, writes: Mapping[str, Sequence[HeldWrite]], *, about: Mapping[str, Mapping[str, Any]], now: datetime
) -> None:
    """Set name → what joins the open set of that name; a place that waited elsewhere waits there no more.

    `about`: what is noted of a set that is opened by this: `cause`, `rule_hash`, `limit`, ...
    """
    numbers = {name: _opened(tx, name, about[name], now=now) for name in sorted(writes)}
    places = [each.place for several in writes.values() for each in several]
    waited = _take_out(tx, places)
    for name, number in numbers.items():
        upsert(tx, table, [_to_row(number, each, now=now) for each in writes[name]])
    _close_empty(tx, waited, now=now)


def _opened(tx: Tx, name: str, about: Mapping[str, Any], *, now: datetime) -> int:
    known = select(held_set.c.id).where(held_set.c.name == name, held_set.c.status == HeldStatus.OPEN.value)
    number: int | None = tx.execute(known).scalar()
    if number is not None:
        return number
    row = {"name": name, "cause": about["cause"], "status": HeldStatus.OPEN.value, "opened_at": now}
    made: int = tx.execute(held_set.insert().returning(held_set.c.id), row | {"about": dict(about)}).scalar_one()
    return made


def _to_row(number: int, each: HeldWrite, *, now: datetime) -> dict[str, Any]:
    ref = each.place.ref
    return {
        "set_id": number,
        **dict(zip(_PLACE, (ref.connection, ref.object, ref.id, each.place.field), strict=True)),
        "lead_id": each.lead_id,
        "property": each.property,
        "kind": each.kind.value,
        "before": each.before,
        "value": each.value,
        "cause": each.cause,
        "rule_hash": each.rule_hash,
        "held_at": now,
        "released_at": None,
    }


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, dict[Place, KeptWrite]]:
    """What waits, was approved and has not gone, or was discarded, of these leads."""
    found: dict[LeadId, dict[Place, KeptWrite]] = {}
    for portion in chunks(ids):
        for row in tx.execute(_kept().where(table.c.lead_id.in_(portion))):
            kept = _to_kept(row)
            found.setdefault(kept.write.lead_id, {})[kept.write.place] = kept
    return found


def of_set(tx: Tx, number: int, *, limit: int | None = None) -> list[KeptWrite]:
    """What is still in a set, by lead and place."""
    order = (table.c.lead_id, *(table.c[name] for name in _PLACE))
    rows = tx.execute(_kept().where(table.c.set_id == number).order_by(*order).limit(limit))
    return [_to_kept(row) for row in rows]


def lead_ids(tx: Tx, number: int) -> list[LeadId]:
    """The leads of which something is still in a set."""
    rows = tx.execute(
        select(table.c.lead_id)
        .where(table.c.set_id == number, table.c.released_at.is_(None))
        .distinct()
        .order_by(table.c.lead_id)
    )
    return [LeadId(row.lead_id) for row in rows]


def counts(tx: Tx) -> dict[int, tuple[int, int]]:
    """Waiting set → how many leads and how many writes are still in it."""
    rows = tx.execute(
        select(table.c.set_id, func.count(table.c.lead_id.distinct()), func.count())
        .join(held_set, held_set.c.id == table.c.set_id)
        .where(table.c.released_at.is_(None), held_set.c.status.in_(_WAITING))
        .group_by(table.c.set_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def waiting_leads(tx: Tx) -> dict[str, set[LeadId]]:
    """Open set → the leads of which something waits in it for a person's word."""
    found: dict[str, set[LeadId]] = {}
    rows = tx.execute(
        select(held_set.c.name, table.c.lead_id)
        .join(held_set, held_set.c.id == table.c.set_id)
        .where(table.c.released_at.is_(None), held_set.c.status == HeldStatus.OPEN.value)
    )
    for row in rows:
        found.setdefault(row.name, set()).add(LeadId(row.lead_id))
    return found


def open_columns(tx: Tx) -> dict[tuple[WriteClass, FieldOf], str]:
    """Columns of which something waits for a person's word, with the set in which it does."""
    columns = (table.c.kind, table.c.connection, table.c.object, table.c.field, held_set.c.name)
    rows = tx.execute(
        select(*columns)
        .join(held_set, held_set.c.id == table.c.set_id)
        .where(table.c.released_at.is_(None), held_set.c.status == HeldStatus.OPEN.value)
        .distinct()
    )
    return {
        (WriteClass(row.kind), FieldOf(connection=row.connection, object=row.object, field=row.field)): row.name
        for row in rows
    }


def used(tx: Tx, places: Iterable[Place], *, now: datetime) -> None:
    """These went by their approval, which is good for one time."""
    for some in chunks(places, 100):
        gone = update(table).where(or_(*map(_is_at, some)), table.c.released_at.is_(None))
        tx.execute(gone.values(released_at=now))


def forget(tx: Tx, places: Iterable[Place], *, now: datetime) -> None:
    """These are not wished as they were, so nobody has to be asked; a set that nothing is left in is closed."""
    _close_empty(tx, _take_out(tx, places), now=now)


def _take_out(tx: Tx, places: Iterable[Place]) -> set[int]:
    """The sets in which these waited."""
    numbers: set[int] = set()
    for some in chunks(places, 100):
        gone = delete(table).where(or_(*map(_is_at, some)), table.c.released_at.is_(None)).returning(table.c.set_id)
        numbers.update(tx.execute(gone).scalars())
    return numbers


def _close_empty(tx: Tx, numbers: Collection[int], *, now: datetime) -> None:
    if not numbers:
        return
    left = select(table.c.set_id).where(table.c.set_id == held_set.c.id, table.c.released_at.is_(None))
    empty = (held_set.c.id.in_(numbers), held_set.c.status == HeldStatus.OPEN.value, ~left.exists())
    tx.execute(update(held_set).where(*empty).values(status=HeldStatus.EXPIRED.value, answered_at=now))


def release(tx: Tx, numbers: Collection[int], *, now: datetime) -> list[LeadId]:
    """End the waiting of these sets' writes; returns the leads that are to be planned anew."""
    which = (table.c.set_id.in_(numbers), table.c.released_at.is_(None))
    ids = {LeadId(row.lead_id) for row in tx.execute(select(table.c.lead_id).where(*which))}
    tx.execute(update(table).where(*which).values(released_at=now))
    return sorted(ids)


def dropped(tx: Tx, number: int) -> int:
    """Keep of a discarded set what may not be written, and no more; returns the number of leads."""
    tx.execute(update(table).where(table.c.set_id == number).values(before=None, cause=""))
    return len(lead_ids(tx, number))


def _kept() -> AnySelect:
    return (
        select(table, held_set.c.name, held_set.c.status, held_set.c.valid_until)
        .join(held_set, held_set.c.id == table.c.set_id)
        .where(table.c.released_at.is_(None), held_set.c.status.in_((*_WAITING, HeldStatus.DISCARDED.value)))
    )


def _to_kept(row: AnyRow) -> KeptWrite:
    ref = RecordRef(connection=row.connection, object=row.object, id=row.record_id)
    return KeptWrite(
        write=HeldWrite(
            lead_id=LeadId(row.lead_id),
            place=Place(ref=ref, field=row.field),
            property=row.property,
            kind=WriteClass(row.kind),
            before=row.before,
            value=row.value,
            cause=row.cause,
            rule_hash=RuleHash(row.rule_hash),
        ),
        set_id=row.set_id,
        set_name=row.name,
        status=HeldStatus(row.status),
        valid_until=row.valid_until,
        held_at=row.held_at,
    )


def _is_at(place: Place) -> Any:
    values = (place.ref.connection, place.ref.object, place.ref.id, place.field)
    return and_(*(table.c[name] == value for name, value in zip(_PLACE, values, strict=True)))
