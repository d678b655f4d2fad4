"""Who did what and why, append-only, without anybody's data: values are there as an HMAC under the subject's key.

`store/audit_chain.py` seals the rows, so that nobody changes them unseen.
"""

import hmac
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from domain.values import LeadId, RuleHash
from store import numbers
from store.chunks import BulkInsert, read_many
from store.columns import AnyRow, from_json, plain, to_json, to_micros
from store.engine import Tx
from store.schema import audit as table
from store.schema import audit_unsealed
from store.schema import subject_key as subject_keys

_KEY_BYTES = 32
_COLUMNS = (
    "seq", "at", "actor", "action", "connection", "object", "record_id", "lead_id", "fields", "rule_hash",
    "outbox_key", "values_hmac",
)  # fmt: skip
_INSERT = BulkInsert(table, _COLUMNS, "")
_INSERT_UNSEALED = BulkInsert(audit_unsealed, ("seq",), "")
_INSERT_KEYS = BulkInsert(subject_keys, ("lead_id", "key"), "ON CONFLICT (lead_id) DO NOTHING")
_READ_KEYS = "SELECT lead_id, key FROM subject_key WHERE lead_id IN ({keys})"
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """`actor`: the loop, a person's login, or a system. `fields`: names only, never values."""

    at: datetime
    actor: str
    action: str
    connection: str | None = None
    object: str | None = None
    record_id: str | None = None
    lead_id: LeadId | None = None
    fields: tuple[str, ...] = ()
    rule_hash: RuleHash | None = None
    outbox_key: str | None = None
    values_hmac: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows are listed; what is None is not asked. `action`: how it begins."""

    lead_id: LeadId | None = None
    record_id: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def append(tx: Tx, entries: Sequence[AuditEntry]) -> None:
    """Write down; sealed at the next `seal`."""
    if not entries:
        return
    seqs = numbers.take(tx, "audit", len(entries))
    _INSERT.run(tx, [_to_row(entry, seq) for seq, entry in zip(seqs, entries, strict=True)])
    _INSERT_UNSEALED.run(tx, [(seq,) for seq in seqs])


def last(tx: Tx) -> int:
    """The number of the last row; 0 before the first."""
    return tx.execute(select(func.max(table.c.seq))).scalar() or 0


def of_lead(tx: Tx, lead_id: LeadId) -> list[AuditEntry]:
    """Everything done about a lead, oldest first."""
    return [entry for _, entry in rows(tx, Wanted(lead_id=lead_id))]


def rows(tx: Tx, wanted: Wanted, *, limit: int | None = None) -> Iterator[tuple[int, AuditEntry]]:
    """Row numbers and rows, oldest first, in portions that fit memory; with a limit the last so many."""
    query = select(table).where(*_conditions(wanted))
    if limit is not None:
        newest = tx.execute(query.order_by(table.c.seq.desc()).limit(limit)).all()
        yield from ((row.seq, _to_entry(row)) for row in reversed(newest))
        return
    after = 0
    while True:
        found = tx.execute(query.where(table.c.seq > after).order_by(table.c.seq).limit(_AT_ONCE)).all()
        yield from ((row.seq, _to_entry(row)) for row in found)
        if len(found) < _AT_ONCE:
            return
        after = found[-1].seq


def _conditions(wanted: Wanted) -> list[Any]:
    columns = table.c
    asked = (
        (wanted.lead_id, lambda value: columns.lead_id == value),
        (wanted.record_id, lambda value: columns.record_id == value),
        (wanted.actor, lambda value: columns.actor == value),
        (wanted.action, lambda value: columns.action.startswith(value, autoescape=True)),
        (wanted.since, lambda value: columns.at >= value),
        (wanted.until, lambda value: columns.at < value),
    )
    return [condition(value) for value, condition in asked if value is not None]


def subject_keys_of(
    tx: Tx, lead_ids: Collection[LeadId], *, random_bytes: Callable[[int], bytes] | None = None
) -> dict[LeadId, bytes]:
    """The leads' own keys for `values_hmac`; where randomness is given, those that have none get one."""
    found = _keys_of(tx, lead_ids)
    missing = sorted(set(lead_ids) - found.keys())
    if missing and random_bytes is not None:
        _INSERT_KEYS.run(tx, [(lead, random_bytes(_KEY_BYTES)) for lead in missing])
        found |= _keys_of(tx, missing)  # another process may have been quicker
    return found


def _keys_of(tx: Tx, lead_ids: Collection[LeadId]) -> dict[LeadId, bytes]:
    return {LeadId(lead): bytes(key) for lead, key in read_many(tx, _READ_KEYS, lead_ids)}


def forget_subject(tx: Tx, lead_id: LeadId) -> None:
    """Delete the key: from now on no HMAC in the audit can be tied to a value, and the chain stays valid."""
    tx.execute(delete(subject_keys).where(subject_keys.c.lead_id == lead_id))


def hmac_of(key: bytes, values: object) -> str:
    return hmac.digest(key, to_json(values).encode(), "sha256").hex()


def _to_row(entry: AuditEntry, seq: int) -> tuple[Any, ...]:
    return (
        seq,
        to_micros(entry.at),
        plain(entry.actor),
        plain(entry.action),
        entry.connection,
        entry.object,
        entry.record_id,
        entry.lead_id,
        to_json(entry.fields),
        entry.rule_hash,
        entry.outbox_key,
        entry.values_hmac,
    )


def _to_entry(row: AnyRow) -> AuditEntry:
    kept = {name: value for name, value in row._mapping.items() if name not in {"seq", "fields"}}
    return AuditEntry(**kept, fields=tuple(from_json(row.fields)))
