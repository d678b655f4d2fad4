"""Every key that leads to a lead, with the records that claim it.

A key is good as long as a record shows it. Several leads may share one (a mailbox of a whole team): then it leads to
whoever claimed it first, unless who asks knows better.
"""

from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import func, select

from domain.identity import Claim, Tie
from domain.values import LeadId, RecordRef
from store import records
from store.chunks import BulkInsert, read_many, run_many
from store.columns import AnyRow, from_micros, plain, to_micros
from store.engine import Tx
from store.merging import Merged, merge
from store.schema import identity_key as table


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


_COLUMNS = ("kind", "value", "connection", "object", "record_id", "lead_id", "tie", "since")
_ALL = f"SELECT {', '.join(_COLUMNS)} FROM identity_key "  # noqa: S608 - names of our own
_READ = _ALL + "WHERE kind = ? AND value IN ({keys})"
_READ_OF_RECORDS = _ALL + "WHERE connection = ? AND object = ? AND record_id IN ({keys})"
_READ_OF_LEADS = _ALL + "WHERE lead_id IN ({keys}) ORDER BY lead_id, kind, value, since, connection, object, record_id"
_CLAIM = BulkInsert(
    table,
    _COLUMNS,
    "ON CONFLICT (kind, value, connection, object, record_id) DO UPDATE SET "
    "lead_id = excluded.lead_id, tie = excluded.tie",
)
_RELEASE = "DELETE FROM identity_key WHERE kind = ? AND value = ? AND connection = ? AND object = ? AND record_id = ?"
_SIZES = (
    "SELECT lead_id, count(*) FROM record WHERE lead_id IN ({keys}) AND NOT archived AND merged_into IS NULL "
    "AND converted_to IS NULL GROUP BY lead_id"
)
_ALONE = 7_305_810_044_302
_TIES = {tie.value: tie for tie in Tie}

K = TypeVar("K", bound=IdentityKey | tuple[str, str])


