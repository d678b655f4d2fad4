"""The truth: what people did and what was true of them, kept when first seen and never rewritten.

An activity belongs to a record, and through it to a lead; the lead's number is repeated in the row
so that one lead's activities lie together. `UNCLAIMED` rows wait until identity knows their owner.
What a system took back and shows again counts again; what a person retracted stays out for good.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import compress
from operator import itemgetter
from typing import Any

from sqlalchemy import select

from domain.activity import Activity, ActivityKind
from domain.lead import Fact
from domain.values import LeadId, RecordRef, Value
from store import identity, retraction
from store import records as record_rows
from store.chunks import BulkInsert, chunks, read_many, run_many
from store.columns import AnyRow, from_json, from_micros, plain, to_json, to_micros
from store.engine import Tx
from store.retraction import TAKEN_BACK, UNCLAIMED, ActivityKey, key_of, lead_of
from store.schema import activity as table
from store.schema import fact as fact_table

_COLUMNS = (
    "lead_id", "connection", "stream", "external_id", "kind", "occurred_at", "seen_at", "record_connection",
    "record_object", "record_id", "email", "actor", "automated", "properties", "retracted_at", "retracted_why",
)  # fmt: skip
INSERT = BulkInsert(
    table,
    _COLUMNS,
    "ON CONFLICT (connection, stream, external_id) DO NOTHING RETURNING connection, stream, external_id, lead_id",
)
_READ = (
    "SELECT lead_id, connection, stream, external_id, kind, occurred_at, seen_at, record_connection, record_object, "
    "record_id, email, actor, automated, properties, vouched_at, retracted_at FROM activity WHERE lead_id IN ({keys}) "
    "ORDER BY lead_id, occurred_at, connection, stream, external_id"
)
_COUNT = "SELECT lead_id, count(*) FROM activity WHERE lead_id IN ({keys}) GROUP BY lead_id"
_FACT = ("lead_id", "name", "number", "value", "since", "seen_at")
_INSERT_FACTS = BulkInsert(fact_table, _FACT, "")
_READ_FACTS = (
    f"SELECT {', '.join(_FACT)} FROM fact WHERE lead_id IN ({{keys}}) "  # noqa: S608 - names of our own
    "ORDER BY lead_id, name, seen_at, number"
)


def add(tx: Tx, activities: Sequence[Activity], *, seen_at: datetime) -> list[tuple[ActivityKey, LeadId | None]]:
    """Keep what is new; returns what is new, newly retracted or restored, with its lead where that is known.

    The system's last word on each key counts, within a page as between pages.
    """
    newest = [each for _, each in sorted({each.key: each for each in activities}.items())]
    moment = to_micros(seen_at)
    pairs = list(zip(newest, _placed(tx, newest), strict=True))
    there = [(each, lead) for each, lead in pairs if not each.retracted]
    gone = [(each, lead) for each, lead in pairs if each.retracted]
    fresh = [(key_of(row), lead_of(row)) for row in INSERT.run(tx, [_to_row(*pair, moment) for pair in there])]
    known = {each.key for each, _ in there}.difference(key for key, _ in fresh)
    restored = retraction.restore(tx, known, at=seen_at)
    retracted = retraction.by_system(tx, [each.key for each, _ in gone], at=seen_at)
    # What was taken back before it was ever seen is kept all the same: the system may show it again.
    INSERT.run(tx, [_to_row(*pair, moment) for pair in gone])
    return [*fresh, *restored, *retracted]


def retract(tx: Tx, keys: Collection[ActivityKey], *, reason: str, at: datetime) -> set[LeadId]:
    """Take activities out of every count, whatever their system says later; returns the leads that this touches."""
    return {lead for _, lead in retraction.by_person(tx, keys, reason=reason, at=at) if lead is not None}


def claim_unclaimed(tx: Tx, refs: Mapping[RecordRef, LeadId], emails: Mapping[str, LeadId]) -> set[LeadId]:
    """Give waiting activities to the leads that their records or addresses turned out to be."""
    found = [(ref_lead, key) for key, ref_lead in _waiting_by_record(tx, refs)]
    taken = {key for _, key in found}
    found += [(lead, key) for key, lead in _waiting_by_email(tx, emails) if key not in taken]
    run_many(
        tx,
        "UPDATE activity SET lead_id = ? WHERE lead_id = 0 AND connection = ? AND stream = ? AND external_id = ?",
        [(lead, *key) for lead, key in sorted(found, key=itemgetter(1))],
    )
    return {lead for lead, _ in found}


def activities_of(
    tx: Tx, lead_ids: Iterable[LeadId], *, known_at: datetime | None = None
) -> dict[LeadId, list[Activity]]:
    """Everything these leads did, oldest first, without what was retracted; what a lead did counts once.

    `known_at`: as it was known then, with what was retracted only later. What came later is in it all the same.
    A happening that its system attaches to several records comes under a key for each. Where these records turn
    out to be one person, as in a merge, it is still one happening, and taken back under one key it is taken back.
    """
    rows = list(read_many(tx, _READ, lead_ids))
    latest = float("inf") if known_at is None else to_micros(known_at)
    gone = [row[-1] is not None and row[-1] <= latest for row in rows]
    out = {happening for row in compress(rows, gone) if (happening := _happening(row)) is not None}
    found: dict[LeadId, list[Activity]] = {}
    for row, is_gone in zip(rows, gone, strict=True):
        happening = _happening(row)
        if is_gone or happening in out:
            continue
        if happening is not None:
            out.add(happening)
        found.setdefault(LeadId(row[0]), []).append(_to_activity(row))
    return found


def first_within(tx: Tx, lead_ids: Sequence[LeadId], most: int) -> list[LeadId]:
    """The first of these leads that together have so many activities at most, one lead at least: for whoever reads
    all of it at once. A few people have thousands of times as many as most."""
    counts: dict[int, int] = {row[0]: row[1] for row in read_many(tx, _COUNT, lead_ids)}
    found: list[LeadId] = []
    for lead in lead_ids:
        most -= counts.get(lead, 0)
        if found and most < 0:
            break
        found.append(lead)
    return found


def _happening(row: AnyRow) -> tuple[object, ...] | None:
    """What the row is one of several keys of, on this lead; None where the system has one key for it."""
    lead, connection, stream, external_id, record_id = *row[:4], row[9]
    if record_id is None or not external_id.endswith(f":{record_id}"):
        return None
    return lead, connection, stream, external_id.removesuffix(record_id)


def put_facts(tx: Tx, lead_id: LeadId, values: Mapping[str, Value], *, since: datetime, seen_at: datetime) -> set[str]:
    """Append the values that differ from the newest kept; returns their names."""
    return put_facts_many(tx, {lead_id: values}, since={lead_id: since}, seen_at=seen_at).get(lead_id, set())


def put_facts_many(
    tx: Tx,
    values: Mapping[LeadId, Mapping[str, Value]],
    *,
    since: Mapping[LeadId, datetime],
    seen_at: datetime,
) -> dict[LeadId, set[str]]:
    """As `put_facts`, for many leads in a few statements; leads without a change are left out of the answer."""
    newest = _newest(tx, values)
    rows: list[tuple[Any, ...]] = []
    changed: dict[LeadId, set[str]] = {}
    for lead, pairs in values.items():
        for name, value in pairs.items():
            number, known = newest.get((lead, name), (0, "null"))
            written = to_json(value)
            if written == known:
                continue
            rows.append((lead, name, number + 1, written, to_micros(since[lead]), to_micros(seen_at)))
            changed.setdefault(lead, set()).add(name)
    _INSERT_FACTS.run(tx, rows)
    return changed


def facts_of(tx: Tx, lead_ids: Iterable[LeadId]) -> dict[LeadId, list[Fact]]:
    """Every value these leads' properties ever had; of each name the newest stands last."""
    found: dict[LeadId, list[Fact]] = {}
    for lead, name, _, value, since, seen_at in read_many(tx, _READ_FACTS, lead_ids):
        fact = Fact(name=name, value=from_json(value), since=from_micros(since), seen_at=from_micros(seen_at))
        found.setdefault(LeadId(lead), []).append(fact)
    return found


