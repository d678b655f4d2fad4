"""How much people let through by their word on held sets, set by set."""

from datetime import datetime

from sqlalchemy import func, select

from domain.radius import HeldStatus
from store.engine import Tx
from store.schema import held_lead, held_set, held_write

_GIVEN = (HeldStatus.APPROVED.value, HeldStatus.EXPIRED.value)


def leads_let_through(tx: Tx, since: datetime) -> list[tuple[str, int]]:
    """Each set that a person approved since, by name, and the leads that are or were in it."""
    found: list[tuple[str, int]] = []
    for each in (held_lead, held_write):
        rows = tx.execute(
            select(held_set.c.name, func.count(each.c.lead_id.distinct()).label("leads"))
            .join(held_set, held_set.c.id == each.c.set_id)
            .where(held_set.c.status.in_(_GIVEN), held_set.c.answered_by.is_not(None), held_set.c.answered_at >= since)
            .group_by(held_set.c.id, held_set.c.name)
            .order_by(held_set.c.id)
        )
        found += [(row.name, row.leads) for row in rows]
    return found
