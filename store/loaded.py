"""When leadloop began to look: what had happened by then was loaded as history."""

from datetime import datetime

from sqlalchemy import func, select

from store.engine import Tx
from store.schema import activity, fact


def streams_since(tx: Tx) -> dict[tuple[str, str], datetime]:
    """(connection, stream) → when its first activity was seen."""
    columns = activity.c
    query = select(columns.connection, columns.stream, func.min(columns.seen_at, type_=columns.seen_at.type))
    rows = tx.execute(query.group_by(columns.connection, columns.stream))
    return {(connection, stream): at for connection, stream, at in rows}


def facts_since(tx: Tx) -> datetime | None:
    """When the first fact was seen; None while there is none."""
    column = fact.c.seen_at
    found: datetime | None = tx.execute(select(func.min(column, type_=column.type))).scalar()
    return found


def latest_activity(tx: Tx, until: datetime) -> datetime | None:
    """When the youngest activity up to a moment happened."""
    column = activity.c.occurred_at
    found: datetime | None = tx.execute(select(func.max(column, type_=column.type)).where(column <= until)).scalar()
    return found
