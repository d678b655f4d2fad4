"""Which leads were handed over, at rest or became known when: where reports begin to read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from domain.activity import ActivityKind
from domain.stage import Stage
from domain.values import LeadId
from store.engine import Tx
from store.schema import activity, fact, lead, transition
from store.schema import handoff as table

_TALKS = (ActivityKind.CALL_LOGGED, ActivityKind.EMAIL_REPLIED)
_MAILS = (ActivityKind.EMAIL_SENT, ActivityKind.EMAIL_OPENED, ActivityKind.EMAIL_CLICKED)


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
    """The next living leads above a number to whose handoffs something may have come in a stretch of time: one was open
    or answered in it, or they moved, spoke with a rep, or had been to meet one."""
    columns = table.c
    had = or_(columns.opened_at < until, columns.touched_at < until)
    late = (at >= since for at in (columns.closed_at, columns.touched_at, columns.accepted_at))
    in_hand = select(columns.lead_id).where(had, or_(columns.closed_at.is_(None), *late))
    moved = select(transition.c.lead_id).where(transition.c.at >= since, transition.c.at < until)
    lived = lead.c.id > after, lead.c.merged_into.is_(None)
    theirs = activity.c.lead_id == lead.c.id
    spoke = exists().where(theirs, or_(activity.c.kind == ActivityKind.MEETING_BOOKED.value, _between(since, until)))
    was_had = exists().where(columns.lead_id == lead.c.id, had)
    which = or_(lead.c.id.in_(in_hand.union(moved)), and_(was_had, spoke))
    query = select(lead.c.id).where(*lived, which).order_by(lead.c.id).limit(limit)
    return [LeadId(each) for each in tx.execute(query).scalars()]


def _between(since: datetime, until: datetime) -> ColumnElement[bool]:
    """What means something, if it does, when it happened; a meeting does so when it is held, not when it is agreed."""
    happened = activity.c.occurred_at >= since, activity.c.occurred_at < until
    return and_(*happened, activity.c.kind.in_([each.value for each in _TALKS]))


def mailed(tx: Tx, opted_out: str, *, since: datetime, until: datetime, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number who may have got a mail in a stretch of time, `until` left out, or of whom
    the property that says no to mail was told anew in it."""
    theirs = activity.c.lead_id == lead.c.id
    happened = activity.c.occurred_at >= since, activity.c.occurred_at < until
    got = exists().where(theirs, *happened, activity.c.kind.in_([each.value for each in _MAILS]))
    told = exists().where(
        fact.c.lead_id == lead.c.id, fact.c.name == opted_out, fact.c.since >= since, fact.c.since < until
    )
    query = select(lead.c.id).where(lead.c.id > after, lead.c.merged_into.is_(None), or_(got, told))
    return [LeadId(each) for each in tx.execute(query.order_by(lead.c.id).limit(limit)).scalars()]


def became_known(tx: Tx, *, since: datetime, until: datetime, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number that became known in a stretch of time, `until` left out."""
    became = lead.c.created_at >= since, lead.c.created_at < until
    query = select(lead.c.id).where(*became, lead.c.id > after, lead.c.merged_into.is_(None)).order_by(lead.c.id)
    return [LeadId(each) for each in tx.execute(query.limit(limit)).scalars()]


def known_at(tx: Tx, ids: Sequence[LeadId]) -> dict[LeadId, datetime]:
    """When these leads became known."""
    query = select(lead.c.id, lead.c.created_at).where(lead.c.id.in_(ids))
    return {LeadId(row[0]): row[1] for row in tx.execute(query)}
