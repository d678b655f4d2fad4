"""Which leads were handed over, at rest or became known when: where reports begin to read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from domain.stage import Stage
from domain.values import LeadId
from store.engine import Tx
from store.schema import handoff as table
from store.schema import lead, transition


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


def put_to_rest(tx: Tx, *, since: datetime, until: datetime, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number that were put to rest in a stretch of time, `until` left out."""
    moved = transition.c.at >= since, transition.c.at < until, transition.c.after == Stage.RECYCLED.value
    query = (
        select(transition.c.lead_id)
        .join(lead, lead.c.id == transition.c.lead_id)
        .where(*moved, transition.c.lead_id > after, lead.c.merged_into.is_(None))
        .distinct()
        .order_by(transition.c.lead_id)
        .limit(limit)
    )
    return [LeadId(each) for each in tx.execute(query).scalars()]


def at_work(tx: Tx, *, since: datetime, until: datetime, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number whose handoff was open at any time of a stretch, or that moved in it."""
    in_hand = select(table.c.lead_id).where(
        table.c.opened_at < until, or_(table.c.closed_at.is_(None), table.c.closed_at >= since)
    )
    moved = select(transition.c.lead_id).where(transition.c.at >= since, transition.c.at < until)
    which = lead.c.id > after, lead.c.merged_into.is_(None), lead.c.id.in_(in_hand.union(moved))
    return [
        LeadId(each) for each in tx.execute(select(lead.c.id).where(*which).order_by(lead.c.id).limit(limit)).scalars()
    ]


def became_known(tx: Tx, *, since: datetime, until: datetime, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number that became known in a stretch of time, `until` left out."""
    became = lead.c.created_at >= since, lead.c.created_at < until
    query = select(lead.c.id).where(*became, lead.c.id > after, lead.c.merged_into.is_(None)).order_by(lead.c.id)
    return [LeadId(each) for each in tx.execute(query.limit(limit)).scalars()]


def known_at(tx: Tx, ids: Sequence[LeadId]) -> dict[LeadId, datetime]:
    """When these leads became known."""
    query = select(lead.c.id, lead.c.created_at).where(lead.c.id.in_(ids))
    return {LeadId(row[0]): row[1] for row in tx.execute(query)}
