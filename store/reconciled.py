"""What comparing the systems' counts asks of every lead, portion by portion: of erased ones too, whose dates stay."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select

from domain.stage import Stage
from domain.values import LeadId
from store.chunks import chunks
from store.engine import Tx
from store.leads import NOBODY
from store.schema import conflict
from store.schema import lead as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a lead stands. `fails`: the rules could not be told of it; `is_due`: news of it is not decided or planned."""

    lead_id: LeadId
    stage: Stage
    is_erased: bool
    fails: bool
    is_due: bool


def after(tx: Tx, number: LeadId, *, limit: int) -> list[Standing]:
    """The next leads above a number that are people of their own, or were until they were erased."""
    own = or_(table.c.merged_into.is_(None), table.c.merged_into == NOBODY)
    query = select(table).where(table.c.id > number, own).order_by(table.c.id).limit(limit)
    return [
        Standing(
            lead_id=LeadId(row.id),
            stage=Stage(row.stage),
            is_erased=row.merged_into is not None,
            fails=row.failure is not None,
            is_due=row.due or row.plan_due,
        )
        for row in tx.execute(query)
    ]


def undecided(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, frozenset[str]]:
    """The properties of these leads that wait for a person's word."""
    found: dict[LeadId, frozenset[str]] = {}
    for portion in chunks(ids):
        columns = conflict.c
        query = select(columns.lead_id, columns.property).where(
            columns.lead_id.in_(portion), columns.closed_at.is_(None)
        )
        for row in tx.execute(query):
            lead = LeadId(row.lead_id)
            found[lead] = found.get(lead, frozenset()) | {row.property}
    return found
