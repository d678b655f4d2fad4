"""Records as their systems last showed them, and which lead each belongs to.

A page is merged in one pass: the newer version wins, a repeated one changes nothing, and only what
really differs is reported. `read_hash` is the version as last *read*: what receipts confirmed since
(`patch_values`) is not undone when a lagging search shows that same version once more.

A pull and a push write the same rows at the same time. Whatever locks several of them does so in the
order of their keys: in two orders, each would wait for the other until PostgreSQL ends one of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, func, select, tuple_, update

from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from store.chunks import BulkInsert, chunks, run_many
from store.columns import AnyRow, from_json, plain, to_json, to_micros
from store.engine import Tx
from store.locking import locked
from store.schema import record as table
from store.schema import record_value
from store.upserts import insert_new

_COLUMNS = (
    "connection", "object", "id", "modified_at", "seen_at", "archived",
    "merged_into", "converted_to", "former_ids", "read_hash", "content",
)  # fmt: skip
_SAME = " AND ".join(
    f"coalesce(record.{name}, '') = coalesce(excluded.{name}, '')"
    for name in ("merged_into", "converted_to", "former_ids", "content")
)
_NEWER = (
    "(excluded.modified_at > record.modified_at "
    "OR (excluded.modified_at = record.modified_at AND excluded.read_hash <> record.read_hash))"
)
UPSERT = BulkInsert(
    table,
    _COLUMNS,
    "ON CONFLICT (connection, object, id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])
    + f" WHERE {_NEWER} AND NOT (record.archived = excluded.archived AND {_SAME}) RETURNING connection, object, id",
)
_RESTAMP = (
    "UPDATE record SET modified_at = ?, seen_at = ?, read_hash = ? "
    "WHERE connection = ? AND object = ? AND id = ? AND (modified_at < ? OR (modified_at = ? AND read_hash <> ?))"
)


def upsert(tx: Tx, records: Sequence[Record], *, seen_at: datetime) -> list[RecordRef]:
    """Keep the newest version of each; returns those that are new or show something else than before."""
    newest: dict[RecordRef, Record] = {}
    for record in records:
        kept = newest.get(record.ref)
        if kept is None or record.modified_at >= kept.modified_at:
            newest[record.ref] = record
    rows = sorted(_to_row(record, to_micros(seen_at)) for record in newest.values())
    changed = {(row[0], row[1], row[2]) for row in UPSERT.run(tx, rows)}
    restamped = [
        (row[3], row[4], row[9], *row[:3], row[3], row[3], row[9])
        for row in rows
        if (row[0], row[1], row[2]) not in changed
    ]
    run_many(tx, _RESTAMP, restamped)
    return [ref for ref in newest if (ref.connection, ref.object, ref.id) in changed]


def get(tx: Tx, refs: Iterable[RecordRef]) -> dict[RecordRef, Record]:
    return {(record := _to_record(row)).ref: record for row in _rows(tx, refs)}


def lead_of(tx: Tx, refs: Iterable[RecordRef]) -> dict[RecordRef, LeadId]:
    """The leads of those records that have one."""
    found: dict[RecordRef, LeadId] = {}
    for (connection, kind), ids in _by_object(refs).items():
        for portion in chunks(ids):
            rows = tx.execute(
                select(table.c.id, table.c.lead_id).where(
                    table.c.connection == connection, table.c.object == kind, table.c.id.in_(portion)
                )
            )
            for record_id, lead in rows:
                if lead is not None:
                    found[ids[record_id]] = LeadId(lead)
    return found


def assign(tx: Tx, pairs: Mapping[RecordRef, LeadId]) -> None:
    """Make records belong to leads."""
    rows = [(pairs[ref], ref.connection, ref.object, ref.id) for ref in sorted(pairs, key=_key)]
    run_many(tx, "UPDATE record SET lead_id = ? WHERE connection = ? AND object = ? AND id = ?", rows)


def of_leads(tx: Tx, lead_ids: Iterable[LeadId]) -> dict[LeadId, list[Record]]:
    """Every record of these leads, in the order of their references."""
    found: dict[LeadId, list[Record]] = {}
    for portion in chunks(lead_ids):
        rows = tx.execute(
            select(table)
            .where(table.c.lead_id.in_(portion), table.c.lead_id.is_not(None))
            .order_by(table.c.lead_id, table.c.connection, table.c.object, table.c.id)
        ).all()
        for row in rows:
            found.setdefault(LeadId(row.lead_id), []).append(_to_record(row))
    return found


def of_object(tx: Tx, connection: str, object: str) -> Iterator[Record]:
    """Every record of one object, by id, in portions that fit memory."""
    last = ""
    while True:
        rows = tx.execute(
            select(table)
            .where(table.c.connection == connection, table.c.object == object, table.c.id > last)
            .order_by(table.c.id)
            .limit(1000)
        ).all()
        yield from map(_to_record, rows)
        if len(rows) < 1000:
            return
        last = rows[-1].id


def patch_values(tx: Tx, ref: RecordRef, values: Mapping[str, Value], *, sent_at: datetime | None = None) -> None:
    """Note what a receipt confirmed; with `sent_at` not on a record that was read again since the write began."""
    patch_many(tx, {ref: values}, sent_at=sent_at)


def patch_many(tx: Tx, patches: Mapping[RecordRef, Mapping[str, Value]], *, sent_at: datetime | None = None) -> None:
    """As `patch_values`, for many records in a few statements."""
    rows = []
    for row in _rows(tx, patches, lock=True):
        if sent_at is not None and row.seen_at > sent_at:
            continue
        content = to_json({**from_json(row.content), **patches[_ref(row)]})
        if content != row.content:
            rows.append((content, row.connection, row.object, row.id))
    run_many(tx, "UPDATE record SET content = ? WHERE connection = ? AND object = ? AND id = ?", rows)


def archive(tx: Tx, ref: RecordRef, *, now: datetime) -> None:
    """Note that a system no longer knows the record; a version it shows later than now brings it back."""
    tx.execute(
        update(table)
        .where(
            table.c.connection == ref.connection, table.c.object == ref.object, table.c.id == ref.id, ~table.c.archived
        )
        .values(archived=True, seen_at=now)
    )


def take_places(tx: Tx, records: Iterable[Record]) -> None:
    """Note whose place these took in a merge: the former ones hold nothing any more and are written to no more."""
    former = {
        (record.ref.connection, record.ref.object, each): _reference(record.ref)
        for record in records
        for each in record.former_ids
        if each != record.ref.id
    }
    keys = sorted(former)
    heirs = [(former[key], *key) for key in keys]
    where = "WHERE connection = ? AND object = ? AND id = ?"
    run_many(tx, f"UPDATE record SET merged_into = ?, content = '{{}}' {where} AND merged_into IS NULL", heirs)  # noqa: S608
    run_many(tx, f"DELETE FROM record_value {where}", keys)  # noqa: S608


def index_values(tx: Tx, ref: RecordRef, values: Mapping[str, str]) -> None:
    """Let the record be found by these values; each name replaces the value it had before."""
    index_many(tx, {ref: values})


def index_many(tx: Tx, values: Mapping[RecordRef, Mapping[str, str]]) -> None:
    rows = [
        {"connection": ref.connection, "object": ref.object, "id": ref.id, "name": name, "value": plain(value)}
        for ref in sorted(values, key=_key)
        for name, value in sorted(values[ref].items())
    ]
    stale = [(row["connection"], row["object"], row["id"], row["name"], row["value"]) for row in rows]
    run_many(
        tx,
        "DELETE FROM record_value WHERE connection = ? AND object = ? AND id = ? AND name = ? AND value <> ?",
        stale,
    )
    insert_new(tx, record_value, rows)


def drop_index(tx: Tx, ref: RecordRef) -> None:
    """Let the record no longer be found by any value."""
    tx.execute(
        delete(record_value).where(
            record_value.c.connection == ref.connection,
            record_value.c.object == ref.object,
            record_value.c.id == ref.id,
        )
    )


def find(tx: Tx, connection: str, object: str, name: str, values: Iterable[str]) -> dict[str, list[Record]]:
    """The records indexed under each value, by id."""
    found: dict[str, list[Record]] = {}
    for portion in chunks({plain(value) for value in values}):
        rows = tx.execute(
            select(record_value.c.value.label("found_by"), table)
            .join(
                table,
                (table.c.connection == record_value.c.connection)
                & (table.c.object == record_value.c.object)
                & (table.c.id == record_value.c.id),
            )
            .where(
                record_value.c.connection == connection,
                record_value.c.object == object,
                record_value.c.name == name,
                record_value.c.value.in_(portion),
            )
            .order_by(record_value.c.value, record_value.c.id)
        )
        for row in rows:
            found.setdefault(row.found_by, []).append(_to_record(row))
    return found


def objects(tx: Tx) -> list[tuple[str, str]]:
    """Every (connection, object) that has records: a hop through the key, not a scan."""
    found: list[tuple[str, str]] = []
    pair = tuple_(table.c.connection, table.c.object)
    query = select(table.c.connection, table.c.object).order_by(table.c.connection, table.c.object).limit(1)
    row = tx.execute(query).first()
    while row is not None:
        found.append((row.connection, row.object))
        row = tx.execute(query.where(pair > tuple_(row.connection, row.object))).first()
    return found


def counts(tx: Tx) -> dict[tuple[str, str], int]:
    """How many live records each (connection, object) has."""
    rows = tx.execute(
        select(table.c.connection, table.c.object, func.count())
        .where(~table.c.archived)
        .group_by(table.c.connection, table.c.object)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _rows(tx: Tx, refs: Iterable[RecordRef], *, lock: bool = False) -> Iterator[AnyRow]:
    for (connection, kind), ids in sorted(_by_object(refs).items()):
        for portion in chunks(sorted(ids)):
            query = select(table).where(
                table.c.connection == connection, table.c.object == kind, table.c.id.in_(portion)
            )
            yield from tx.execute(locked(tx, query, table.c.id) if lock else query)


def _by_object(refs: Iterable[RecordRef]) -> dict[tuple[str, str], dict[str, RecordRef]]:
    found: dict[tuple[str, str], dict[str, RecordRef]] = {}
    for ref in refs:
        found.setdefault((ref.connection, ref.object), {})[ref.id] = ref
    return found


def _to_row(record: Record, seen_at: int) -> tuple[Any, ...]:
    merged = None if record.merged_into is None else _reference(record.merged_into)
    converted = None if record.converted_to is None else _reference(record.converted_to)
    former = to_json(record.former_ids)
    content = to_json(record.values)
    version = f"{record.archived}\n{merged}\n{converted}\n{former}\n{content}"
    return (
        record.ref.connection,
        record.ref.object,
        record.ref.id,
        to_micros(record.modified_at),
        seen_at,
        record.archived,
        merged,
        converted,
        former,
        blake2b(version.encode(), digest_size=16).hexdigest(),
        content,
    )


def _to_record(row: AnyRow) -> Record:
    return Record(
        ref=_ref(row),
        values=from_json(row.content),
        modified_at=row.modified_at,
        archived=row.archived,
        merged_into=_read_reference(row.merged_into),
        converted_to=_read_reference(row.converted_to),
        former_ids=tuple(from_json(row.former_ids)),
    )


def _key(ref: RecordRef) -> tuple[str, str, str]:
    return (ref.connection, ref.object, ref.id)


def _ref(row: AnyRow) -> RecordRef:
    return RecordRef(connection=row.connection, object=row.object, id=row.id)


def _reference(ref: RecordRef) -> str:
    return to_json([ref.connection, ref.object, ref.id])


def _read_reference(written: str | None) -> RecordRef | None:
    if written is None:
        return None
    connection, kind, record_id = from_json(written)
    return RecordRef(connection=connection, object=kind, id=record_id)
