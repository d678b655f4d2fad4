"""Whether every write that was announced in the audit ended once, or is still on its way."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import case, func, select
from sqlalchemy.sql.elements import ColumnElement

from domain.audit import ENDS, Act
from domain.run import OutboxStatus
from store.chunks import chunks
from store.columns import AnyRow, AnySelect
from store.engine import Tx
from store.outbox_row import OPEN, words
from store.schema import audit, outbox

GRACE = timedelta(days=1)
"""How long what is made in a system by a command, and not by way of the outbox, may take to end."""

_UNDER_WAY = words(status for status in OPEN if status is not OutboxStatus.PARKED)
"""A refused write had its end; a person's retry announces it anew."""


class Loose(StrEnum):
    """What is wrong with a write's rows, in words."""

    NO_END = "it was announced, and nothing says what became of it"
    NOT_ANNOUNCED = "it is on its way or has an end, and was never announced"


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseEnd:
    """One write whose rows do not join. `seq`: of its first row, None where it has none."""

    connection: str
    key: str
    what: Loose
    seq: int | None
    at: datetime | None


def loose_ends(tx: Tx, *, now: datetime) -> Iterator[LooseEnd]:
    """Every write whose announcements and ends do not join, by the audit and by the outbox."""
    for row in tx.execute(_uneven()):
        end = _judged(row, now)
        if end is not None:
            yield end
    for connection, key in tx.execute(_unannounced()):
        yield LooseEnd(connection=connection, key=key, what=Loose.NOT_ANNOUNCED, seq=None, at=None)


def _judged(row: AnyRow, now: datetime) -> LooseEnd | None:
    """What does not join: more ends than announcements, or an announcement of what is not under way."""
    open_now = row.wills - row.ends
    if open_now == int(row.under_way) or (open_now == 1 and row.in_outbox == 0 and now - row.last_at < GRACE):
        return None
    what = Loose.NO_END if open_now > row.under_way else Loose.NOT_ANNOUNCED
    return LooseEnd(connection=row.connection, key=row.outbox_key, what=what, seq=row.first, at=row.last_at)


def _uneven() -> AnySelect:
    """Writes that have not as many ends as announcements, with whether the outbox has them, and on their way."""
    columns = audit.c
    wills, ends = func.sum(_counted(_is(Act.WILL))), func.sum(_counted(_is_end()))
    uneven = (
        select(
            columns.connection,
            columns.outbox_key,
            wills.label("wills"),
            ends.label("ends"),
            func.min(columns.seq).label("first"),
            func.max(columns.at).label("last_at"),
        )
        .where(columns.outbox_key.is_not(None), columns.connection.is_not(None))
        .group_by(columns.connection, columns.outbox_key)
        .having(wills != ends)
        .subquery()
    )
    same = (outbox.c.key == uneven.c.outbox_key) & (outbox.c.connection == uneven.c.connection)
    rows = select(func.count()).select_from(outbox).where(same)
    return select(
        uneven,
        rows.scalar_subquery().label("in_outbox"),
        rows.where(outbox.c.status.in_(_UNDER_WAY)).scalar_subquery().label("under_way"),
    ).order_by(uneven.c.first)


def _unannounced() -> AnySelect:
    """Writes on their way of which every announcement has its end, or that have none."""
    same = (audit.c.outbox_key == outbox.c.key) & (audit.c.connection == outbox.c.connection)
    open_now = select(func.coalesce(func.sum(_counted(_is(Act.WILL)) - _counted(_is_end())), 0)).where(same)
    return (
        select(outbox.c.connection, outbox.c.key)
        .where(outbox.c.status.in_(_UNDER_WAY), open_now.scalar_subquery() == 0)
        .order_by(outbox.c.id)
    )


def _is(act: Act) -> ColumnElement[bool]:
    return audit.c.action.startswith(f"{act} " if act is Act.WILL else f"{act}: ", autoescape=True)


def _is_end() -> ColumnElement[bool]:
    first, *others = map(_is, ENDS)
    found = first
    for each in others:
        found = found | each
    return found


def _counted(which: ColumnElement[bool]) -> ColumnElement[int]:
    return case((which, 1), else_=0)


def open_keys(tx: Tx, connection: str, keys: Collection[str]) -> set[str]:
    """Those of these keys of which something was announced that has no end yet."""
    columns = audit.c
    balance = func.sum(_counted(_is(Act.WILL)) - _counted(_is_end()))
    found: set[str] = set()
    for portion in chunks(keys):
        rows = tx.execute(
            select(columns.outbox_key)
            .where(columns.connection == connection, columns.outbox_key.in_(portion))
            .group_by(columns.outbox_key)
            .having(balance > 0)
        )
        found.update(rows.scalars())
    return found
