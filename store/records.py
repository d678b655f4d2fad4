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

from sqlalchemy import select, tuple_, update

from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from store.chunks import BulkInsert, read_many, run_many
from store.columns import AnyRow, from_json, from_micros, plain, to_json, to_micros
from store.engine import Tx
from store.locking import lock_by
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
_SHOWN = (
    "r.lead_id, r.connection, r.object, r.id, r.modified_at, r.archived, r.merged_into, r.converted_to, r.former_ids, "
    "r.content"
)
_READ = f"SELECT {_SHOWN} FROM record r WHERE r.connection = ? AND r.object = ? AND r.id IN ({{keys}})"  # noqa: S608 - names of our own
_READ_OF_LEADS = (
    f"SELECT {_SHOWN} FROM record r WHERE r.lead_id IN ({{keys}}) "  # noqa: S608
    "ORDER BY r.lead_id, r.connection, r.object, r.id"
)
_READ_NEXT = (
    f"SELECT {_SHOWN} FROM record r "  # noqa: S608
    "WHERE r.connection = ? AND r.object = ? AND r.id > {keys} ORDER BY r.id LIMIT 1000"
)
_READ_LIVING = (
    f"SELECT {_SHOWN} FROM record r WHERE r.connection = ? AND r.object = ? AND r.id > {{keys}} "  # noqa: S608
    "AND NOT r.archived AND r.merged_into IS NULL AND r.converted_to IS NULL ORDER BY r.id LIMIT "
)
_READ_NOBODYS = (
    f"SELECT {_SHOWN} FROM record r WHERE r.connection = ? AND r.object = ? AND r.id > {{keys}} "  # noqa: S608
    "AND r.lead_id IS NULL ORDER BY r.id LIMIT 500"
)
_READ_FOUND = (
    f"SELECT {_SHOWN}, v.value FROM record_value v "  # noqa: S608
    "JOIN record r ON r.connection = v.connection AND r.object = v.object AND r.id = v.id "
    "WHERE v.connection = ? AND v.object = ? AND v.name = ? AND v.value IN ({keys}) ORDER BY v.value, v.id"
)
_READ_LEAD = (
    "SELECT id, lead_id FROM record WHERE connection = ? AND object = ? AND id IN ({keys}) AND lead_id IS NOT NULL"
)
_READ_INDEX = "SELECT id, name, value FROM record_value WHERE connection = ? AND object = ? AND id IN ({keys})"
_READ_CONTENT = "SELECT id, seen_at, content FROM record WHERE connection = ? AND object = ? AND id IN ({keys})"
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
    rows = (row for place, ids in _by_object(refs).items() for row in read_many(tx, _READ, ids, given=place))
    return {(record := _to_record(row)).ref: record for row in rows}


def differing(tx: Tx, shown: Sequence[Record]) -> dict[RecordRef, Record]:
    """What is kept of these where it holds anything else than they do; the others are not read out."""
    contents = {record.ref: to_json(record.values) for record in shown}
    rows = (row for place, ids in _by_object(contents).items() for row in read_many(tx, _READ, ids, given=place))
    return {
        ref: _to_record(row)
        for row in rows
        if row[9] != contents[ref := RecordRef(connection=row[1], object=row[2], id=row[3])]
    }


def lead_of(tx: Tx, refs: Iterable[RecordRef]) -> dict[RecordRef, LeadId]:
    """The leads of those records that have one."""
    found: dict[RecordRef, LeadId] = {}
    for (connection, kind), ids in _by_object(refs).items():
        for record_id, lead in read_many(tx, _READ_LEAD, ids, given=(connection, kind)):
            found[ids[record_id]] = LeadId(lead)
    return found


def assign(tx: Tx, pairs: Mapping[RecordRef, LeadId]) -> None:
    """Make records belong to leads."""
    rows = [(pairs[ref], ref.connection, ref.object, ref.id) for ref in sorted(pairs, key=_key)]
    run_many(tx, "UPDATE record SET lead_id = ? WHERE connection = ? AND object = ? AND id = ?", rows)


def forget(tx: Tx, refs: Iterable[RecordRef]) -> None:
    """As if they had never been read."""
    run_many(tx, "DELETE FROM record WHERE connection = ? AND object = ? AND id = ?", sorted(map(_key, refs)))


def of_leads(tx: Tx, lead_ids: Iterable[LeadId]) -> dict[LeadId, list[Record]]:
    """Every record of these leads, in the order of their references."""
    found: dict[LeadId, list[Record]] = {}
    for row in read_many(tx, _READ_OF_LEADS, lead_ids):
        found.setdefault(LeadId(row[0]), []).append(_to_record(row))
    return found


def of_object(tx: Tx, connection: str, object: str) -> Iterator[Record]:
    """Every record of one object, by id, in portions that fit memory."""
    last = ""
    while True:
        rows = [_to_record(row) for row in read_many(tx, _READ_NEXT, [last], given=(connection, object))]
        yield from rows
        if len(rows) < 1000:
            return
        last = rows[-1].ref.id


def living_after(tx: Tx, connection: str, object: str, after: str, *, limit: int) -> list[Record]:
    """So many living records of one object at most, by id, those after this id."""
    return [_to_record(row) for row in read_many(tx, f"{_READ_LIVING}{limit:d}", [after], given=(connection, object))]


def nobodys_after(tx: Tx, connection: str, object: str, after: str) -> list[Record]:
    """The next records of one object that belong to no lead, by id, those after this id; none at the end."""
    return [_to_record(row) for row in read_many(tx, _READ_NOBODYS, [after], given=(connection, object))]


