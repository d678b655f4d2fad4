"""Writes on their way out: one row per (record, lane), and no way back from `done`.

pending or waiting → claimed → done | waiting | parked | unsure | gone; a person may retry or ignore
what was parked or is unsure. A row not yet claimed is replaced by a newer one for the same target;
a claimed one is never touched, and while it is out no other row of its target is claimed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import delete, func, select, text, update

from domain.change import ChangeKind, ReceiptOutcome
from domain.place import Place
from domain.run import OutboxStatus
from domain.values import LeadId, RecordRef
from store import trail
from store.chunks import chunks
from store.claiming import claim, hasten, ignore, put_off, reclaim, reclaim_own, retry, settle, still_unsure
from store.columns import from_json
from store.engine import Tx
from store.outbox_row import OPEN, READY, SUPERSEDED, OutboxDraft, OutboxRow, Settlement, to_outbox_row, words
from store.putting import put
from store.schema import audit
from store.schema import outbox as table

_ARRIVED = (ReceiptOutcome.APPLIED.value, ReceiptOutcome.UNCHANGED.value)


def open_of(tx: Tx, lead_ids: Iterable[LeadId]) -> dict[LeadId, list[OutboxRow]]:
    """Everything not settled for good, by row number; ignored rows too, so that they are not planned again."""
    found: dict[LeadId, list[OutboxRow]] = {}
    for portion in chunks(lead_ids):
        rows = tx.execute(
            select(table)
            .where(table.c.lead_id.in_(portion), table.c.status.in_(words(OPEN)))
            .order_by(table.c.lead_id, table.c.id)
        ).all()
        for row in rows:
            found.setdefault(LeadId(row.lead_id), []).append(to_outbox_row(row))
    return found


def get(tx: Tx, ids: Iterable[int]) -> dict[int, OutboxRow]:
    found: dict[int, OutboxRow] = {}
    for portion in chunks(ids):
        found.update({row.id: to_outbox_row(row) for row in tx.execute(select(table).where(table.c.id.in_(portion)))})
    return found


def withdraw(tx: Tx, why: str, *, now: datetime) -> list[OutboxRow]:
    """Take back everything that is ready to be sent and is not out; returns it as it stood.

    A create goes without a trace here: the same one may be put out again, under the same key.
    """
    ready = table.c.status.in_(words(READY))
    rows = [to_outbox_row(row) for row in tx.execute(select(table).where(ready).order_by(table.c.id).with_for_update())]
    tx.execute(delete(table).where(ready, table.c.kind == ChangeKind.CREATE.value))
    ended = {"status": OutboxStatus.DONE.value, "code": SUPERSEDED, "message": why, "settled_at": now}
    tx.execute(update(table).where(ready).values(**ended))
    return rows


def take_back(
    tx: Tx, run_id: int, lead_ids: Iterable[LeadId], why: str, *, now: datetime, actor: str
) -> list[OutboxRow]:
    """Settle what a run planned for the fields of these leads and was not sent yet; returns it as it stood."""
    found: list[OutboxRow] = []
    for portion in chunks(lead_ids):
        which = (
            table.c.run_id == run_id,
            table.c.lead_id.in_(portion),
            table.c.kind == ChangeKind.FIELDS.value,
            table.c.status.in_(words(READY)),
        )
        rows = tx.execute(select(table).where(*which).order_by(table.c.id).with_for_update())
        found += [to_outbox_row(row) for row in rows]
        ended = {"status": OutboxStatus.DONE.value, "code": SUPERSEDED, "message": why, "settled_at": now}
        tx.execute(update(table).where(*which).values(**ended))
    trail.end_unsent(tx, found, why, now=now, actor=actor)
    return found


def last_written(tx: Tx, lead_ids: Iterable[LeadId]) -> dict[Place, int | None]:
    """By which run each field of these leads' records was last changed, as far as rows are kept."""
    found: dict[Place, int | None] = {}
    for portion in chunks(lead_ids):
        rows = tx.execute(
            select(table.c.connection, table.c.object, table.c.record_id, table.c.change, table.c.run_id)
            .where(
                table.c.lead_id.in_(portion),
                table.c.kind == ChangeKind.FIELDS.value,
                table.c.code == ReceiptOutcome.APPLIED.value,
            )
            .order_by(table.c.settled_at, table.c.id)
        )
        for row in rows:
            ref = RecordRef(connection=row.connection, object=row.object, id=row.record_id)
            found.update({Place(ref=ref, field=name): row.run_id for name in from_json(row.change)["values"]})
    return found


