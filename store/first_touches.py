"""Where everybody came from, as it was decided once: written when it is known, and by nobody but a person after that.

Who came from `unknown` may be decided once more, when there is news of them or other rules.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, or_, select, update

from config.reports import UNKNOWN
from domain.first_touch import FirstTouch
from domain.values import LeadId
from store.chunks import chunks
from store.engine import Tx
from store.schema import first_touch as table
from store.schema import lead
from store.upserts import insert_for


def of_leads(tx: Tx, ids: Collection[LeadId]) -> dict[LeadId, FirstTouch]:
    columns = table.c
    found: dict[LeadId, FirstTouch] = {}
    for portion in chunks(sorted(ids)):
        for row in tx.execute(select(table).where(columns.lead_id.in_(portion))):
            found[LeadId(row.lead_id)] = FirstTouch(
                channel=row.channel,
                campaign=row.campaign,
                at=row.touched_at,
                decided_at=row.decided_at,
                rules=row.rules,
                revision=row.revision,
            )
    return found


def undecided(tx: Tx, *, known_by: datetime, rules: str, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number of whom it is still to be decided, of those who were known by then."""
    columns = table.c
    is_news = or_(columns.revision != lead.c.revision, columns.rules != rules)
    again = and_(columns.channel == UNKNOWN, is_news)
    query = (
        select(lead.c.id)
        .outerjoin(table, columns.lead_id == lead.c.id)
        .where(lead.c.id > after, lead.c.merged_into.is_(None), lead.c.created_at <= known_by)
        .where(or_(columns.lead_id.is_(None), again))
        .order_by(lead.c.id)
        .limit(limit)
    )
    return [LeadId(each) for each in tx.execute(query).scalars()]


def settle(tx: Tx, decided: Mapping[LeadId, FirstTouch]) -> None:
    """Write what nobody decided before; what is known stays as it is."""
    if not decided:
        return
    statement = insert_for(tx, table)
    fresh = {name: statement.excluded[name] for name in _COLUMNS}
    statement = statement.on_conflict_do_update(
        index_elements=["lead_id"], set_=fresh, where=table.c.channel == UNKNOWN
    )
    tx.execute(statement, [{"lead_id": each, **_row(one)} for each, one in sorted(decided.items())])


_COLUMNS = ("channel", "campaign", "touched_at", "decided_at", "rules", "revision")


def _row(one: FirstTouch) -> dict[str, object]:
    values = (one.channel, one.campaign, one.at, one.decided_at, one.rules, one.revision)
    return dict(zip(_COLUMNS, values, strict=True))


def channels(tx: Tx) -> list[str]:
    """Every channel that anybody was decided to have come from."""
    return list(tx.execute(select(table.c.channel).distinct().order_by(table.c.channel)).scalars())


def by_other_rules(tx: Tx, rules: str, *, after: LeadId, limit: int) -> list[LeadId]:
    """The next living leads above a number that were decided about by other rules than these."""
    query = (
        select(table.c.lead_id)
        .join(lead, lead.c.id == table.c.lead_id)
        .where(table.c.rules != rules, table.c.lead_id > after, lead.c.merged_into.is_(None))
        .order_by(table.c.lead_id)
        .limit(limit)
    )
    return [LeadId(each) for each in tx.execute(query).scalars()]


def confirm(tx: Tx, lead_id: LeadId, *, rules: str) -> None:
    """Other rules decide the same."""
    tx.execute(update(table).where(table.c.lead_id == lead_id).values(rules=rules))


def replace(tx: Tx, lead_id: LeadId, before: FirstTouch, after: FirstTouch) -> bool:
    """A person has somebody counted anew; False where it is not as it was looked at: merged, erased, decided anew."""
    columns = table.c
    same = (columns.lead_id == lead_id, columns.channel == before.channel, columns.decided_at == before.decided_at)
    return tx.execute(update(table).where(*same).values(**_row(after))).rowcount == 1
