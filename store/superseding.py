"""A row whose target has a newer one waiting is settled unsent: sent late, it would undo the newer one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from domain.run import OutboxStatus
from store.chunks import chunks
from store.engine import Tx
from store.outbox_row import SUPERSEDED
from store.schema import lead as lead_table
from store.schema import outbox as table


def supersede(tx: Tx, ids: Sequence[int], *, now: datetime) -> None:
    """Settle these rows, and have their leads planned again: the newer row was computed without them."""
    words = "A newer change of the same record took its place."
    for portion in chunks(ids):
        leads = tx.execute(
            update(table)
            .where(table.c.id.in_(portion), table.c.status != OutboxStatus.DONE.value)
            .values(status=OutboxStatus.DONE.value, code=SUPERSEDED, message=words, settled_at=now, owner=None)
            .returning(table.c.lead_id)
        ).scalars()
        found = sorted({lead for lead in leads if lead is not None})
        tx.execute(update(lead_table).where(lead_table.c.id.in_(found)).values(plan_due=True))
