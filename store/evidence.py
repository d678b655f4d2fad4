"""What histories told of the sides of conflicts, and what is still to be asked. Kept while it may decide something."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from domain.evidence import Evidence
from domain.place import Place
from domain.survey import Author
from domain.values import LeadId, RecordRef
from store.chunks import chunks, read_many, run_many
from store.columns import AnyRow, from_json, from_micros, maybe_moment
from store.engine import Tx
from store.schema import evidence as table
from store.schema import outbox
from store.upserts import upsert

_COLUMNS = "connection, object, record_id, field, property, mark, asked_at, at, author, certain"
_READ = f"SELECT lead_id, {_COLUMNS} FROM evidence WHERE lead_id IN ({{keys}})"  # noqa: S608 - names of our own
_DROP = "DELETE FROM evidence WHERE connection = ? AND object = ? AND record_id = ? AND field = ? AND property = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """When a write of ours was on its way; `until` is None while nobody knows what became of it."""

    since: datetime
    until: datetime | None


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Evidence]]:
    found: dict[LeadId, list[Evidence]] = {}
    for lead, *rest in read_many(tx, _READ, ids):
        found.setdefault(LeadId(lead), []).append(_evidence(rest))
    return found


def put(tx: Tx, questions: Mapping[LeadId, Collection[Evidence]], *, now: datetime) -> None:
    """To be asked; what was told of the same places before is over."""
    rows = [
        {
            **_key(each),
            "lead_id": lead,
            "mark": each.mark,
            "since": now,
            "asked_at": None,
            "at": None,
            "author": None,
            "certain": False,
        }
        for lead, several in questions.items()
        for each in several
    ]
    upsert(tx, table, rows)


def drop(tx: Tx, over: Iterable[Evidence]) -> None:
    """Nothing is left that these could decide."""
    run_many(tx, _DROP, [tuple(_key(each).values()) for each in over])


def unasked(tx: Tx, connection: str, *, limit: int) -> list[tuple[LeadId, Evidence]]:
    """What is to be asked of a system, the longest waiting first."""
    rows = tx.execute(
        select(table)
        .where(table.c.connection == connection, table.c.asked_at.is_(None))
        .order_by(table.c.since, table.c.lead_id)
        .limit(limit)
    )
    return [(LeadId(row.lead_id), _question(row)) for row in rows]


def answer(tx: Tx, found: Iterable[Evidence]) -> set[LeadId]:
    """Keep what was told, unless the record shows something else by now; returns the leads that it is about."""
    touched: set[LeadId] = set()
    for each in found:
        told = {"asked_at": each.asked_at, "at": each.at, "author": each.author and each.author.value}
        which = [table.c[name] == value for name, value in _key(each).items()]
        rows = tx.execute(
            update(table)
            .where(*which, table.c.mark == each.mark)
            .values(**told, certain=each.certain)
            .returning(table.c.lead_id)
        )
        touched.update(LeadId(row.lead_id) for row in rows)
    return touched


def sent(tx: Tx, leads: Collection[LeadId], *, since: datetime) -> dict[Place, list[Sent]]:
    """When we wrote to the fields of these leads' records since then, as far as a write may have arrived."""
    found: dict[Place, list[Sent]] = {}
    columns = outbox.c
    for portion in chunks(leads):
        rows = tx.execute(
            select(columns.connection, columns.object, columns.record_id, columns.change, columns.claimed_at,
                   columns.settled_at)
            .where(columns.lead_id.in_(portion), columns.kind == "fields", columns.claimed_at >= since)
        )  # fmt: skip
        for row in rows:
            ref = RecordRef(connection=row.connection, object=row.object, id=row.record_id)
            for name in from_json(row.change)["values"]:
                found.setdefault(Place(ref=ref, field=name), []).append(
                    Sent(since=row.claimed_at, until=row.settled_at)
                )
    return found


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """What was begun so long ago decides nothing any more."""
    rows = tx.execute(select(table).where(table.c.since < before).limit(limit)).all()
    drop(tx, map(_question, rows))
    return len(rows)


def _key(one: Evidence) -> dict[str, str]:
    ref = one.ref
    return {
        "connection": ref.connection,
        "object": ref.object,
        "record_id": ref.id,
        "field": one.field,
        "property": one.property,
    }


def _question(row: AnyRow) -> Evidence:
    ref = RecordRef(connection=row.connection, object=row.object, id=row.record_id)
    return Evidence(ref=ref, field=row.field, property=row.property, mark=row.mark)


def _evidence(row: Sequence[Any]) -> Evidence:
    connection, kind, record_id, field, prop, mark, asked_at, at, author, certain = row
    return Evidence(
        ref=RecordRef(connection=connection, object=kind, id=record_id),
        field=field,
        property=prop,
        mark=mark,
        asked_at=maybe_moment(asked_at),
        at=None if at is None else from_micros(at),
        author=Author(author) if author else None,
        certain=bool(certain),
    )
