"""What is kept of one lead and read only by who looks at the whole of it: by the lead's number alone, oldest first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.values import LeadId, RecordRef, Value
from store import audit, passes, unions
from store.audit import AuditEntry
from store.chunks import chunks
from store.engine import Tx
from store.erased import Erasure
from store.leads import NOBODY
from store.outbox_row import OutboxRow, to_outbox_row
from store.retraction import UNCLAIMED
from store.schema import activity, conflict, erasure, lead, outbox, press


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A property that no rule could decide, and until when. `sides`: connection → what it showed last."""

    property: str
    sides: Mapping[str, Value]
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """One press of a button in a notice. `email`: of whoever pressed, where it is known; `result`: what was said."""

    at: datetime
    connection: str
    email: str | None
    answer: str
    result: str


def known_at(tx: Tx, lead_id: LeadId) -> datetime | None:
    return passes.known_at(tx, [lead_id]).get(lead_id)


def merged_into(tx: Tx, lead_id: LeadId) -> LeadId | None:
    """The number of the lead that this one is part of; None of a living one and of one that was erased."""
    into = tx.execute(select(lead.c.merged_into).where(lead.c.id == lead_id)).scalar()
    return None if into in (None, NOBODY) else LeadId(into)


def parts_of(tx: Tx, lead_id: LeadId) -> list[LeadId]:
    """Whoever this lead was made of."""
    query = select(lead.c.id).where(lead.c.merged_into == lead_id).order_by(lead.c.id)
    return [LeadId(each) for each in tx.execute(query).scalars()]


def erasure_of(tx: Tx, lead_id: LeadId) -> Erasure | None:
    """When this person was erased, and who asked for it; None of everybody else."""
    row = tx.execute(select(erasure).where(erasure.c.lead_id == lead_id, erasure.c.erased_at.is_not(None))).first()
    return None if row is None else Erasure(**row._mapping)


def writes(tx: Tx, lead_id: LeadId) -> list[OutboxRow]:
    """Every write about a lead, as far as rows are kept."""
    rows = tx.execute(select(outbox).where(outbox.c.lead_id == lead_id).order_by(outbox.c.id)).all()
    return [to_outbox_row(row) for row in rows]


def audited(tx: Tx, lead_ids: Collection[LeadId]) -> list[AuditEntry]:
    """Everything done about these leads, in the order in which it was written down."""
    rows = [row for each in lead_ids for row in audit.rows(tx, audit.Wanted(lead_id=each))]
    return [entry for _, entry in sorted(rows, key=lambda row: row[0])]


def undecided(tx: Tx, lead_id: LeadId) -> list[Undecided]:
    query = select(conflict).where(conflict.c.lead_id == lead_id).order_by(conflict.c.opened_at, conflict.c.id)
    return [
        Undecided(property=row.property, sides=row.sides, opened_at=row.opened_at, closed_at=row.closed_at)
        for row in tx.execute(query)
    ]


def pressed(tx: Tx, lead_id: LeadId) -> list[Pressing]:
    query = select(press).where(press.c.lead_id == lead_id).order_by(press.c.at, press.c.id)
    return [
        Pressing(
            at=row.at,
            connection=row.connection,
            email=row.email,
            answer=row.verdict or f"not before {row.until}",
            result=row.result,
        )
        for row in tx.execute(query)
    ]


def taken_back(tx: Tx, lead_id: LeadId) -> int:
    """Rows of activities that their system or a person took back."""
    gone = activity.c.lead_id == lead_id, activity.c.retracted_at.is_not(None)
    return tx.execute(select(func.count()).select_from(activity).where(*gone)).scalar_one()


def unclaimed(tx: Tx, emails: Collection[str]) -> int:
    """Activities under these addresses that nobody's record claims."""
    columns, found = activity.c, 0
    for portion in chunks(sorted(emails)):
        which = columns.lead_id == UNCLAIMED, columns.email.in_(portion), columns.email.is_not(None)
        found += tx.execute(select(func.count()).select_from(activity).where(*which)).scalar_one()
    return found


def records_of_unions(tx: Tx, numbers: Collection[int]) -> dict[int, list[RecordRef]]:
    """Union → the records that the other one brought, as long as it is remembered."""
    found: dict[int, list[RecordRef]] = {}
    for number in numbers:
        memory = unions.memory(tx, number) or {"records": []}
        found[number] = [RecordRef(connection=c, object=o, id=i) for c, o, i in memory["records"]]
    return found
