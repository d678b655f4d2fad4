"""Who did what and why, append-only, without anybody's data: values are there as an HMAC under the subject's key.

Rows are sealed into a hash chain by the decider, in the order of sealing. The last anchor (number
and hash) is kept outside the database, because a chain cannot see that its own end was cut off.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select

from domain.values import LeadId, RuleHash, Value
from store import numbers
from store.chunks import BulkInsert, chunks
from store.columns import AnyRow, from_json, plain, to_json, to_micros
from store.engine import Tx
from store.schema import audit as table
from store.schema import audit_seal, audit_unsealed
from store.schema import subject_key as subject_keys
from store.upserts import insert_new

_START = "0" * 64
_COLUMNS = (
    "seq", "at", "actor", "action", "connection", "object", "record_id", "lead_id", "fields", "rule_hash",
    "outbox_key", "values_hmac",
)  # fmt: skip
_INSERT = BulkInsert(table, _COLUMNS, "")
_INSERT_UNSEALED = BulkInsert(audit_unsealed, ("seq",), "")


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
class Anchor:
    """The end of the chain: how many rows are sealed, the last one's number, and the hash over all of them."""

    number: int
    seq: int
    hash: str

    def to_text(self) -> str:
        return f"{self.number} {self.seq} {self.hash}"

    @classmethod
    def from_text(cls, text: str) -> "Anchor":
        number, seq, digest = text.split()
        return cls(number=int(number), seq=int(seq), hash=digest)


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
    rows = tx.execute(select(table).where(table.c.lead_id == lead_id).order_by(table.c.seq))
    return [_to_entry(row) for row in rows]


def subject_key(tx: Tx, lead_id: LeadId, *, random_bytes: Callable[[int], bytes]) -> bytes:
    """The lead's own key for `values_hmac`, made at first use."""
    query = select(subject_keys.c.key).where(subject_keys.c.lead_id == lead_id)
    if tx.execute(query).scalar() is None:
        insert_new(tx, subject_keys, [{"lead_id": lead_id, "key": random_bytes(32)}])
    key: bytes = tx.execute(query).scalar_one()
    return key


def forget_subject(tx: Tx, lead_id: LeadId) -> None:
    """Delete the key: from now on no HMAC in the audit can be tied to a value, and the chain stays valid."""
    tx.execute(delete(subject_keys).where(subject_keys.c.lead_id == lead_id))


def hmac_of(key: bytes, values: Mapping[str, Value]) -> str:
    return hmac.new(key, to_json(values).encode(), sha256).hexdigest()


def anchor(tx: Tx) -> Anchor | None:
    """The end of the chain now."""
    row = tx.execute(select(audit_seal).order_by(audit_seal.c.number.desc()).limit(1)).first()
    return None if row is None else Anchor(number=row.number, seq=row.seq, hash=row.hash)


def seal(tx: Tx, *, now: datetime) -> Anchor | None:
    """Chain every row that is not sealed yet; returns the new end, None while nothing was ever sealed."""
    last = anchor(tx)
    number, digest = (0, _START) if last is None else (last.number, last.hash)
    waiting = tx.execute(select(audit_unsealed.c.seq).order_by(audit_unsealed.c.seq)).scalars().all()
    for portion in chunks(waiting):
        rows = tx.execute(select(table).where(table.c.seq.in_(portion)).order_by(table.c.seq)).all()
        seals = []
        for row in rows:
            number, digest = number + 1, _link(digest, row)
            seals.append({"number": number, "seq": row.seq, "hash": digest, "sealed_at": now})
        if seals:
            tx.execute(audit_seal.insert(), seals)
        tx.execute(delete(audit_unsealed).where(audit_unsealed.c.seq.in_(portion)))
    return anchor(tx)


def verify(tx: Tx, anchor: Anchor | None) -> int | None:
    """The number of the first audit row that is not as it was sealed; None when the chain and the anchor hold.

    A row that was cut off behind the anchor, or slipped in beside the chain, is found as well.
    """
    digest, count = _START, 0
    for seal_row, audit_row in _chain(tx):
        count += 1
        if audit_row is None or seal_row.number != count:
            return int(seal_row.seq)
        digest = _link(digest, audit_row)
        if digest != seal_row.hash:
            return int(seal_row.seq)
        if anchor is not None and count == anchor.number and digest != anchor.hash:
            return int(seal_row.seq)
    if anchor is not None and count < anchor.number:
        return anchor.seq
    return _beside_the_chain(tx)


def _chain(tx: Tx) -> Iterator[tuple[AnyRow, AnyRow | None]]:
    last = 0
    while True:
        seals = tx.execute(
            select(audit_seal).where(audit_seal.c.number > last).order_by(audit_seal.c.number).limit(500)
        ).all()
        if not seals:
            return
        rows = tx.execute(select(table).where(table.c.seq.in_([each.seq for each in seals])))
        by_seq = {row.seq: row for row in rows}
        for each in seals:
            yield each, by_seq.get(each.seq)
        last = seals[-1].number


def _beside_the_chain(tx: Tx) -> int | None:
    """A row that is neither sealed nor waiting to be."""
    sealed = select(audit_seal.c.seq).where(audit_seal.c.seq == table.c.seq).exists()
    waiting = select(audit_unsealed.c.seq).where(audit_unsealed.c.seq == table.c.seq).exists()
    found: int | None = tx.execute(select(table.c.seq).where(~sealed, ~waiting).order_by(table.c.seq).limit(1)).scalar()
    return found


def _link(digest: str, row: AnyRow) -> str:
    kept = {column.name: getattr(row, column.name) for column in table.c} | {"at": to_micros(row.at)}
    return sha256(f"{digest}\n{to_json([*sorted(kept.items())])}".encode()).hexdigest()


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
