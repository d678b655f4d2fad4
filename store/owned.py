"""Which leads belong to whom: as the people records of a system show it, and by the handoffs that are open."""

from collections.abc import Collection, Iterator

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from domain.stage import Stage
from domain.values import LeadId
from store.engine import Tx
from store.schema import handoff, lead, record


def owners(
    tx: Tx, connection: str, kind: str, field: str, *, without: Collection[Stage]
) -> Iterator[tuple[str, LeadId, Stage]]:
    """(what stands in the owner's field, the lead, its stage) of every living record whose lead is not in one of
    these stages; blanks are left out."""
    columns = record.c
    if tx.dialect.name == "postgresql":
        shown = cast(columns.content, JSONB)[field].astext
    else:
        shown = func.json_extract(columns.content, f'$."{field}"')
    query = (
        select(shown.label("owner"), columns.lead_id, lead.c.stage)
        .join(lead, lead.c.id == columns.lead_id)
        .where(
            columns.connection == connection,
            columns.object == kind,
            columns.archived.is_(False),
            lead.c.merged_into.is_(None),
            lead.c.stage.not_in([stage.value for stage in without]),
        )
    )
    for row in tx.execute(query):
        if row.owner not in (None, ""):
            yield str(row.owner), LeadId(row.lead_id), Stage(row.stage)


def holders(tx: Tx) -> Iterator[tuple[str, LeadId, Stage]]:
    """(the rep's e-mail, the lead, its stage) of every open handoff that somebody has.

    A contact names no owner for it.
    """
    query = (
        select(handoff.c.owner, handoff.c.lead_id, lead.c.stage)
        .join(lead, lead.c.id == handoff.c.lead_id)
        .where(handoff.c.closed_at.is_(None), handoff.c.owner.is_not(None))
    )
    for row in tx.execute(query):
        yield str(row.owner), LeadId(row.lead_id), Stage(row.stage)