def _newest(tx: Tx, leads: Iterable[LeadId]) -> dict[tuple[LeadId, str], tuple[int, str]]:
    """The highest number used and the newest value of each fact."""
    found: dict[tuple[LeadId, str], tuple[int, str]] = {}
    for lead, name, number, value, _, _ in read_many(tx, _READ_FACTS, leads):
        key = (LeadId(lead), name)
        found[key] = (max(number, found.get(key, (0, ""))[0]), value)
    return found


def _placed(tx: Tx, activities: Sequence[Activity]) -> list[LeadId | None]:
    """As `_leads_of`. Whoever nobody knows is asked for once more while nobody else can say who is who: a person who is
    being written down at this moment would never see what waits here."""
    found = _leads_of(tx, activities)
    if None not in found or tx.dialect.name != "postgresql":
        return found
    identity.alone(tx)
    return _leads_of(tx, activities)


def _leads_of(tx: Tx, activities: Sequence[Activity]) -> list[LeadId | None]:
    """One answer per activity: the lead of its record, else of its address."""
    by_record = record_rows.lead_of(tx, {each.record for each in activities if each.record is not None})
    addresses = {(each.connection, each.email) for each in activities if each.email and each.record not in by_record}
    by_email = identity.by_address(tx, addresses)
    found: list[LeadId | None] = []
    for each in activities:
        lead = by_record.get(each.record) if each.record is not None else None
        if lead is None and each.email:
            lead = by_email.get((each.connection, each.email))
        found.append(lead)
    return found


