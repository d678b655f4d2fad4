"""Months that were closed, with every deal that counts in them as it was known then.

A month is wholly closed or wholly open: its row and its deals are written in one transaction, which begins with the
row, so that of two who close it at once the second finds it closed. A deal is opened once and won once: whoever stands
in one closed month stands in no other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select, update

from domain.cost import KnownCosts
from domain.counted_deal import ClosedMonth, CountedDeal, DealKey, Lack, Shares, Side
from domain.values import LeadId, RecordRef
from store import audit, leads
from store.audit import AuditEntry
from store.chunks import chunks
from store.columns import AnyRow
from store.engine import Tx
from store.erasing import alone
from store.schema import closed_deal, closed_deal_lead, closed_month
from store.upserts import insert_for

_COSTS = TypeAdapter(KnownCosts)


def months(tx: Tx) -> list[ClosedMonth]:
    """Every month that ever was closed, oldest first; one that was reopened says so."""
    return [_to_month(row) for row in tx.execute(select(closed_month).order_by(closed_month.c.month))]


def close(tx: Tx, month: ClosedMonth, deals: Iterable[CountedDeal], *, now: datetime, by: str) -> bool:
    """Keep a month for good; False, and nothing is written, where it is closed already. Whoever was erased since the
    deals were read is in none of them."""
    alone(tx)
    if not _take(tx, month, now=now, by=by):
        return False
    kept = _with_the_living(tx, deals)
    for portion in chunks(kept):
        _keep(tx, month.month, portion)
    action = f"closed the month {month.month}: {len(kept)} deals opened or won in it"
    audit.append(tx, [AuditEntry(at=now, actor=by, action=action)])
    return True


def _take(tx: Tx, month: ClosedMonth, *, now: datetime, by: str) -> bool:
    columns = closed_month.c
    row = {
        "month": month.month,
        "since": month.since,
        "until": month.until,
        "currency": month.currency,
        "costs": _COSTS.dump_python(month.costs, mode="json"),
        "rules": month.rules,
        "closed_at": now,
        "closed_by": by,
    }
    statement = insert_for(tx, closed_month)
    fresh = {name: statement.excluded[name] for name in row if name != "month"}
    statement = statement.on_conflict_do_update(
        index_elements=["month"], set_=fresh, where=columns.closed_at.is_(None)
    ).returning(columns.month)
    return tx.execute(statement, row).first() is not None


def _with_the_living(tx: Tx, deals: Iterable[CountedDeal]) -> list[CountedDeal]:
    """With the leads that their people are by now."""
    read = list(deals)
    ids = {lead for each in read for lead in each.leads}
    stands = {each: each for each in leads.get(tx, sorted(ids))}
    stands |= {each: end for each in ids - stands.keys() if (end := leads.survivor(tx, each)) != leads.NOBODY}
    return [
        replace(
            each,
            leads=tuple(dict.fromkeys(stands[lead] for lead in each.leads if lead in stands)),
            met_by=stands.get(each.met_by) if each.met_by is not None else None,
        )
        for each in read
    ]


def _keep(tx: Tx, month: str, deals: Sequence[CountedDeal]) -> None:
    statement = closed_deal.insert().returning(closed_deal.c.id, sort_by_parameter_order=True)
    numbers = tx.execute(statement, [{"month": month, **_row(each)} for each in deals]).scalars().all()
    people = [
        {"deal": number, "lead_id": lead, "met_at": each.met_at if lead == each.met_by else None}
        for number, each in zip(numbers, deals, strict=True)
        for lead in each.leads
    ]
    if people:
        tx.execute(closed_deal_lead.insert(), people)


def reopen(tx: Tx, month: str, *, now: datetime, by: str, reason: str) -> bool:
    """A person wants a month counted anew; False where it is not closed."""
    columns = closed_month.c
    said = {"closed_at": None, "closed_by": None, "reopened_at": now, "reopened_by": by, "reopened_because": reason}
    statement = update(closed_month).where(columns.month == month, columns.closed_at.is_not(None)).values(**said)
    if tx.execute(statement).rowcount != 1:
        return False
    own = select(closed_deal.c.id).where(closed_deal.c.month == month)
    tx.execute(delete(closed_deal_lead).where(closed_deal_lead.c.deal.in_(own)))
    tx.execute(delete(closed_deal).where(closed_deal.c.month == month))
    audit.append(tx, [AuditEntry(at=now, actor=by, action=f"reopened the month {month}")])
    return True


def deals(tx: Tx, wanted: Collection[str]) -> list[CountedDeal]:
    """Every deal of these months, in the order of their references."""
    columns = closed_deal.c
    order = (columns.connection, columns.object, columns.record_id, columns.side)
    rows = tx.execute(select(closed_deal).where(columns.month.in_(wanted)).order_by(*order)).all()
    people = _people(tx, [row.id for row in rows])
    return [_to_deal(row, people.get(row.id, ())) for row in rows]


def keys(tx: Tx, connection: str) -> dict[DealKey, str]:
    """The month in which each deal of a connection is kept, as opened and as won."""
    columns = closed_deal.c
    wanted = (columns.object, columns.record_id, columns.side, columns.month)
    rows = tx.execute(select(*wanted).where(columns.connection == connection))
    return {(RecordRef(connection=connection, object=row[0], id=row[1]), Side(row[2])): row[3] for row in rows}


def _people(tx: Tx, numbers: Sequence[int]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = {}
    for portion in chunks(numbers):
        query = select(closed_deal_lead).where(closed_deal_lead.c.deal.in_(portion)).order_by(closed_deal_lead.c.id)
        for row in tx.execute(query):
            found.setdefault(row.deal, []).append(row)
    return found


def _row(each: CountedDeal) -> dict[str, Any]:
    return {
        "connection": each.ref.connection,
        "object": each.ref.object,
        "record_id": each.ref.id,
        "side": each.side.value,
        "name": each.name,
        "at": each.at,
        "day": None if each.day is None else each.day.isoformat(),
        "worth": None if each.worth is None else str(each.worth),
        "lacks": None if each.lacks is None else each.lacks.value,
        "currency": each.currency,
        "stage": each.stage,
        "has_people": each.has_people,
        "is_likely": each.is_likely,
        "origin": each.origin,
        "ways": {way: _said(shares) for way, shares in each.ways.items()},
        "campaigns": _said(each.campaigns),
        "rep": each.rep,
        "met": each.met,
    }


def _said(shares: Shares) -> dict[str, str]:
    """`1/3`, exactly."""
    return {name: str(share) for name, share in shares.items()}


def _to_deal(row: AnyRow, people: Sequence[AnyRow]) -> CountedDeal:
    met = next((each for each in people if each.met_at is not None), None)
    return CountedDeal(
        ref=RecordRef(connection=row.connection, object=row.object, id=row.record_id),
        side=Side(row.side),
        name=row.name,
        at=row.at,
        day=None if row.day is None else date.fromisoformat(row.day),
        worth=None if row.worth is None else Decimal(row.worth),
        lacks=None if row.lacks is None else Lack(row.lacks),
        currency=row.currency,
        stage=row.stage,
        leads=tuple(dict.fromkeys(LeadId(each.lead_id) for each in people)),
        has_people=row.has_people,
        is_likely=row.is_likely,
        origin=row.origin,
        ways={way: _meant(shares) for way, shares in row.ways.items()},
        campaigns=_meant(row.campaigns),
        rep=row.rep,
        met=row.met,
        met_by=None if met is None else LeadId(met.lead_id),
        met_at=None if met is None else met.met_at,
    )


def _meant(shares: Mapping[str, str]) -> Shares:
    return {name: Fraction(share) for name, share in shares.items()}


def _to_month(row: AnyRow) -> ClosedMonth:
    kept = {name: value for name, value in row._mapping.items() if name != "costs"}
    return ClosedMonth(**kept, costs=_COSTS.validate_python(row.costs))
