"""Which leads have several records in one system: asked of the database, because most have not."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import and_, func, or_, select

from domain.record import Record
from domain.values import LeadId
from store import records
from store.engine import Tx
from store.schema import record as table

_PORTION = 1_000


def crowded(tx: Tx, people: Mapping[str, Collection[str]]) -> list[LeadId]:
    """Leads with two or more living records in one connection; `people`: connection → its objects that are people."""
    if not people:
        return []
    theirs = [
        and_(table.c.connection == name, table.c.object.in_(sorted(kinds))) for name, kinds in sorted(people.items())
    ]
    lives = and_(~table.c.archived, table.c.merged_into.is_(None), table.c.converted_to.is_(None))
    rows = tx.execute(
        select(table.c.lead_id)
        .where(table.c.lead_id.is_not(None), lives, or_(*theirs))
        .group_by(table.c.lead_id, table.c.connection)
        .having(func.count() > 1)
        .order_by(table.c.lead_id)
    )
    return list(dict.fromkeys(LeadId(row.lead_id) for row in rows))


def with_leads(tx: Tx, connection: str, object: str) -> Iterator[tuple[Record, LeadId]]:
    """Every record of one object that has a lead, in portions that fit memory."""
    portion: list[Record] = []
    for record in records.of_object(tx, connection, object):
        portion.append(record)
        if len(portion) == _PORTION:
            yield from _paired(tx, portion)
            portion = []
    yield from _paired(tx, portion)


def _paired(tx: Tx, portion: list[Record]) -> Iterator[tuple[Record, LeadId]]:
    leads = records.lead_of(tx, [record.ref for record in portion])
    yield from ((record, leads[record.ref]) for record in portion if record.ref in leads)


def with_several_records(tx: Tx) -> list[LeadId]:
    """Leads with two or more living records, in whatever systems."""
    lives = and_(~table.c.archived, table.c.merged_into.is_(None), table.c.converted_to.is_(None))
    rows = tx.execute(
        select(table.c.lead_id)
        .where(table.c.lead_id.is_not(None), lives)
        .group_by(table.c.lead_id)
        .having(func.count() > 1)
        .order_by(table.c.lead_id)
    )
    return [LeadId(row.lead_id) for row in rows]
