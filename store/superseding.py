"""A row whose target has a newer one waiting is settled unsent: sent late, it would undo the newer one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from domain.run import OutboxStatus
from store import leads, trail
from store.chunks import chunks
from store.engine import Tx
from store.outbox_row import SUPERSEDED, to_outbox_row
from store.schema import outbox as table

REPLACED = "a newer change of the same record took its place"


def supersede(tx: Tx, ids: Sequence[int], *, now: datetime, why: str = REPLACED) -> None:
    """Settle these rows, and have their leads planned again: what takes their place was computed without them."""
    for portion in chunks(ids):
        which = (table.c.id.in_(portion), table.c.status != OutboxStatus.DONE.value)
        rows = [to_outbox_row(row) for row in tx.execute(select(table).where(*which).with_for_update())]
        ended = {"status": OutboxStatus.DONE.value, "code": SUPERSEDED, "message": f"{why[:1].upper()}{why[1:]}."}
        tx.execute(update(table).where(*which).values(**ended, settled_at=now, owner=None))
        trail.end_unsent(tx, rows, why, now=now)
        leads.mark_plan_due(tx, {row.lead_id for row in rows if row.lead_id is not None})
