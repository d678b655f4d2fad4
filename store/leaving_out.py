"""Taking fields out of writes that wait to be sent, so that the rest of each goes.

A creation that is known by such a field waits as it is: without its key it could be made twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update

from domain.change import ChangeKind
from domain.run import OutboxStatus
from store.chunks import chunks
from store.claiming import retry
from store.columns import to_json
from store.engine import Tx
from store.outbox_row import OutboxRow, to_outbox_row, write_change
from store.schema import lead as lead_table
from store.schema import outbox as table
from store.superseding import supersede

LEFT_OUT = "left_out"
"""The code of a row that was settled unsent because nothing of it was left."""
REDEFINED = "its fields are not what they were when it was refused"


def waiting_with(
    tx: Tx, connection: str, fields: Mapping[str, Collection[str]], *, after: int, limit: int
) -> list[OutboxRow]:
    """Rows that wait to be sent and name one of these fields (object → fields), by number beyond `after`."""
    found: list[OutboxRow] = []
    query = select(table).where(
        table.c.connection == connection,
        table.c.object.in_(sorted(fields)),
        table.c.kind.in_([ChangeKind.FIELDS.value, ChangeKind.CREATE.value]),
        text("outbox.status IN ('pending', 'waiting')"),
    )
    while len(found) < limit:
        rows = tx.execute(query.where(table.c.id > after).order_by(table.c.id).limit(limit)).all()
        found += [row for each in rows if _names(row := to_outbox_row(each), fields)]
        if len(rows) < limit:
            break
        after = rows[-1].id
    return found[:limit]


def leave_out(
    tx: Tx, rows: Sequence[OutboxRow], fields: Mapping[str, Collection[str]], *, why: str, now: datetime
) -> None:
    """Send these rows at once without these fields; one of which nothing is left is settled."""
    for row in rows:
        gone = set(fields[row.change.object])
        tx.execute(update(table).where(table.c.id == row.id).values(**_without(row, gone)))
    empty = [row.id for row in rows if set(row.change.values) <= set(fields[row.change.object])]
    ended = {"status": OutboxStatus.DONE.value, "code": LEFT_OUT, "message": why, "settled_at": now, "owner": None}
    tx.execute(update(table).where(table.c.id.in_(empty)).values(**ended))
    retry(tx, sorted({row.id for row in rows} - set(empty)), now=now)


def replan_stopped(tx: Tx, connection: str, fields: Mapping[str, Collection[str]]) -> None:
    """Have the leads planned again whose parked writes name one of these fields: what is left of them may go."""
    ids = sorted({row.lead_id for row in _stopped(tx, connection, fields) if row.lead_id is not None})
    for portion in chunks(ids):
        tx.execute(update(lead_table).where(lead_table.c.id.in_(portion)).values(plan_due=True))


def let_go(tx: Tx, connection: str, fields: Mapping[str, Collection[str]], *, now: datetime) -> None:
    """Parked writes that name one of these fields, which are not what they were when they were refused, stand in
    nobody's way any more: what is still wished is planned and sent anew."""
    supersede(tx, [row.id for row in _stopped(tx, connection, fields)], now=now, why=REDEFINED)


def _stopped(tx: Tx, connection: str, fields: Mapping[str, Collection[str]]) -> list[OutboxRow]:
    rows = tx.execute(
        select(table).where(
            table.c.connection == connection,
            table.c.object.in_(sorted(fields)),
            text("outbox.status IN ('parked', 'unsure')"),
            table.c.status == OutboxStatus.PARKED.value,
            table.c.lead_id.is_not(None),
        )
    )
    return [row for row in map(to_outbox_row, rows) if _names(row, fields)]


def _names(row: OutboxRow, fields: Mapping[str, Collection[str]]) -> bool:
    gone = fields.get(row.change.object, ())
    return row.change.unique not in gone and any(name in gone for name in row.change.values)


def _without(row: OutboxRow, gone: Collection[str]) -> dict[str, Any]:
    change = row.change
    kept = {name: value for name, value in change.values.items() if name not in gone}
    expected = {name: value for name, value in change.expected.items() if name not in gone}
    left = type(change)(
        key=change.key,
        kind=change.kind,
        object=change.object,
        id=change.id,
        values=kept,
        expected=expected,
        guarded=change.guarded - set(gone),
        unique=change.unique,
    )
    before = {name: value for name, value in row.before.items() if name not in gone}
    return {"change": write_change(left), "before": to_json(before)}
