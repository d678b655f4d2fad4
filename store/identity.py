"""Every key that ever led to a lead, and the uniting of two leads that turned out to be one person."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import select

from domain.values import LeadId, RecordRef
from store import records
from store.chunks import chunks
from store.columns import plain
from store.engine import Tx
from store.merging import Merged, merge
from store.schema import identity_key as table
from store.upserts import insert_new


class IdentityKey(Protocol):
    """What kind of key (record, email, ...) and its value."""

    @property
    def kind(self) -> str: ...

    @property
    def value(self) -> str: ...


class Key(NamedTuple):
    """The plainest key."""

    kind: str
    value: str


K = TypeVar("K", bound=IdentityKey | tuple[str, str])


def find(tx: Tx, keys: Iterable[K]) -> dict[K, LeadId]:
    """The leads that these keys are known to lead to."""
    found: dict[K, LeadId] = {}
    by_kind: dict[str, dict[str, list[K]]] = {}
    for key in keys:
        kind, value = _parts(key)
        by_kind.setdefault(kind, {}).setdefault(value, []).append(key)
    for kind, values in by_kind.items():
        for portion in chunks(values):
            rows = tx.execute(
                select(table.c.value, table.c.lead_id).where(table.c.kind == kind, table.c.value.in_(portion))
            )
            found.update({key: LeadId(row.lead_id) for row in rows for key in values[row.value]})
    return found


def claim(tx: Tx, keys: Mapping[K, LeadId]) -> None:
    """Let keys lead to leads from now on; a key that leads to another lead already is not taken from it."""
    insert_new(
        tx,
        table,
        [
            {"kind": kind, "value": value, "lead_id": lead}
            for key, lead in keys.items()
            for kind, value in (_parts(key),)
        ],
    )


def keys_of(tx: Tx, lead_ids: Collection[LeadId]) -> dict[LeadId, list[Key]]:
    """Every key of these leads, by kind and value."""
    found: dict[LeadId, list[Key]] = {}
    for portion in chunks(lead_ids):
        rows = tx.execute(
            select(table).where(table.c.lead_id.in_(portion)).order_by(table.c.lead_id, table.c.kind, table.c.value)
        )
        for row in rows:
            found.setdefault(LeadId(row.lead_id), []).append(Key(row.kind, row.value))
    return found


def by_record_id(tx: Tx, record_id: str) -> LeadId | None:
    """The lead of the record with this id in any system: what a person pastes into a search box."""
    refs = [RecordRef(connection=where, object=what, id=record_id) for where, what in records.objects(tx)]
    found = records.lead_of(tx, refs)
    return next((found[ref] for ref in refs if ref in found), None)


def _parts(key: IdentityKey | tuple[str, str]) -> tuple[str, str]:
    kind, value = key if isinstance(key, tuple) else (key.kind, key.value)
    return str(kind), plain(value)


__all__ = ["IdentityKey", "Key", "Merged", "by_record_id", "claim", "find", "keys_of", "merge"]
