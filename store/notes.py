"""What people did that the rules cannot follow, or where two answered at once: kept with the lead until it moves on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from domain.values import LeadId
from store.chunks import BulkInsert, read_many, run_many
from store.columns import from_micros, to_micros
from store.engine import Tx
from store.schema import note as table

KEPT_FOR = timedelta(days=30)
"""A finding that nobody acted on in that time says nothing any more."""
EXAMPLES = 3
SHOWN = 20
"""Findings that are counted at once: most are about many leads, and some name one."""

_READ = "SELECT lead_id, words, since FROM note WHERE lead_id IN ({keys}) ORDER BY since, words"
_PUT = BulkInsert(
    table, ("lead_id", "words", "since"), "ON CONFLICT (lead_id, words) DO UPDATE SET since = excluded.since"
)
_DROP = "DELETE FROM note WHERE lead_id = ? AND words = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One finding about a lead, and when it was last found."""

    words: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One finding with how many leads it is about, since when, and some of them."""

    words: str
    leads: int
    since: datetime
    examples: tuple[LeadId, ...]


def save(tx: Tx, found: Mapping[LeadId, Sequence[str]], moved: Iterable[LeadId], *, now: datetime) -> None:
    """Keep what was found now; what was found earlier about leads that have `moved` on since is over."""
    ended = read_many(tx, _READ, sorted(set(moved)))
    run_many(tx, _DROP, [(lead, words) for lead, words, _ in ended])
    at = to_micros(now)
    _PUT.run(tx, [(lead, words, at) for lead, every in sorted(found.items()) for words in dict.fromkeys(every)])


def of_lead(tx: Tx, lead: LeadId, *, at: datetime) -> list[Note]:
    """Oldest first; of what was found by then."""
    rows = read_many(tx, _READ, [lead])
    return [Note(words=words, since=from_micros(since)) for _, words, since in rows if since <= to_micros(at)]


def noted(tx: Tx) -> tuple[Noted, ...]:
    """The findings that stand, the most frequent first."""
    counted = select(table.c.words, func.count().label("leads"), func.min(table.c.since).label("since"))
    order = (func.count().desc(), table.c.words)
    rows = tx.execute(counted.group_by(table.c.words).order_by(*order).limit(SHOWN)).all()
    return tuple(
        Noted(words=row.words, leads=row.leads, since=row.since, examples=_examples(tx, row.words)) for row in rows
    )


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """What stood so long says nothing any more."""
    rows = tx.execute(select(table.c.lead_id, table.c.words).where(table.c.since < before).limit(limit)).all()
    run_many(tx, _DROP, [tuple(row) for row in rows])
    return len(rows)


def _examples(tx: Tx, words: str) -> tuple[LeadId, ...]:
    ids = select(table.c.lead_id).where(table.c.words == words).order_by(table.c.lead_id).limit(EXAMPLES)
    return tuple(map(LeadId, tx.execute(ids).scalars()))
