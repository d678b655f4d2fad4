"""Whom a store erased after a backup was taken: the backup has them whole, so they are carried over and erased again.

They are found by our own key of their lead. Who became a lead only after the backup is kept out by the hashes that the
store has of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select, update

from domain.values import LeadId
from store import erased, leads
from store import installation as notebook
from store.chunks import chunks
from store.engine import Tx
from store.schema import erased_key, erasure
from store.schema import lead as lead_table
from store.upserts import insert_new

NOTE = "erased_since_the_backup"
"""In the notebook between a backup's rows and the mark: by then what was there before is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Somebody who was erased, or is to be where there is no `erased_at`. `key`: our own of their lead; `hashes`:
    (hash, kind) of all by which they were known."""

    key: str
    asked_at: datetime
    asked_by: str
    reason: str
    erased_at: datetime | None
    hashes: tuple[tuple[str, str], ...] = ()


_ALL = TypeAdapter(list[Gone])


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How many are erased once more, and how many only if somebody asks for it again: who was still to be erased and
    came after the backup, or is part of another person in it."""

    again: int
    to_ask: int


def everybody(tx: Tx) -> list[Gone]:
    """Whom this store has erased or is to erase."""
    hashes: dict[LeadId, list[tuple[str, str]]] = {}
    for lead_id, digest, kind in tx.execute(select(erased_key.c.lead_id, erased_key.c.digest, erased_key.c.kind)):
        hashes.setdefault(lead_id, []).append((digest, kind))
    query = select(lead_table.c.key, erasure).join(lead_table, lead_table.c.id == erasure.c.lead_id)
    return [
        Gone(
            key=row.key,
            asked_at=row.asked_at,
            asked_by=row.asked_by,
            reason=row.reason,
            erased_at=row.erased_at,
            hashes=tuple(sorted(hashes.get(row.lead_id, ()))),
        )
        for row in tx.execute(query.order_by(erasure.c.lead_id))
    ]


def noted(tx: Tx) -> list[Gone] | None:
    """Whom a restore that was broken off was to carry over; None where there was none."""
    kept = notebook.get(tx, NOTE)
    return None if kept is None else _ALL.validate_json(kept)


def to_text(gone: Iterable[Gone]) -> str:
    """As `NOTE` keeps it."""
    return _ALL.dump_json(list(gone)).decode()


def carry_over(tx: Tx, gone: Sequence[Gone]) -> Carried:
    """Have a store that was put back erase them too: in its first cycle, before anything is written about them."""
    there = _leads_of(tx, [each.key for each in gone])
    again = to_ask = 0
    for each in gone:
        known = there.get(each.key)
        if known is None and each.erased_at is None:
            to_ask += 1
            continue
        lead = known or _husk(tx, each)
        whole = leads.survivor(tx, lead)
        if whole == lead:
            erased.ask(tx, [lead], by=each.asked_by, reason=each.reason, now=each.asked_at)
            again += 1
        elif whole not in {leads.NOBODY, *there.values()}:
            to_ask += 1  # they were parted since: who they are part of here is not to be erased with them
            continue
        _keep_hashes(tx, lead, each)
    notebook.remove(tx, NOTE)
    return Carried(again=again, to_ask=to_ask)


def _leads_of(tx: Tx, keys: Collection[str]) -> Mapping[str, LeadId]:
    columns = lead_table.c
    return {
        row.key: LeadId(row.id)
        for portion in chunks(sorted(keys))
        for row in tx.execute(select(columns.key, columns.id).where(columns.key.in_(portion)))
    }


def _husk(tx: Tx, gone: Gone) -> LeadId:
    """What is left of somebody whom this store has never known."""
    at = gone.erased_at or gone.asked_at
    (lead,) = leads.create(tx, 1, now=at, installation="", keys={0: gone.key})
    tx.execute(update(lead_table).where(lead_table.c.id == lead.id).values(merged_into=leads.NOBODY, due=False))
    erased.ask(tx, [lead.id], by=gone.asked_by, reason=gone.reason, now=gone.asked_at)
    erased.done(tx, [lead.id], now=at)
    return lead.id


def _keep_hashes(tx: Tx, lead: LeadId, gone: Gone) -> None:
    since = gone.erased_at or gone.asked_at
    rows = [{"digest": one, "kind": kind, "lead_id": lead, "since": since} for one, kind in gone.hashes]
    insert_new(tx, erased_key, rows)
