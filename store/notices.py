"""Notices that wait for their time: open intents, found by the moment at which they are to be looked at again."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import or_, select, text, update

from domain.decision import Intent
from domain.values import LeadId
from store.chunks import chunks
from store.columns import from_json
from store.engine import Tx
from store.intents import IntentStatus, to_intent
from store.schema import intent as table
from store.schema import outbox

_OPEN = text("intent.kind = 'notice' AND intent.status = 'open'")
"""In the words of the index."""


def due(tx: Tx, *, now: datetime, limit: int) -> list[tuple[str, Intent]]:
    """Open notices whose time has come, or that were never looked at."""
    query = select(table).where(_OPEN, or_(table.c.look_at.is_(None), table.c.look_at <= now))
    rows = tx.execute(query.order_by(table.c.look_at, table.c.key).limit(limit))
    return [(row.key, to_intent(row)) for row in rows]


def look_again(tx: Tx, keys: Iterable[str], *, at: datetime) -> None:
    for portion in chunks(keys):
        tx.execute(update(table).where(table.c.key.in_(portion)).values(look_at=at))


def told(tx: Tx, keys: Collection[str], message: str) -> None:
    """Told in one message with others: done, by that message's key."""
    values = {"status": IntentStatus.DONE.value, "remote_id": message}
    for portion in chunks(keys):
        tx.execute(update(table).where(table.c.key.in_(portion)).values(values))


def text_of(tx: Tx, connection: str, lead_id: LeadId, message: str) -> str:
    """What a message about this lead said, as far as its row is kept."""
    keys = select(table.c.key).where(table.c.lead_id == lead_id, table.c.remote_id == message)
    query = select(outbox.c.change).where(outbox.c.connection == connection, outbox.c.key.in_(keys))
    change = tx.execute(query.limit(1)).scalar()
    return "" if change is None else str(from_json(change)["values"].get("text") or "")
