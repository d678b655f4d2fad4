"""Which leads were handed over when: where reports begin to read."""

from datetime import datetime

from sqlalchemy import select

from domain.values import LeadId
from store.engine import Tx
from store.schema import handoff as table
from store.schema import lead


def handed_over(tx: Tx, *, since: datetime, until: datetime, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number with a handoff opened in a stretch of time, `until` left out."""
    opened = table.c.opened_at >= since, table.c.opened_at < until
    query = (
        select(table.c.lead_id)
        .join(lead, lead.c.id == table.c.lead_id)
        .where(*opened, table.c.lead_id > after, lead.c.merged_into.is_(None))
        .distinct()
        .order_by(table.c.lead_id)
        .limit(limit)
    )
    return [LeadId(each) for each in tx.execute(query).scalars()]
