"""The audit's chain: every row sealed with all rows before it, in the order of sealing.

A chain cannot see that its own end was cut off: its anchors (number, row and hash of an end) are kept outside the
database, and what they name has to be there for ever.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select

from store.chunks import BulkInsert, chunks, read_many
from store.columns import AnyRow, to_json, to_micros
from store.engine import Tx
from store.schema import audit as table
from store.schema import audit_seal, audit_unsealed

_START = "0" * 64
_SEALED = (
    "action", "actor", "at", "connection", "fields", "lead_id", "object", "outbox_key", "record_id", "rule_hash",
    "seq", "values_hmac",
)  # fmt: skip
"""What a hash is made of, in this order, for ever: were a later column in it, no old seal would hold."""
_SEQ = _SEALED.index("seq")
_READ = f"SELECT {', '.join(_SEALED)} FROM audit WHERE seq IN ({{keys}})"  # noqa: S608 - names of our own
_INSERT = BulkInsert(audit_seal, ("number", "seq", "hash", "sealed_at"), "")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An end of the chain: how many rows are sealed, the last one's number, and the hash over all of them."""

    number: int
    seq: int
    hash: str

    def to_text(self) -> str:
        return f"{self.number} {self.seq} {self.hash}"

    @classmethod
    def from_text(cls, text: str) -> "Anchor":
        """ValueError for what is no anchor."""
        number, seq, digest = text.split()
        return cls(number=int(number), seq=int(seq), hash=digest)


class Fault(StrEnum):
    """What is wrong with a row, in words."""

    CHANGED = "changed"
    MISSING = "missing"
    GAP = "there, and sealed rows before it are missing"
    INSERTED = "slipped in beside the chain"
    CUT_OFF = "cut off"
    MADE_ANEW = "in a chain that was made anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the audit is as it was sealed. `sealed` rows were looked at, up to the first bad one.

    `waiting`: rows that the next seal takes. `at`, `action`: of the bad row, where there still is one.
    """

    sealed: int
    waiting: int
    anchors: int
    first_bad: int | None = None
    fault: Fault | None = None
    at: datetime | None = None
    action: str | None = None

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def end(tx: Tx) -> Anchor | None:
    """The end of the chain now."""
    row = tx.execute(select(audit_seal).order_by(audit_seal.c.number.desc()).limit(1)).first()
    return None if row is None else _to_anchor(row)


NOTHING = Anchor(number=0, seq=0, hash=_START)
"""The end of a chain before its first row."""


def seal(tx: Tx, *, now: datetime, most: int | None = None) -> Anchor | None:
    """Chain the rows that are not sealed yet, or the `most` oldest of them; returns the new end, None before any."""
    last = end(tx)
    number, digest = (0, _START) if last is None else (last.number, last.hash)
    query = select(audit_unsealed.c.seq).order_by(audit_unsealed.c.seq).limit(most)
    seals = []
    for row in _rows(tx, tx.execute(query).scalars().all()):
        number, digest = number + 1, _link(digest, row)
        seals.append((number, row[_SEQ], digest, to_micros(now)))
    _INSERT.run(tx, seals)
    for portion in chunks(seq for _, seq, _, _ in seals):  # whatever waits and is not there keeps waiting, to be found
        tx.execute(delete(audit_unsealed).where(audit_unsealed.c.seq.in_(portion)))
    return end(tx)


def reaches(tx: Tx, anchor: Anchor) -> bool:
    """Whether the chain still holds what an anchor names: one look, not a proof."""
    if not anchor.number:
        return True
    row = tx.execute(select(audit_seal).where(audit_seal.c.number == anchor.number)).first()
    return row is not None and _to_anchor(row) == anchor


def verify(tx: Tx, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Look at every row and every anchor, and name the first row that is not as it was sealed."""
    hashes: dict[int, set[str]] = {}
    for each in anchors:
        hashes.setdefault(each.number, set()).add(each.hash)
    waiting = tx.execute(select(func.count()).select_from(audit_unsealed)).scalar_one()
    count, bad = _walk(tx, hashes)
    if bad is None:
        beyond = min((each for each in anchors if each.number > count), key=_number, default=None)
        bad = (beyond.seq, Fault.CUT_OFF) if beyond is not None else _outside(tx)
    found = Verdict(sealed=count, waiting=waiting, anchors=len(anchors))
    return found if bad is None else _named(tx, found, *bad)


def _walk(tx: Tx, hashes: Mapping[int, set[str]]) -> tuple[int, tuple[int, Fault] | None]:
    """How many seals hold, and what is wrong with the next one."""
    digest, count = _START, 0
    for number, seq, kept, row in _chain(tx):
        if row is None or number != count + 1:
            return count, (seq, Fault.MISSING if row is None else Fault.GAP)
        digest = _link(digest, row)
        if digest != kept:
            return count, (seq, Fault.CHANGED)
        count += 1
        if hashes.get(count, {digest}) != {digest}:
            return count, (seq, Fault.MADE_ANEW)
    return count, None


def _chain(tx: Tx) -> Iterator[tuple[int, int, str, AnyRow | None]]:
    last = 0
    query = select(audit_seal.c.number, audit_seal.c.seq, audit_seal.c.hash).order_by(audit_seal.c.number)
    while True:
        seals = tx.execute(query.where(audit_seal.c.number > last).limit(_AT_ONCE)).all()
        by_seq = {row[_SEQ]: row for row in _rows(tx, [seq for _, seq, _ in seals])}
        for number, seq, kept in seals:
            yield number, seq, kept, by_seq.get(seq)
        if len(seals) < _AT_ONCE:
            return
        last = seals[-1].number


def _outside(tx: Tx) -> tuple[int, Fault] | None:
    """A row that is neither sealed nor waiting to be, or one that waits and is not there."""
    sealed = select(audit_seal.c.seq).where(audit_seal.c.seq == table.c.seq).exists()
    waiting = select(audit_unsealed.c.seq).where(audit_unsealed.c.seq == table.c.seq).exists()
    there = select(table.c.seq).where(table.c.seq == audit_unsealed.c.seq).exists()
    looks = (
        (select(audit_unsealed.c.seq).where(~there).order_by(audit_unsealed.c.seq), Fault.MISSING),
        (select(table.c.seq).where(~sealed, ~waiting).order_by(table.c.seq), Fault.INSERTED),
    )
    for query, fault in looks:
        found = tx.execute(query.limit(1)).scalar()
        if found is not None:
            return found, fault
    return None


def _named(tx: Tx, found: Verdict, seq: int, fault: Fault) -> Verdict:
    row = tx.execute(select(table.c.at, table.c.action).where(table.c.seq == seq)).first()
    return Verdict(
        sealed=found.sealed,
        waiting=found.waiting,
        anchors=found.anchors,
        first_bad=seq,
        fault=fault,
        at=None if row is None else row.at,
        action=None if row is None else row.action,
    )


def _rows(tx: Tx, seqs: Sequence[int]) -> list[Any]:
    """In the columns' raw form, by number."""
    return sorted(read_many(tx, _READ, seqs), key=lambda row: int(row[_SEQ]))


def _link(digest: str, row: Any) -> str:
    kept = [*zip(_SEALED, row, strict=True)]
    return sha256(f"{digest}\n{to_json(kept)}".encode()).hexdigest()


def _number(anchor: Anchor) -> int:
    return anchor.number


def _to_anchor(row: AnyRow) -> Anchor:
    return Anchor(number=row.number, seq=row.seq, hash=row.hash)