def last_arrived(tx: Tx, lead_id: LeadId) -> dict[str, datetime]:
    """Connection → when something of this lead last arrived there, as far as rows are kept."""
    rows = tx.execute(
        select(table.c.connection, func.max(table.c.settled_at).label("at"))
        .where(table.c.lead_id == lead_id, table.c.code.in_(_ARRIVED))
        .group_by(table.c.connection)
    )
    return {row.connection: row.at for row in rows}


def of_run(tx: Tx, run_id: int) -> list[OutboxRow]:
    """Every row that a run put out, by number."""
    rows = tx.execute(select(table).where(table.c.run_id == run_id).order_by(table.c.id))
    return [to_outbox_row(row) for row in rows]


def counts(tx: Tx) -> dict[tuple[str, str], int]:
    """Rows per connection and status, without the ignored ones."""
    rows = tx.execute(
        select(table.c.connection, table.c.status, func.count())
        .where(~table.c.ignored)
        .group_by(table.c.connection, table.c.status)
    )
    return {(row[0], OutboxStatus(row[1])): row[2] for row in rows}


def due(tx: Tx, connection: str, lane: str, *, now: datetime, most: int, run_id: int | None = None) -> int:
    """How many rows of a lane wait to be sent; counted no further than `most`."""
    query = select(table.c.id).where(
        table.c.connection == connection,
        table.c.lane == lane,
        text("outbox.status IN ('pending', 'waiting')"),
        table.c.due_at <= now,
    )
    wanted = query if run_id is None else query.where(table.c.run_id == run_id)
    return tx.execute(select(func.count()).select_from(wanted.limit(most).subquery())).scalar_one()


def written_since(tx: Tx, connection: str, *, audited: int) -> list[OutboxRow]:
    """Changes of fields that arrived and were noted after that number of the audit, by row number."""
    noted = select(audit.c.outbox_key).where(audit.c.seq > audited, audit.c.connection == connection)
    rows = tx.execute(
        select(table)
        .where(
            table.c.key.in_(noted),
            table.c.connection == connection,
            table.c.kind == ChangeKind.FIELDS.value,
            table.c.status == OutboxStatus.DONE.value,
            table.c.code.in_(_ARRIVED),
        )
        .order_by(table.c.id)
    )
    return [to_outbox_row(row) for row in rows]


def list_open(
    tx: Tx, connection: str | None = None, statuses: Iterable[OutboxStatus | str] = OPEN
) -> Iterator[OutboxRow]:
    """Rows of these statuses by number, without the ignored ones; of every connection when none is named."""
    last = 0
    query = select(table).where(table.c.status.in_(words(statuses)), ~table.c.ignored)
    if connection is not None:
        query = query.where(table.c.connection == connection)
    while True:
        rows = tx.execute(query.where(table.c.id > last).order_by(table.c.id).limit(1000)).all()
        yield from map(to_outbox_row, rows)
        if len(rows) < 1000:
            return
        last = rows[-1].id


def unsure(tx: Tx, connection: str, *, now: datetime, limit: int) -> list[OutboxRow]:
    """Writes whose answer was lost and that are to be asked about now, in no order.

    Asked in the words of its index: pushers ask every few seconds.
    """
    query = select(table).where(
        text("outbox.status IN ('parked', 'unsure')"),
        table.c.status == OutboxStatus.UNSURE.value,
        table.c.connection == connection,
        table.c.due_at <= now,
        ~table.c.ignored,
    )
    return [to_outbox_row(row) for row in tx.execute(query.order_by(table.c.target).limit(limit))]


def next_due(tx: Tx, connection: str) -> datetime | None:
    """When the next row of this connection may be claimed."""
    found: datetime | None = tx.execute(
        select(func.min(table.c.due_at)).where(
            table.c.connection == connection, text("status IN ('pending', 'waiting')")
        )
    ).scalar()
    return found


def purge(tx: Tx, *, before: datetime) -> int:
    """Delete what was settled for good before a moment (features.md D: 90 days); returns how many rows."""
    final = words((OutboxStatus.DONE, OutboxStatus.GONE))
    return tx.execute(delete(table).where(table.c.settled_at < before, table.c.status.in_(final))).rowcount


__all__ = [
    "OutboxDraft",
    "OutboxRow",
    "Settlement",
    "claim",
    "counts",
    "get",
    "hasten",
    "ignore",
    "last_arrived",
    "last_written",
    "list_open",
    "next_due",
    "of_run",
    "open_of",
    "purge",
    "put",
    "put_off",
    "reclaim",
    "reclaim_own",
    "retry",
    "settle",
    "still_unsure",
    "take_back",
    "unsure",
    "written_since",
]
