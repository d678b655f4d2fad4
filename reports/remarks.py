"""Beside a row of the comparison: why we did not see whom only they saw, and what became of whom only we saw.

The words hold what is known of people: they are for the screen, never for a log.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.scoring import Line
from domain.activity import Activity
from domain.lead import Fact, Lead
from domain.score import POINT, Dimension, Grade
from domain.values import RecordRef, Value
from handoff.view import TOUCHES, is_touch
from reports.comparison import DAY, Row, Verdict
from scoring.explain import Explanation, explain
from scoring.fit import is_blank
from scoring.ledger import standing
from scoring.scorer import Scorer
from store import leads, ledger, records
from store.chunks import chunks
from store.engine import Tx

AT_ONCE = 200
_WORDS = 60
"""So long may be what a rule misses; `leadloop explain` says all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """A row with the lead's records and the words that belong to it."""

    row: Row
    records: tuple[RecordRef, ...]
    remark: str


def remarked(tx: Tx, rows: Sequence[Row], scorer: Scorer) -> Iterator[Remarked]:
    """In the same order, a portion of the leads in memory at a time."""
    for portion in chunks(rows, AT_ONCE):
        ids = [row.lead_id for row in portion]
        theirs, standing_now = records.of_leads(tx, ids), leads.get(tx, ids)
        facts, done = ledger.facts_of(tx, ids), ledger.activities_of(tx, ids)
        for row in portion:
            lead = row.lead_id
            remark = _remark(row, standing_now.get(lead), facts.get(lead, []), done.get(lead, []), scorer)
            refs = tuple(sorted(each.ref for each in theirs.get(lead, ()) if not each.archived))
            yield Remarked(row=row, records=refs, remark=remark)


def _remark(row: Row, lead: Lead | None, facts: Sequence[Fact], activities: Sequence[Activity], scorer: Scorer) -> str:
    if row.apart is not None:
        return row.apart.value
    if row.verdict is Verdict.ONLY_THEM and row.theirs is not None:
        later = f"; {_days(row)} later we would have" if row.ours is not None else ""
        return shortfall(scorer, facts, activities, at=row.theirs.seen_at, lead=lead) + later
    if row.verdict is Verdict.ONLY_US and row.ours is not None:
        later = f"today's process followed {_days(row)} later; " if row.theirs is not None else ""
        return later + _aftermath(lead, activities, row.ours.at)
    return ""


def _days(row: Row) -> str:
    return f"{abs(row.days or 0):.1f} days"


def shortfall(
    scorer: Scorer, facts: Sequence[Fact], activities: Sequence[Activity], *, at: datetime, lead: Lead | None
) -> str:
    """What kept a lead from our line at a moment, by the rules that are in force now."""
    found = explain(scorer, facts, activities, as_of=at, known_at=at)
    score, line = found.score, scorer.book.source.line
    if score.excluded is not None:
        return f"excluded: {score.excluded}"
    values = {name: fact.value for name, fact in standing(facts, as_of=at, known_at=at).items()}
    short: list[str] = []
    if score.engagement < line.engagement * POINT:
        short.append(f"{score.shown} of {line.engagement} points")
    if not score.grade.at_least(line.fit):
        short += [_misfit(scorer, score.grade, values, line), *_nearest(found)]
    if short:
        return "; ".join(short)
    return f"above the line by the rules in force now; {lead.stage if lead is not None else 'no lead any more'}"


def _misfit(scorer: Scorer, grade: Grade, values: Mapping[str, Value], line: Line) -> str:
    if grade is not Grade.UNKNOWN:
        return f"fit {grade}, the line asks for {line.fit}"
    asked = (name for group in scorer.book.fit for name in group.asks if _unknown(group.asks, values))
    return f"fit unknown: blank are {', '.join(sorted(set(asked)))}"


def _unknown(asks: frozenset[str], values: Mapping[str, Value]) -> bool:
    return all(is_blank(values.get(name)) for name in asks)


def _nearest(found: Explanation) -> Iterator[str]:
    """Of the rules of fit that one condition alone kept from giving points, the one that would have given most."""
    near = [each for each in found.near_misses if each.points > 0 and each.dimension is Dimension.FIT]
    best = max(near, key=lambda each: each.points, default=None)
    if best is not None:
        because = f": {best.missing}" if len(best.missing) <= _WORDS else ""
        yield f"{best.rule} would give {best.points // POINT}{because}"


def _aftermath(lead: Lead | None, activities: Sequence[Activity], at: datetime) -> str:
    stage = lead.stage.value if lead is not None else "no lead any more"
    touches = (each for each in activities if is_touch(each) and each.occurred_at > at)
    first = min(touches, key=lambda each: each.occurred_at, default=None)
    if first is None:
        return f"{stage}; no rep has been in touch since"
    return f"{stage}; {TOUCHES[first.kind]} after {(first.occurred_at - at) / DAY:.1f} days"
