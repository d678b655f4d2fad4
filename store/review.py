"""What both sides decided in their weekly review: written down once, ended once, told as it stood at any moment.

The audit says who did it with which number and never what it says: the words are free.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, or_, select, update

from domain.review import AgendaPart, Draft, Ended, Ending, ReviewDecision
from store import audit
from store.audit import AuditEntry
from store.columns import AnyRow, AnySelect
from store.engine import Tx
from store.schema import review_decision as table


def add(tx: Tx, draft: Draft, *, by: str, now: datetime) -> ReviewDecision:
    row = {
        "part": draft.part.value,
        "text": draft.text,
        "owner": draft.owner,
        "due": draft.due.isoformat(),
        "added_by": by,
        "added_at": now,
    }
    number: int = tx.execute(table.insert().returning(table.c.number), row).scalar_one()
    audit.append(tx, [AuditEntry(at=now, actor=by, action=f"added decision {number} of the review")])
    return ReviewDecision(number=number, draft=draft, added_by=by, added_at=now)


def end(tx: Tx, number: int, ended: Ended) -> bool:
    """Close it; False when it is over already, or there is none."""
    changed = tx.execute(
        update(table)
        .where(table.c.number == number, table.c.ended_at.is_(None))
        .values(ending=ended.ending.value, outcome=ended.outcome, ended_by=ended.by, ended_at=ended.at)
    ).rowcount
    if changed:
        action = f"ended decision {number} of the review: {ended.ending}"
        audit.append(tx, [AuditEntry(at=ended.at, actor=ended.by, action=action)])
    return bool(changed)


def get(tx: Tx, number: int) -> ReviewDecision | None:
    row = tx.execute(select(table).where(table.c.number == number)).first()
    return None if row is None else _to_decision(row)


def open_ones(tx: Tx) -> list[ReviewDecision]:
    """What is still to be done, what is due first before."""
    return _read(tx, select(table).where(table.c.ended_at.is_(None)).order_by(table.c.due, table.c.number))


def every(tx: Tx) -> list[ReviewDecision]:
    """All that are kept, newest first."""
    return _read(tx, select(table).order_by(table.c.number.desc()))


def known_in(tx: Tx, since: datetime, until: datetime) -> list[ReviewDecision]:
    """Written down before `until` and not over before `since`, oldest first."""
    still = or_(table.c.ended_at.is_(None), table.c.ended_at >= since)
    return _read(tx, select(table).where(table.c.added_at < until, still).order_by(table.c.number))


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """What ended so long ago; what is open stays."""
    over = select(table.c.number).where(table.c.ended_at < before).order_by(table.c.ended_at).limit(limit)
    numbers: Sequence[int] = tx.execute(over).scalars().all()
    if numbers:
        tx.execute(delete(table).where(table.c.number.in_(numbers)))
    return len(numbers)


def _read(tx: Tx, query: AnySelect) -> list[ReviewDecision]:
    return [_to_decision(row) for row in tx.execute(query)]


def _to_decision(row: AnyRow) -> ReviewDecision:
    draft = Draft(part=AgendaPart(row.part), text=row.text, owner=row.owner, due=date.fromisoformat(row.due))
    ended = None
    if row.ended_at is not None:
        ended = Ended(ending=Ending(row.ending), outcome=row.outcome or "", by=row.ended_by, at=row.ended_at)
    return ReviewDecision(number=row.number, draft=draft, added_by=row.added_by, added_at=row.added_at, ended=ended)
