"""Which rules could not be told about which leads: replaced lead by lead by whoever decides, and counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from domain.rule_problem import EXAMPLES, RuleFile, RuleProblem, Unjudged
from domain.values import LeadId, RuleHash
from store.chunks import BulkInsert, read_many, run_many
from store.columns import to_micros
from store.engine import Tx
from store.schema import rule_problem as table

_COLUMNS = ("lead_id", "file", "rule", "words", "rule_hash")
_KEY = _COLUMNS[:3]
_READ = f"SELECT {', '.join(_COLUMNS)} FROM rule_problem WHERE lead_id IN ({{keys}}) ORDER BY {', '.join(_KEY)}"  # noqa: S608
_PUT = BulkInsert(
    table,
    (*_COLUMNS, "since"),
    f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET words = excluded.words, rule_hash = excluded.rule_hash",
)
_DROP = f"DELETE FROM rule_problem WHERE {' AND '.join(f'{name} = ?' for name in _KEY)}"  # noqa: S608 - names of our own

_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What could not be told about a lead. `keeps`: files whose rules were not asked this time, so that what these
    very rules said earlier stands."""

    problems: Sequence[RuleProblem]
    keeps: frozenset[RuleFile] = frozenset()


def replace(tx: Tx, found: Mapping[LeadId, Found], *, rule_hash: RuleHash, now: datetime) -> None:
    """Make this all that cannot be told about these leads. Writes what is not so already."""
    before = {row[:3]: row for row in _known(tx, found)}
    wanted = {row[:3]: row for row in _wanted(found, before.values(), rule_hash)}
    run_many(tx, _DROP, [key for key in before if key not in wanted])
    since = to_micros(now)
    _PUT.run(tx, [(*row, since) for key, row in sorted(wanted.items()) if before.get(key) != row])


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[RuleProblem]]:
    found: dict[LeadId, list[RuleProblem]] = {}
    for row in _known(tx, ids):
        found.setdefault(LeadId(row[0]), []).append(_problem(row))
    return found


def of_lead(tx: Tx, lead: LeadId, *, at: datetime) -> list[RuleProblem]:
    """What cannot be told about one lead and could not be told at a moment already."""
    columns = table.c
    rows = tx.execute(
        select(columns.lead_id, columns.file, columns.rule, columns.words)
        .where(columns.lead_id == lead, columns.since <= at)
        .order_by(columns.file, columns.rule)
    )
    return [_problem(tuple(row)) for row in rows]


def every(tx: Tx) -> Iterator[tuple[LeadId, RuleProblem, RuleHash]]:
    """(lead, what cannot be told, the rules it was found under)."""
    columns = table.c
    order = (columns.lead_id, columns.file, columns.rule)
    for row in tx.execute(select(*order, columns.words, columns.rule_hash).order_by(*order)):
        yield LeadId(row.lead_id), _problem(tuple(row)), RuleHash(row.rule_hash)


def unjudged(tx: Tx) -> tuple[Unjudged, ...]:
    """Every rule and cause with how many leads it is about, the most first."""
    group = (table.c.file, table.c.rule, table.c.words)
    counted = select(*group, func.count().label("leads")).group_by(*group)
    rows = tx.execute(counted.order_by(func.count().desc(), *group))
    found = ((_problem((0, row.file, row.rule, row.words)), row.leads) for row in rows.all())
    return tuple(Unjudged(problem=each, leads=count, examples=_examples(tx, each)) for each, count in found)


def leads_with_any(tx: Tx) -> int:
    return tx.execute(select(func.count(table.c.lead_id.distinct()))).scalar_one()


def _examples(tx: Tx, one: RuleProblem) -> tuple[LeadId, ...]:
    columns = table.c
    which = (columns.file == one.file.value, columns.rule == one.rule, columns.words == one.words)
    ids = tx.execute(select(columns.lead_id).where(*which).order_by(columns.lead_id).limit(EXAMPLES)).scalars()
    return tuple(map(LeadId, ids))


def _wanted(found: Mapping[LeadId, Found], before: Iterable[_Row], rule_hash: RuleHash) -> list[_Row]:
    kept = [row for row in before if row[4] == rule_hash and row[1] in found[LeadId(row[0])].keeps]
    fresh = [
        (lead, one.file.value, one.rule, one.words, rule_hash) for lead, each in found.items() for one in each.problems
    ]
    return [*kept, *fresh]


def _known(tx: Tx, ids: Iterable[LeadId]) -> list[_Row]:
    return [tuple(row) for row in read_many(tx, _READ, ids)]


def _problem(row: _Row) -> RuleProblem:
    return RuleProblem(file=RuleFile(row[1]), rule=row[2], words=row[3])
