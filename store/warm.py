"""Who may be worth a call: by index, from the scores as last computed, never by looking at everybody.

What is kept of a score only fades until something touches the lead, so what stands here is the most that it can be now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.stage import Stage
from domain.values import LeadId
from store.chunks import read_many
from store.columns import AnyRow, from_json, maybe_moment
from store.engine import Tx

SPOKE = 5_000
"""Thousandths of sales activity from which somebody was in touch with sales: a conversation of the last month."""
_WARM = f"(s.step <> 'cold' OR s.sales >= {SPOKE})"
"""As the index says it, to the letter: SQLite would not take the index otherwise."""
_SHOWN = "s.lead_id, s.engagement, s.sales, s.last_point_at, s.lines"
_LIVING = f"s.excluded IS NULL AND l.merged_into IS NULL AND l.stage <> '{Stage.DISQUALIFIED.value}'"
HOTTEST = (
    f"SELECT {_SHOWN} FROM score s JOIN lead l ON l.id = s.lead_id "  # noqa: S608 - names of our own
    f"WHERE {_WARM} AND {_LIVING}{{more}} ORDER BY s.engagement DESC, s.lead_id LIMIT {{{{keys}}}}"
)
"""Reads the index and the leads that it names, nothing else: a test asks the databases for their plan of it."""
_OF_OWNER = (
    f"SELECT {_SHOWN} FROM lead l JOIN score s ON s.lead_id = l.id "  # noqa: S608
    f"WHERE l.owner IN ({{keys}}) AND {_WARM} AND {_LIVING}"
)
_OF_LEADS = (
    f"SELECT {_SHOWN} FROM score s JOIN lead l ON l.id = s.lead_id "  # noqa: S608
    f"WHERE s.lead_id IN ({{keys}}) AND ({_WARM} OR l.due) AND {_LIVING}"
)
_HANDED = "SELECT lead_id FROM handoff WHERE closed_at IS NULL{more} ORDER BY lead_id LIMIT {{keys}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of one person's score; thousandths. `rules`: the names of those that gave something."""

    lead: LeadId
    engagement: int
    sales: int
    last_point_at: datetime | None
    rules: frozenset[str]


def hottest(tx: Tx, most: int, *, without_owner: bool = False) -> list[Kept]:
    """The warmest people, and those with conversations, at most so many; `without_owner`: whom we gave to nobody."""
    query = HOTTEST.format(more=" AND l.owner IS NULL" if without_owner else "")
    return _kept(read_many(tx, query, [most]))


def of_owner(tx: Tx, email: str) -> list[Kept]:
    """The same of one rep's people: all of them."""
    return _kept(read_many(tx, _OF_OWNER, [email]))


def of_leads(tx: Tx, leads: Iterable[LeadId]) -> list[Kept]:
    """The same of these people, and whoever of them waits to be decided about."""
    return _kept(read_many(tx, _OF_LEADS, leads))


def handed(tx: Tx, most: int, *, owner: str | None = None) -> list[LeadId]:
    """Who is in an open handoff, or in one of this rep's."""
    query = _HANDED.format(more="" if owner is None else " AND owner = ?")
    return [LeadId(row[0]) for row in read_many(tx, query, [most], given=() if owner is None else (owner,))]


def _kept(rows: Iterable[AnyRow]) -> list[Kept]:
    return [
        Kept(
            lead=LeadId(lead),
            engagement=engagement,
            sales=sales,
            last_point_at=maybe_moment(last_point_at),
            rules=frozenset(line["rule"] for line in from_json(lines)),
        )
        for lead, engagement, sales, last_point_at, lines in rows
    ]
