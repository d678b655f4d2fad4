"""How much of each dangerous kind happened when: counted per minute, asked over hours and days."""

from datetime import UTC, datetime, time, timedelta
from statistics import median

from sqlalchemy import func, select

from domain.decision import BlastClass
from domain.radius import WriteClass
from store.engine import Tx
from store.schema import blast as table
from store.upserts import insert_for

_HAND_RAISE = "hand_raise"
_DECISIONS = tuple(kind.value for kind in BlastClass)


def count_blast(tx: Tx, kind: BlastClass, n: int, *, at: datetime) -> None:
    _count(tx, kind.value, n, at)


def count_hand_raises(tx: Tx, n: int, *, at: datetime) -> None:
    _count(tx, _HAND_RAISE, n, at)


def opened_since(tx: Tx, since: datetime) -> dict[BlastClass, int]:
    """What was let through from that minute on, by class."""
    rows = tx.execute(
        select(table.c.kind, func.sum(table.c.units))
        .where(table.c.minute >= _minute(since), table.c.kind.in_(_DECISIONS))
        .group_by(table.c.kind)
    )
    return {BlastClass(row[0]): int(row[1]) for row in rows}


def count_writes(tx: Tx, kind: WriteClass, n: int, *, at: datetime) -> None:
    """Leads of which fields of this class are written. What takes something away is counted with the decisions."""
    _count(tx, kind.value, n, at)


def written_since(tx: Tx, since: datetime) -> dict[WriteClass, int]:
    """Leads of which fields of each class were let through from that minute on, decisions of that class included."""
    kinds = [kind.value for kind in WriteClass]
    rows = tx.execute(
        select(table.c.kind, func.sum(table.c.units))
        .where(table.c.minute >= _minute(since), table.c.kind.in_(kinds))
        .group_by(table.c.kind)
    )
    return {WriteClass(row[0]): int(row[1]) for row in rows}


def hand_raises_since(tx: Tx, since: datetime) -> int:
    """Hand-raises that were let through without room for them, from that minute on."""
    total = select(func.sum(table.c.units)).where(table.c.kind == _HAND_RAISE, table.c.minute >= _minute(since))
    return int(tx.execute(total).scalar() or 0)


def blast_per_day(tx: Tx, kind: BlastClass, *, since: datetime) -> dict[datetime, int]:
    """Units per UTC day that had any."""
    found: dict[datetime, int] = {}
    rows = tx.execute(select(table.c.minute, table.c.units).where(table.c.kind == kind.value, table.c.minute >= since))
    for row in rows:
        day = datetime.combine(row.minute.date(), time(), tzinfo=UTC)
        found[day] = found.get(day, 0) + int(row.units)
    return found


def daily_median(tx: Tx, kind: BlastClass, *, days: int, now: datetime) -> int:
    """The median of the last `days` whole UTC days, rounded down; a day without any counts as none."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC)
    per_day = blast_per_day(tx, kind, since=today - timedelta(days=days))
    return int(median(per_day.get(today - timedelta(days=back), 0) for back in range(1, days + 1)))


def _count(tx: Tx, kind: str, n: int, at: datetime) -> None:
    statement = insert_for(tx, table).values(kind=kind, minute=_minute(at), units=n)
    more = {"units": table.c.units + statement.excluded.units}
    tx.execute(statement.on_conflict_do_update(index_elements=["kind", "minute"], set_=more))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
