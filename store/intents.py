"""What is to be created once: each with a key that the vendor, or the outbox, recognises a repeat by."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy import select, update

from domain.decision import Intent, IntentKind
from domain.values import LeadId
from store.chunks import chunks
from store.columns import AnyRow, to_json
from store.engine import Tx
from store.schema import intent as table
from store.upserts import insert_new


class IntentStatus(StrEnum):
    OPEN = "open"
    DONE = "done"


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
    """It is there: never create it again."""
    tx.execute(update(table).where(table.c.key == key).values(status=IntentStatus.DONE.value, remote_id=remote_id))


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
            kept = (row.key, _to_intent(row), IntentStatus(row.status), row.remote_id)
            found.setdefault(LeadId(row.lead_id), []).append(kept)
    return found


def _to_intent(row: AnyRow) -> Intent:
    return Intent(
        lead_id=LeadId(row.lead_id),
        handoff=row.handoff,
        kind=IntentKind(row.kind),
        step=row.step,
        payload=row.payload,
    )