def _waiting_by_record(tx: Tx, refs: Mapping[RecordRef, LeadId]) -> list[tuple[ActivityKey, LeadId]]:
    columns = table.c
    found: list[tuple[ActivityKey, LeadId]] = []
    by_object: dict[tuple[str, str], list[str]] = {}
    for ref in refs:
        by_object.setdefault((ref.connection, ref.object), []).append(ref.id)
    for (connection, kind), ids in by_object.items():
        for portion in chunks(ids):
            rows = tx.execute(
                select(columns.connection, columns.stream, columns.external_id, columns.record_id).where(
                    columns.lead_id == UNCLAIMED,
                    columns.record_connection == connection,
                    columns.record_object == kind,
                    columns.record_id.in_(portion),
                    columns.record_id.is_not(None),
                )
            )
            for row in rows:
                ref = RecordRef(connection=connection, object=kind, id=row.record_id)
                found.append((key_of(row), refs[ref]))
    return found


def _waiting_by_email(tx: Tx, emails: Mapping[str, LeadId]) -> list[tuple[ActivityKey, LeadId]]:
    columns = table.c
    found: list[tuple[ActivityKey, LeadId]] = []
    for portion in chunks(emails):
        rows = tx.execute(
            select(columns.connection, columns.stream, columns.external_id, columns.email).where(
                columns.lead_id == UNCLAIMED, columns.email.in_(portion), columns.email.is_not(None)
            )
        )
        waiting = list(rows)
        theirs = identity.by_address(tx, {(row.connection, row.email) for row in waiting})
        found += [(key_of(row), theirs.get((row.connection, row.email), emails[row.email])) for row in waiting]
    return found


def _to_row(each: Activity, lead: LeadId | None, seen_at: int) -> tuple[Any, ...]:
    record = each.record
    return (
        UNCLAIMED if lead is None else lead,
        each.connection,
        each.stream,
        each.external_id,
        each.kind.value,
        to_micros(each.occurred_at),
        seen_at,
        None if record is None else record.connection,
        None if record is None else record.object,
        None if record is None else record.id,
        None if each.email is None else plain(each.email),
        each.actor,
        each.automated,
        to_json(each.properties) if each.properties else "{}",
        seen_at if each.retracted else None,
        TAKEN_BACK if each.retracted else None,
    )


_KINDS = {kind.value: kind for kind in ActivityKind}


def _to_activity(row: AnyRow) -> Activity:
    _, connection, stream, external_id, kind, occurred_at, seen_at, at, what, whom, *others = row
    email, actor, automated, more, vouched_at, _ = others
    return Activity(
        connection=connection,
        stream=stream,
        external_id=external_id,
        kind=_KINDS[kind],
        occurred_at=from_micros(occurred_at),
        record=None if whom is None else RecordRef(connection=at, object=what, id=whom),
        email=email,
        actor=actor,
        automated=bool(automated),
        properties={} if more == "{}" else from_json(more),
        seen_at=from_micros(seen_at),
        vouched_at=None if vouched_at is None else from_micros(vouched_at),
    )
