"""Buttons pressed in notices: kept before whoever told of one is thanked, heard once, shown once.

Whoever receives may be a standby, so adding needs no lead; everything else is the loop's.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from domain.handoff import Verdict
from domain.notice import Heard, Press, Pressed
from domain.values import LeadId
from store.chunks import chunks, delete_oldest
from store.columns import AnyRow
from store.engine import Tx
from store.schema import press as table
from store.upserts import insert_for

KEPT_FOR = timedelta(days=90)
_UNTAKEN = (table.c.lead_id.is_(None), table.c.heard_at.is_(None))


def add(tx: Tx, press: Press, *, now: datetime) -> bool:
    """Keep a press; False when it was told before."""
    row = {
        "connection": press.connection,
        "key": press.key,
        "lead_key": press.lead_key,
        "handoff": press.handoff,
        "user": press.user,
        "message": press.message,
        "verdict": press.verdict.value if press.verdict is not None else None,
        "until": press.until,
        "email": press.email,
        "at": press.at,
        "arrived_at": now,
        "due_at": now,
    }
    statement = insert_for(tx, table).values(row).on_conflict_do_nothing().returning(table.c.id)
    return tx.execute(statement).first() is not None


def has_untaken(tx: Tx, connection: str, *, now: datetime) -> bool:
    """Whether `untaken` would give anything: asked every second, of an index that is nearly always empty."""
    query = select(table.c.id).where(*_UNTAKEN, table.c.due_at <= now, table.c.connection == connection)
    return tx.execute(query.limit(1)).first() is not None


def untaken(tx: Tx, connection: str, *, now: datetime, limit: int) -> list[tuple[int, Press, int]]:
    """Presses that no lead was found for yet, oldest first: number, press, how often that was tried."""
    query = select(table).where(*_UNTAKEN, table.c.due_at <= now, table.c.connection == connection)
    rows = tx.execute(query.order_by(table.c.due_at, table.c.id).limit(limit))
    return [(row.id, _press(row), row.attempts) for row in rows]


def put_off(tx: Tx, number: int, *, until: datetime) -> None:
    values = {"due_at": until, "attempts": table.c.attempts + 1}
    tx.execute(update(table).where(table.c.id == number).values(values))


def take(tx: Tx, number: int, lead_id: LeadId, email: str) -> None:
    """Say whose press it is and of which lead: the next decision about that lead hears it."""
    tx.execute(update(table).where(table.c.id == number).values(lead_id=lead_id, email=email))


def unheard_of(tx: Tx, ids: Iterable[LeadId]) -> Mapping[LeadId, Sequence[Pressed]]:
    """What was pressed about these leads and not heard yet, in order."""
    found: dict[LeadId, list[Pressed]] = {}
    for portion in chunks(ids):
        query = select(table).where(table.c.lead_id.in_(portion), table.c.heard_at.is_(None))
        for row in tx.execute(query.order_by(table.c.at, table.c.id)):
            pressed = Pressed(id=row.id, lead_id=LeadId(row.lead_id), press=_press(row))
            found.setdefault(pressed.lead_id, []).append(pressed)
    return found


def hear(tx: Tx, heard: Iterable[Heard], *, now: datetime) -> None:
    """In the transaction that saves what was decided of them."""
    for each in heard:
        _end(tx, each.press, each.words, counts=each.counts, now=now)


def refuse(tx: Tx, number: int, why: str, *, now: datetime) -> None:
    """A press that no lead will ever hear."""
    _end(tx, number, why, counts=False, now=now)


def _end(tx: Tx, number: int, words: str, *, counts: bool, now: datetime) -> None:
    values = {"heard_at": now, "result": words, "counts": counts}
    tx.execute(update(table).where(table.c.id == number, table.c.heard_at.is_(None)).values(values))


def unshown(tx: Tx, *, limit: int) -> list[tuple[int, Press, LeadId | None, str, bool]]:
    """Heard, and not said in their message yet: number, press, lead, what to say, and whether it counts."""
    query = select(table).where(table.c.heard_at.is_not(None), table.c.shown_at.is_(None))
    rows = tx.execute(query.order_by(table.c.heard_at, table.c.id).limit(limit))
    return [
        (row.id, _press(row), None if row.lead_id is None else LeadId(row.lead_id), row.result, row.counts)
        for row in rows
    ]


def show(tx: Tx, numbers: Iterable[int], *, now: datetime) -> None:
    for portion in chunks(numbers):
        tx.execute(update(table).where(table.c.id.in_(portion)).values(shown_at=now))


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """Delete what was shown before a moment; returns how many."""
    return delete_oldest(tx, table.c.shown_at, before=before, limit=limit)


def _press(row: AnyRow) -> Press:
    return Press(
        connection=row.connection,
        key=row.key,
        lead_key=row.lead_key,
        handoff=row.handoff,
        user=row.user,
        message=row.message,
        at=row.at,
        verdict=Verdict(row.verdict) if row.verdict else None,
        until=row.until,
        email=row.email,
    )
