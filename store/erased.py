"""Who is to be forgotten or was: asked for once, known again by keyed hashes, and where they still stand.

A hash says that an address or a record is an erased person's, and to nobody without LEADLOOP_KEY whose it was.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete, func, select, update

from domain.values import LeadId, RecordRef
from store.chunks import chunks
from store.engine import Tx
from store.schema import erased_key, erasure, record
from store.schema import lead as lead_table
from store.upserts import insert_new

_PURPOSE = b"leadloop erased people"


class Key(Protocol):
    """What kind of key (record, email, ...) and its value."""

    @property
    def kind(self) -> str: ...

    @property
    def value(self) -> str: ...


class Hashes:
    """Makes the hashes: new ones under the first key, and known again under any, as the vault opens under any.

    `key`: LEADLOOP_KEY, several separated by commas or white space. Without one the hash is no more than a hash.
    """

    def __init__(self, key: str | None) -> None:
        self._keys = [each.encode() for each in (key or "").replace(",", " ").split()] or [b"without a key"]

    def of(self, key: Key) -> str:
        return _digest(self._keys[0], key)

    def every(self, key: Key) -> tuple[str, ...]:
        return tuple(_digest(each, key) for each in self._keys)

    def __repr__(self) -> str:
        return f"Hashes(keys={len(self._keys)})"


def _digest(secret: bytes, key: Key) -> str:
    own = hmac.digest(secret, _PURPOSE, "sha256")
    return hmac.digest(own, f"{key.kind}\n{key.value}".encode(), "sha256").hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """`asked_by`: a person's login, or the connection whose system erased them. `erased_at`: None while it waits."""

    lead_id: LeadId
    asked_at: datetime
    asked_by: str
    reason: str
    erased_at: datetime | None = None


def ask(tx: Tx, lead_ids: Iterable[LeadId], *, by: str, reason: str, now: datetime) -> None:
    """Have these people forgotten. Asked twice it is done once."""
    rows = [{"lead_id": each, "asked_at": now, "asked_by": by, "reason": reason} for each in sorted(set(lead_ids))]
    insert_new(tx, erasure, rows)


def waiting(tx: Tx) -> list[Erasure]:
    """Who is to be forgotten and was not yet, by number."""
    query = select(erasure).where(erasure.c.erased_at.is_(None)).order_by(erasure.c.lead_id)
    return [Erasure(**row._mapping) for row in tx.execute(query)]


def done(tx: Tx, lead_ids: Collection[LeadId], *, now: datetime) -> None:
    for portion in chunks(sorted(lead_ids)):
        tx.execute(update(erasure).where(erasure.c.lead_id.in_(portion)).values(erased_at=now))


def count(tx: Tx) -> int:
    """How many people were erased."""
    return tx.execute(select(func.count()).where(erasure.c.erased_at.is_not(None))).scalar_one()


def anybody(tx: Tx) -> bool:
    """Whether anybody was ever erased: most installations pay no more than this."""
    return tx.execute(select(erased_key.c.digest).limit(1)).first() is not None


def among(tx: Tx, lead_ids: Collection[LeadId]) -> set[LeadId]:
    """Which of these were erased."""
    query = select(erasure.c.lead_id).where(erasure.c.erased_at.is_not(None))
    return {
        LeadId(each)
        for portion in chunks(sorted(lead_ids))
        for each in tx.execute(query.where(erasure.c.lead_id.in_(portion))).scalars()
    }


def note_keys(tx: Tx, hashes: Hashes, keys: Iterable[Key], lead: LeadId, *, now: datetime) -> None:
    """These keys lead to this person, who is nobody any more."""
    rows = {hashes.of(key): key.kind for key in keys}
    insert_new(
        tx,
        erased_key,
        [{"digest": digest, "kind": kind, "lead_id": lead, "since": now} for digest, kind in sorted(rows.items())],
    )


def known(tx: Tx, hashes: Hashes, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Erasure]:
    """Which of these keys (kind and value) are erased people's, and whose."""
    asked = {digest: key for key in set(keys) for digest in hashes.every(_Plain(*key))}
    found: dict[tuple[str, str], Erasure] = {}
    joined = select(erased_key.c.digest, erasure).join(erasure, erasure.c.lead_id == erased_key.c.lead_id)
    for portion in chunks(sorted(asked)):
        for row in tx.execute(joined.where(erased_key.c.digest.in_(portion))):
            _, *kept = row
            found[asked[row.digest]] = Erasure(**dict(zip(erasure.c.keys(), kept, strict=True)))
    return found


def release(tx: Tx, hashes: Hashes, keys: Iterable[tuple[str, str]]) -> None:
    """Somebody came anew by these keys: they lead to whoever shows them from now on."""
    digests = sorted({digest for key in keys for digest in hashes.every(_Plain(*key))})
    for portion in chunks(digests):
        tx.execute(delete(erased_key).where(erased_key.c.digest.in_(portion)))


def standing(tx: Tx) -> dict[str, list[RecordRef]]:
    """By connection, the records by which systems still show people who were erased here."""
    erased = select(erasure.c.lead_id).where(erasure.c.erased_at.is_not(None))
    columns = record.c
    rows = tx.execute(
        select(columns.connection, columns.object, columns.id)
        .where(
            columns.lead_id.in_(erased),
            ~columns.archived,
            columns.merged_into.is_(None),
            columns.converted_to.is_(None),
        )
        .order_by(columns.connection, columns.object, columns.id)
    )
    found: dict[str, list[RecordRef]] = {}
    for row in rows:
        found.setdefault(row.connection, []).append(RecordRef(connection=row[0], object=row[1], id=row[2]))
    return found


def followers(tx: Tx, lead_ids: Sequence[LeadId]) -> list[LeadId]:
    """Whoever these leads were made of."""
    query = select(lead_table.c.id).where(lead_table.c.merged_into.in_(lead_ids))
    return [LeadId(each) for each in tx.execute(query).scalars()]


@dataclass(frozen=True, slots=True)
class _Plain:
    kind: str
    value: str