def alone(tx: Tx) -> None:
    """Let nobody else decide who is who until this transaction is over: two pages that do not see each other would
    make two leads of one person. To be asked before a record is written. SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_ALONE,))


def find(tx: Tx, keys: Iterable[K]) -> dict[K, LeadId]:
    """The leads that these keys lead to, each to the one that claimed it first."""
    asked = {key: Key(*_parts(key)) for key in keys}
    found = claimants(tx, asked.values())
    return {key: _first(found[plainest]).lead_id for key, plainest in asked.items() if plainest in found}


def claimants(tx: Tx, keys: Iterable[Key]) -> dict[Key, list[Claim]]:
    """Who claims each of these keys."""
    by_kind: dict[str, set[str]] = {}
    for kind, value in keys:
        by_kind.setdefault(kind, set()).add(plain(value))
    found: dict[Key, list[Claim]] = {}
    for kind, values in sorted(by_kind.items()):
        for row in read_many(tx, _READ, sorted(values), given=[kind]):
            found.setdefault(Key(row[0], row[1]), []).append(_to_claim(row))
    return found


def claims_of(tx: Tx, refs: Iterable[RecordRef]) -> dict[RecordRef, dict[Key, Claim]]:
    """Everything that each of these records claims."""
    by_object: dict[tuple[str, str], list[str]] = {}
    for ref in refs:
        by_object.setdefault((ref.connection, ref.object), []).append(ref.id)
    found: dict[RecordRef, dict[Key, Claim]] = {}
    for place, ids in sorted(by_object.items()):
        for row in read_many(tx, _READ_OF_RECORDS, sorted(ids), given=place):
            one = _to_claim(row)
            found.setdefault(one.ref, {})[Key(*one.key)] = one
    return found


def claims_of_leads(tx: Tx, lead_ids: Iterable[LeadId]) -> dict[LeadId, list[Claim]]:
    """Everything that the records of these leads claim, by key."""
    found: dict[LeadId, list[Claim]] = {}
    for row in read_many(tx, _READ_OF_LEADS, lead_ids):
        found.setdefault(LeadId(row[5]), []).append(_to_claim(row))
    return found


def claim(tx: Tx, claims: Iterable[Claim]) -> None:
    """Keep what records claim; one that claims a key already has done so since it first did."""
    rows = {(one.kind, plain(one.value), one.ref.connection, one.ref.object, one.ref.id): one for one in claims}
    _CLAIM.run(tx, [(*place, one.lead_id, one.tie.value, to_micros(one.since)) for place, one in sorted(rows.items())])


def release(tx: Tx, claims: Iterable[Claim]) -> None:
    """These records show these keys no more."""
    run_many(tx, _RELEASE, sorted((one.kind, one.value, *_place(one.ref)) for one in claims))


def by_address(tx: Tx, asked: Collection[tuple[str, str]]) -> dict[tuple[str, str], LeadId]:
    """(connection, address) → the lead that somebody is who is known there by this address.

    Of several leads with one address it is the one that has it in that very system; else the first.
    """
    found = claimants(tx, [Key("email", address) for _, address in asked])
    result: dict[tuple[str, str], LeadId] = {}
    for connection, address in asked:
        claims = found.get(Key("email", plain(address)), [])
        there = [one for one in claims if one.ref.connection == connection]
        if claims:
            result[connection, address] = _first(there or claims).lead_id
    return result


def keys_of(tx: Tx, lead_ids: Collection[LeadId]) -> dict[LeadId, list[Key]]:
    """Every key of these leads, by kind and value."""
    every = claims_of_leads(tx, lead_ids)
    return {lead: sorted({Key(*one.key) for one in claims}) for lead, claims in every.items()}


def sizes(tx: Tx, lead_ids: Iterable[LeadId]) -> dict[LeadId, int]:
    """How many living records each of these leads has."""
    return {LeadId(lead): count for lead, count in read_many(tx, _SIZES, sorted(lead_ids))}


def shared(tx: Tx, kind: str) -> dict[str, list[Claim]]:
    """The keys of a kind that several leads claim. Reads an index of every key: not for a cycle."""
    columns = table.c
    lead = columns.lead_id
    several = (
        select(columns.value)
        .where(columns.kind == kind)
        .group_by(columns.value)
        .having(func.min(lead) < func.max(lead))
        .order_by(columns.value)
    )
    values = tx.execute(several).scalars().all()
    found = claimants(tx, [Key(kind, value) for value in values])
    return {key.value: found[key] for key in sorted(found)}


def by_record_id(tx: Tx, record_id: str) -> LeadId | None:
    """The lead of the record with this id in any system: what a person pastes into a search box."""
    refs = [RecordRef(connection=where, object=what, id=record_id) for where, what in records.objects(tx)]
    found = records.lead_of(tx, refs)
    return next((found[ref] for ref in refs if ref in found), None)


def _first(claims: Sequence[Claim]) -> Claim:
    return min(claims, key=attrgetter("since", "lead_id"))


def _parts(key: IdentityKey | tuple[str, str]) -> tuple[str, str]:
    kind, value = key if isinstance(key, tuple) else (key.kind, key.value)
    return str(kind), plain(value)


def _place(ref: RecordRef) -> tuple[str, str, str]:
    return (ref.connection, ref.object, ref.id)


def _to_claim(row: AnyRow | tuple[Any, ...]) -> Claim:
    kind, value, connection, object, record_id, lead, tie, since = row
    ref = RecordRef(connection=connection, object=object, id=record_id)
    return Claim(kind=kind, value=value, ref=ref, lead_id=LeadId(lead), tie=_TIES[tie], since=from_micros(since))


__all__ = [
    "IdentityKey",
    "Key",
    "Merged",
    "alone",
    "by_address",
    "by_record_id",
    "claim",
    "claimants",
    "claims_of",
    "claims_of_leads",
    "find",
    "keys_of",
    "merge",
    "release",
    "shared",
    "sizes",
]