def patch_values(tx: Tx, ref: RecordRef, values: Mapping[str, Value], *, sent_at: datetime | None = None) -> None:
    """Note what a receipt confirmed; with `sent_at` not on a record that was read again since the write began."""
    patch_many(tx, {ref: values}, sent_at=sent_at)


def patch_many(
    tx: Tx,
    patches: Mapping[RecordRef, Mapping[str, Value]],
    *,
    sent_at: datetime | None = None,
    before: Mapping[RecordRef, Mapping[str, Value]] | None = None,
    stamps: Mapping[RecordRef, datetime] | None = None,
) -> None:
    """As `patch_values`, for many records in a few statements.

    `before`: what was replaced. A record that was read again and still shows it was read before the write arrived.
    `stamps`: how new the records are since: what a late search shows of them from before is older.
    """
    _lift(tx, stamps or {})
    rows = []
    for place, refs in sorted(_by_object(patches).items()):
        read = _READ_CONTENT + lock_by(tx, "id")
        for record_id, seen_at, kept in read_many(tx, read, sorted(refs), given=place):
            ref, shown = refs[record_id], from_json(kept)
            patch = patches[ref]
            if sent_at is not None and seen_at > to_micros(sent_at):
                patch = _not_arrived(shown, patch, (before or {}).get(ref, {}))
            content = to_json({**shown, **patch})
            if content != kept:
                rows.append((content, *place, record_id))
    run_many(tx, "UPDATE record SET content = ? WHERE connection = ? AND object = ? AND id = ?", rows)


def _lift(tx: Tx, stamps: Mapping[RecordRef, datetime]) -> None:
    rows = [
        (to_micros(at), *_key(ref), to_micros(at)) for ref, at in sorted(stamps.items(), key=lambda one: _key(one[0]))
    ]
    run_many(
        tx,
        "UPDATE record SET modified_at = ? WHERE connection = ? AND object = ? AND id = ? AND modified_at < ?",
        rows,
    )


def _not_arrived(
    shown: Mapping[str, Value], written: Mapping[str, Value], before: Mapping[str, Value]
) -> dict[str, Value]:
    return {
        name: value
        for name, value in written.items()
        if name in before and name in shown and shown[name] == before[name]
    }


def archive(tx: Tx, ref: RecordRef, *, now: datetime) -> None:
    """Note that a system no longer knows the record; a version it shows later than now brings it back."""
    tx.execute(
        update(table)
        .where(
            table.c.connection == ref.connection, table.c.object == ref.object, table.c.id == ref.id, ~table.c.archived
        )
        .values(archived=True, seen_at=now)
    )


def index_values(tx: Tx, ref: RecordRef, values: Mapping[str, str]) -> None:
    """Let the record be found by these values; each name replaces the value it had before, a blank takes it away."""
    index_many(tx, {ref: values})


def index_many(tx: Tx, values: Mapping[RecordRef, Mapping[str, str]]) -> None:
    wanted = {
        (*_key(ref), name): plain(value)
        for ref in sorted(values, key=_key)
        for name, value in sorted(values[ref].items())
    }
    known = {
        (*place, record_id, name): value
        for place, ids in _by_object(values).items()
        for record_id, name, value in read_many(tx, _READ_INDEX, ids, given=place)
    }
    moved = {key: value for key, value in wanted.items() if known.get(key, "") != value}
    run_many(
        tx,
        "DELETE FROM record_value WHERE connection = ? AND object = ? AND id = ? AND name = ?",
        [key for key in moved if key in known],
    )
    insert_new(
        tx,
        record_value,
        [
            {"connection": key[0], "object": key[1], "id": key[2], "name": key[3], "value": value}
            for key, value in moved.items()
            if value
        ],
    )


def indexed(tx: Tx, refs: Iterable[RecordRef], name: str) -> dict[RecordRef, str]:
    """The value of this name by which each of the records is found; those without one are left out."""
    return {
        ids[record_id]: value
        for place, ids in _by_object(refs).items()
        for record_id, each, value in read_many(tx, _READ_INDEX, ids, given=place)
        if each == name
    }


def find(tx: Tx, connection: str, object: str, name: str, values: Iterable[str]) -> dict[str, list[Record]]:
    """The records indexed under each value, by id."""
    found: dict[str, list[Record]] = {}
    for row in read_many(tx, _READ_FOUND, {plain(value) for value in values}, given=(connection, object, name)):
        found.setdefault(row[-1], []).append(_to_record(row))
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
    """Read a row that begins with the columns of `_SHOWN`."""
    _, connection, kind, record_id, modified_at, archived, merged, converted, former, content = row[:10]
    return Record(
        ref=RecordRef(connection=connection, object=kind, id=record_id),
        values=from_json(content),
        modified_at=from_micros(modified_at),
        archived=bool(archived),
        merged_into=_read_reference(merged),
        converted_to=_read_reference(converted),
        former_ids=() if former == "[]" else tuple(from_json(former)),
    )


def _key(ref: RecordRef) -> tuple[str, str, str]:
    return (ref.connection, ref.object, ref.id)


def _reference(ref: RecordRef) -> str:
    return to_json([ref.connection, ref.object, ref.id])


def _read_reference(written: str | None) -> RecordRef | None:
    if written is None:
        return None
    connection, kind, record_id = from_json(written)
    return RecordRef(connection=connection, object=kind, id=record_id)
