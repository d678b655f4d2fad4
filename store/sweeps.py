"""What full listings show no more although we know it as living, and a person's word that it is really gone.

A finding is one set of ids: another set is another finding with a number of its own, so that nobody's word is for
more than they were shown. The loop finds and closes, operators approve; a word is used up by the comparison that
it let through.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select, update

from domain.missing import Missing
from store.columns import AnyRow, AnySelect
from store.engine import Store, Tx
from store.schema import sweep_finding as table

EXAMPLES = 3
_SHOWN = [column for column in table.c if column.name != "ids"]
"""Whoever only looks does not load the ids, of which there may be very many."""


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`missing` of `known` records of an object are shown no more. `valid_until`: how long a person's word on it holds.

    `found_at`: since when it is exactly these.
    """

    id: int
    connection: str
    stream: str
    object: str
    missing: int
    known: int
    found_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    valid_until: datetime | None
    examples: tuple[str, ...] = ()

    def is_approved(self, *, now: datetime) -> bool:
        return self.valid_until is not None and now < self.valid_until


def note(tx: Tx, missing: Missing, *, now: datetime) -> None:
    """Keep what was found for a person to see. The same records found again are the same finding."""
    before = _open(tx, missing.connection, missing.object)
    if before is not None and set(before.ids) == set(missing.ids):
        tx.execute(update(table).where(table.c.id == before.id).values(known=missing.known, stream=missing.stream))
        return
    close(tx, missing.connection, missing.object, now=now)
    row = {
        "connection": missing.connection,
        "stream": missing.stream,
        "object": missing.object,
        "ids": (ids := sorted(missing.ids)),
        "examples": ids[:EXAMPLES],
        "missing": len(missing.ids),
        "known": missing.known,
        "found_at": now,
    }
    tx.execute(table.insert(), row)


def covers(tx: Tx, missing: Missing, *, now: datetime) -> bool:
    """Whether a person's word of the last hours is for all of these, and perhaps for more."""
    found = _open(tx, missing.connection, missing.object)
    if found is None or found.valid_until is None or now >= found.valid_until:
        return False
    return set(missing.ids) <= set(found.ids)


def close(tx: Tx, connection: str, object: str, *, now: datetime) -> None:
    """What was found of this object is over, and a word on it used up. The ids are not kept."""
    tx.execute(
        update(table)
        .where(table.c.connection == connection, table.c.object == object, table.c.closed_at.is_(None))
        .values(closed_at=now, ids=[], examples=[])
    )


def findings(tx: Tx) -> list[Finding]:
    """Every open one with a few of its ids, by connection and object."""
    rows = tx.execute(_open_ones(*_SHOWN).order_by(table.c.connection, table.c.object))
    return [_to_finding(row) for row in rows]


def ids_of(tx: Tx, number: int) -> list[str] | None:
    """All records of an open finding; None when there is none of this number."""
    ids: list[str] | None = tx.execute(_open_ones(table.c.ids).where(table.c.id == number)).scalar()
    return ids


def approve(tx: Tx, number: int, *, by: str, now: datetime, until: datetime) -> Finding | None:
    """Take a person's word for the open finding of this number; None when there is none (any more)."""
    row = tx.execute(
        update(table)
        .where(table.c.id == number, table.c.closed_at.is_(None))
        .values(approved_by=by, approved_at=now, valid_until=until)
        .returning(*_SHOWN)
    ).first()
    return None if row is None else _to_finding(row)


def approved_at(tx: Tx, connection: str, *, now: datetime) -> dict[str, datetime]:
    """The streams with a word that waits to be used, and when the last one was given."""
    rows = tx.execute(
        _open_ones(table.c.stream, func.max(table.c.approved_at).label("at"))
        .where(table.c.connection == connection, table.c.valid_until > now)
        .group_by(table.c.stream)
    )
    return {row.stream: row.at for row in rows}


class StoreSweeps:
    """Satisfies `connectors.contract.Confirmations`; each question is a short transaction of its own."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def given(self, missing: Missing) -> bool:
        now = self._clock.now()
        with self._store.read() as tx:
            is_given = covers(tx, missing, now=now)
        if not is_given:
            with self._store.write() as tx:
                note(tx, missing, now=now)
        return is_given

    def over(self, connection: str, object: str) -> None:
        """Most comparisons find nothing of the kind: they do not wait for the database to be free."""
        with self._store.read() as tx:
            found = _open(tx, connection, object)
        if found is not None:
            with self._store.write() as tx:
                close(tx, connection, object, now=self._clock.now())

    def last(self, connection: str, stream: str) -> datetime | None:
        with self._store.read() as tx:
            return approved_at(tx, connection, now=self._clock.now()).get(stream)


def _open_ones(*columns: Any) -> AnySelect:
    return select(*(columns or (table,))).where(table.c.closed_at.is_(None))


def _open(tx: Tx, connection: str, object: str) -> AnyRow | None:
    return tx.execute(_open_ones().where(table.c.connection == connection, table.c.object == object)).first()


def _to_finding(row: AnyRow) -> Finding:
    return Finding(
        id=row.id,
        connection=row.connection,
        stream=row.stream,
        object=row.object,
        missing=row.missing,
        known=row.known,
        found_at=row.found_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        valid_until=row.valid_until,
        examples=tuple(row.examples),
    )
