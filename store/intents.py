"""What is to be created once: each with a key that the vendor, or the outbox, recognises a repeat by.

open → done → closed; open → cancelled. One that was cancelled while its creation was on its way is done after
all when the answer says so, and its lead is planned again.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy import select, update

from domain.decision import Intent, IntentKind
from domain.errors import CredentialsError, RateLimitedError, WrongAccountError
from domain.run import OutboxStatus
from domain.values import LeadId
from store import leads, trail
from store.chunks import chunks
from store.columns import AnyRow, plain, to_json
from store.engine import Tx
from store.outbox_row import READY, to_outbox_row, words
from store.schema import intent as table
from store.schema import outbox
from store.upserts import insert_new


class IntentStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    """Out of date before it was sent; the reason stands in its payload."""
    CLOSED = "closed"
    """Created, and closed again by us: that is put out once."""


CANCELLED_BECAUSE = "cancelled"
"""Where in the payload of a cancelled intent the reason stands."""

WITHDRAWN = "withdrawn"
"""The code of a creation that was settled unsent because nobody wants it any more."""

_NOTHING_SENT = frozenset(each.__name__ for each in (CredentialsError, RateLimitedError, WrongAccountError))
"""Errors after which the system has certainly done nothing."""

KeptIntent: TypeAlias = tuple[str, Intent, IntentStatus, str | None]
"""(key, intent, status, the id of what was created)."""


def intent_key(lead_key: str, intent: Intent) -> str:
    """The same lead, handoff, kind and step give the same key in every run and process."""
    parts = to_json([lead_key, intent.handoff, intent.kind.value, intent.step])
    return sha256(parts.encode()).hexdigest()[:40]


def save(tx: Tx, intents: Mapping[str, Intent]) -> list[str]:
    """Keep intents by their keys; returns the keys that were not there yet. What is there stays as it is."""
    known: set[str] = set()
    for portion in chunks(intents):
        known.update(tx.execute(select(table.c.key).where(table.c.key.in_(portion))).scalars())
    new = [key for key in intents if key not in known]
    insert_new(
        tx,
        table,
        [
            {
                "key": key,
                "lead_id": intents[key].lead_id,
                "handoff": intents[key].handoff,
                "kind": intents[key].kind.value,
                "step": intents[key].step,
                "payload": dict(intents[key].payload),
                "status": IntentStatus.OPEN.value,
            }
            for key in new
        ],
    )
    return new


def open_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[tuple[str, Intent]]]:
    """What still has to be created for these leads, by handoff, kind and step."""
    found: dict[LeadId, list[tuple[str, Intent]]] = {}
    for lead, kept in of_leads(tx, ids).items():
        waiting = [(key, intent) for key, intent, status, _ in kept if status is IntentStatus.OPEN]
        if waiting:
            found[lead] = waiting
    return found


def done(tx: Tx, key: str, remote_id: str | None) -> None:
    """It is there: never create it again. One that was cancelled meanwhile has its lead planned once more."""
    cancelled = tx.execute(
        select(table.c.lead_id).where(table.c.key == key, table.c.status == IntentStatus.CANCELLED.value)
    ).scalars()
    leads.mark_plan_due(tx, [LeadId(lead) for lead in cancelled])
    tx.execute(update(table).where(table.c.key == key).values(status=IntentStatus.DONE.value, remote_id=remote_id))


def cancel(tx: Tx, reasons: Mapping[str, str], *, now: datetime) -> set[str]:
    """Never create these; returns the keys that were still open. What may have been sent already goes its way."""
    _withdraw(tx, reasons, now=now)
    cancelled: set[str] = set()
    for portion in chunks(sorted(reasons)):
        rows = tx.execute(
            select(table.c.key, table.c.payload)
            .where(table.c.key.in_(portion), table.c.status == IntentStatus.OPEN.value)
            .with_for_update()
        ).all()
        for row in rows:
            told = {**row.payload, CANCELLED_BECAUSE: reasons[row.key]}
            values = {"status": IntentStatus.CANCELLED.value, "payload": told}
            tx.execute(update(table).where(table.c.key == row.key).values(values))
            cancelled.add(row.key)
    return cancelled


def _withdraw(tx: Tx, reasons: Mapping[str, str], *, now: datetime) -> None:
    """Settle what was never sent, or was refused for good; what else is waiting may have been created already.

    Rows first, intents after them: whoever settles an answer locks in this order too.
    """
    waiting = words((*READY, OutboxStatus.PARKED))
    for portion in chunks(sorted(reasons)):
        found = tx.execute(
            select(outbox).where(outbox.c.key.in_(portion), outbox.c.status.in_(waiting)).with_for_update()
        )
        for row in map(to_outbox_row, found):
            if row.status is OutboxStatus.PARKED or row.attempts == 0 or row.code in _NOTHING_SENT:
                ended = {"status": OutboxStatus.DONE.value, "code": WITHDRAWN, "message": plain(reasons[row.key])}
                tx.execute(update(outbox).where(outbox.c.id == row.id).values(**ended, settled_at=now, owner=None))
                trail.end_unsent(tx, [row], reasons[row.key], now=now)


def close(tx: Tx, keys: Collection[str]) -> None:
    """Their closing is put out: it is never put out again."""
    for portion in chunks(sorted(keys)):
        tx.execute(
            update(table)
            .where(table.c.key.in_(portion), table.c.status == IntentStatus.DONE.value)
            .values(status=IntentStatus.CLOSED.value)
        )


def close_again(tx: Tx, ids: Collection[LeadId], made: Collection[str]) -> None:
    """What was made for these leads, by its ids there, stands open, and no closing is on its way any more: one may be
    put out again."""
    tx.execute(
        update(table)
        .where(table.c.lead_id.in_(ids), table.c.remote_id.in_(made), table.c.status == IntentStatus.CLOSED.value)
        .values(status=IntentStatus.DONE.value)
    )


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[KeptIntent]]:
    """Every intent of these leads, by handoff, kind and step."""
    found: dict[LeadId, list[KeptIntent]] = {}
    columns = table.c
    for portion in chunks(ids):
        rows = tx.execute(
            select(table)
            .where(columns.lead_id.in_(portion))
            .order_by(columns.lead_id, columns.handoff, columns.kind, columns.step, columns.key)
        )
        for row in rows:
            kept = (row.key, to_intent(row), IntentStatus(row.status), row.remote_id)
            found.setdefault(LeadId(row.lead_id), []).append(kept)
    return found


def to_intent(row: AnyRow) -> Intent:
    return Intent(
        lead_id=LeadId(row.lead_id),
        handoff=row.handoff,
        kind=IntentKind(row.kind),
        step=row.step,
        payload=row.payload,
    )
