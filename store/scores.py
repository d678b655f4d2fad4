"""The score of each lead as last computed, with its lines: what the screens show until the next time."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select

from domain.score import Dimension, Grade, Line, Score, Step
from domain.values import LeadId, RuleHash
from store.chunks import BulkInsert, chunks
from store.columns import AnyRow, maybe_micros, maybe_moment, plain, to_json, to_micros
from store.engine import Tx
from store.schema import score as table

_COLUMNS = (
    "lead_id", "as_of", "rule_hash", "engagement", "sales", "fit_percent", "grade", "step", "why", "excluded",
    "last_point_at", "last_fact_at", "next_change_at", "lines", "named",
)  # fmt: skip
_UPSERT = BulkInsert(
    table,
    _COLUMNS,
    "ON CONFLICT (lead_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:]),
)


def save_scores(tx: Tx, scores: Mapping[LeadId, tuple[Score, str]]) -> None:
    """Keep the newest score of each lead, and its reason in words."""
    _UPSERT.run(tx, [_to_row(lead, score, why) for lead, (score, why) in scores.items()])


def scores_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, tuple[Score, str]]:
    """Scores and reasons as last computed; `hand_raises` are not kept, they are in the ledger."""
    found: dict[LeadId, tuple[Score, str]] = {}
    for portion in chunks(ids):
        rows = tx.execute(select(table).where(table.c.lead_id.in_(portion)))
        found.update({LeadId(row.lead_id): (_to_score(row), row.why) for row in rows})
    return found


def never_scored(tx: Tx, ids: Iterable[LeadId]) -> set[LeadId]:
    """Those of these leads that have no score yet: nothing was ever decided about them."""
    left = set(ids)
    for portion in chunks(sorted(left)):
        left.difference_update(tx.execute(select(table.c.lead_id).where(table.c.lead_id.in_(portion))).scalars())
    return left


def forget_all(tx: Tx) -> None:
    """As if nothing had been decided yet, about anybody."""
    tx.execute(delete(table))


def _to_row(lead: LeadId, score: Score, why: str) -> tuple[Any, ...]:
    return (
        lead,
        to_micros(score.as_of),
        score.rule_hash,
        score.engagement,
        score.sales,
        score.fit_percent,
        score.grade.value,
        score.step.value,
        plain(why),
        None if score.excluded is None else plain(score.excluded),
        maybe_micros(score.last_point_at),
        maybe_micros(score.last_fact_at),
        maybe_micros(score.next_change_at),
        to_json([_line_to_row(line) for line in score.lines]),
        to_json(score.named) if score.named else "{}",
    )


def _line_to_row(line: Line) -> dict[str, Any]:
    return {
        "dimension": line.dimension.value,
        "group": line.group,
        "rule": line.rule,
        "count": line.count,
        "raw": line.raw,
        "decayed": line.decayed,
        "points": line.points,
        "latest_at": maybe_micros(line.latest_at),
    } | ({"of": line.of} if line.of else {})


def _to_score(row: AnyRow) -> Score:
    return Score(
        as_of=row.as_of,
        rule_hash=RuleHash(row.rule_hash),
        engagement=row.engagement,
        sales=row.sales,
        fit_percent=row.fit_percent,
        grade=Grade(row.grade),
        step=Step(row.step),
        lines=tuple(_to_line(line) for line in row.lines),
        excluded=row.excluded,
        last_point_at=row.last_point_at,
        last_fact_at=row.last_fact_at,
        next_change_at=row.next_change_at,
        named=row.named,
    )


def _to_line(kept: dict[str, Any]) -> Line:
    return Line(**(kept | {"dimension": Dimension(kept["dimension"]), "latest_at": maybe_moment(kept["latest_at"])}))
