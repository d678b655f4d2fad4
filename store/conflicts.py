"""What no rule could decide, until the sides agree or a person decides."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from domain.change import Conflict
from domain.values import LeadId, Value
from store.chunks import chunks
from store.columns import AnyRow, to_json
from store.engine import Tx
from store.schema import conflict as table

_MARK = 4
"""Figures by which a name tells other values apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A conflict that waits for a person."""

    number: int
    lead_id: LeadId
    conflict: Conflict
    since: datetime

    @property
    def name(self) -> str:
        """What a person says to mean it: another one as soon as a side shows another value."""
        sides = to_json(self.conflict.values)
        return f"{self.number}-{hashlib.sha256(sides.encode()).hexdigest()[:_MARK]}"


def save(tx: Tx, conflicts: Mapping[LeadId, Sequence[Conflict]], *, now: datetime) -> None:
    """Make these the open conflicts of these leads: opened once, closed when they are no longer named."""
    known = _open_of(tx, conflicts)
    for lead, several in conflicts.items():
        wanted = {each.property: dict(each.values) for each in several}
        before = {name: sides for (owner, name), sides in known.items() if owner == lead}
        for name in before.keys() - wanted.keys():
            _change(tx, lead, name, {"closed_at": now})
        for name, sides in wanted.items():
            if name not in before:
                row = {"lead_id": lead, "property": name, "sides": sides, "opened_at": now}
                tx.execute(table.insert(), row)
            elif before[name] != sides:
                _change(tx, lead, name, {"sides": sides})


def _open_of(tx: Tx, ids: Iterable[LeadId]) -> dict[tuple[LeadId, str], dict[str, Value]]:
    found: dict[tuple[LeadId, str], dict[str, Value]] = {}
    for portion in chunks(ids):
        rows = tx.execute(select(table).where(table.c.lead_id.in_(portion), table.c.closed_at.is_(None)))
        found |= {(LeadId(row.lead_id), row.property): row.sides for row in rows}
    return found


def _change(tx: Tx, lead: LeadId, name: str, values: Mapping[str, object]) -> None:
    which = (table.c.lead_id == lead, table.c.property == name, table.c.closed_at.is_(None))
    tx.execute(update(table).where(*which).values(**values))


def open_ones(tx: Tx, *, property: str | None = None) -> list[Open]:
    """What a person has to decide, oldest first; of one property, or of all."""
    rows = select(table).where(table.c.closed_at.is_(None)).order_by(table.c.opened_at, table.c.id)
    if property is not None:
        rows = rows.where(table.c.property == property)
    return [_to_open(row) for row in tx.execute(rows)]


def of_lead(tx: Tx, lead_id: LeadId) -> list[Open]:
    """What a person has to decide about one lead."""
    rows = select(table).where(table.c.lead_id == lead_id, table.c.closed_at.is_(None)).order_by(table.c.property)
    return [_to_open(row) for row in tx.execute(rows)]


def get(tx: Tx, numbers: Collection[int]) -> dict[int, Open]:
    """Those of these numbers that are still open."""
    found: dict[int, Open] = {}
    for portion in chunks(numbers):
        rows = tx.execute(select(table).where(table.c.id.in_(portion), table.c.closed_at.is_(None)))
        found |= {row.id: _to_open(row) for row in rows}
    return found


def counts(tx: Tx) -> dict[str, int]:
    """Property → how many leads wait for a person's word on it."""
    rows = tx.execute(
        select(table.c.property, func.count().label("leads"))
        .where(table.c.closed_at.is_(None))
        .group_by(table.c.property)
        .order_by(table.c.property)
    )
    return {row.property: row.leads for row in rows}


def leads_by_property(tx: Tx) -> dict[str, set[LeadId]]:
    """Property → the leads that wait for a person's word on it."""
    found: dict[str, set[LeadId]] = {}
    for row in tx.execute(select(table.c.property, table.c.lead_id).where(table.c.closed_at.is_(None))):
        found.setdefault(row.property, set()).add(LeadId(row.lead_id))
    return found


def _to_open(row: AnyRow) -> Open:
    conflict = Conflict(property=row.property, values=row.sides)
    return Open(number=row.id, lead_id=LeadId(row.lead_id), conflict=conflict, since=row.opened_at)
