"""How the leads there are fall into the table of first stages; streamed, whatever their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.lifecycle import BaselineRow
from config.rules import hash_of_rows
from domain.record import Record
from domain.score import Grade, Score, Step
from domain.stage import Stage
from domain.values import LeadId, RecordRef
from handoff.baseline import Combination, combination, names_something, which_row
from handoff.view import LeadView, present_owner
from store import leads
from store.engine import Tx
from sync.looking import answers_of, look
from sync.loop import InForce
from sync.material import Material, gather, users
from sync.merged import merged_of

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """Leads that look the same to the table. `row`: its place in the table, None where none fits.

    `was`: their stage by another table, where two are compared. `example`: a record of one of them.
    """

    seen: Combination
    row: int | None
    stage: Stage
    leads: int
    with_owner: int
    example: RecordRef | None
    was: Stage | None = None

    @property
    def moves(self) -> bool:
        return self.was is not None and self.was is not self.stage


def tally(
    tx: Tx,
    rules: InForce,
    table: Sequence[BaselineRow],
    *,
    now: datetime,
    against: Sequence[BaselineRow] | None = None,
    most: int | None = None,
) -> list[Fallen]:
    """Every combination that occurs, by frequency; of `most` leads, spread over all, where that is said."""
    people = users(tx, rules.mapping)
    found: dict[tuple[object, ...], Fallen] = {}
    for ids in _portions(tx, most):
        for material in gather(tx, ids, rules.mapping, people, now=now, lifecycle=rules.lifecycle):
            view = _glance(material, rules, now=now)
            one = _of_one(view, material.records, table, against)
            one = replace(one, with_owner=int(present_owner(view, people.reps) is not None))
            _add(found, one)
    return sorted(found.values(), key=lambda each: (-each.leads, each.seen, each.stage))


def unnamed(fallen: Sequence[Fallen], table: Sequence[BaselineRow]) -> list[Fallen]:
    """Combinations of which the table says nothing: no row fits, or only one that fits everybody."""
    return [each for each in fallen if not is_named(each, table)]


def is_named(one: Fallen, table: Sequence[BaselineRow]) -> bool:
    """Whether the row that it meets asks for anything at all."""
    return one.row is not None and names_something(table[one.row])


def table_hash(table: Sequence[BaselineRow]) -> str:
    """What a table is known by, the same as its published version's."""
    return hash_of_rows(rows_of(table))


def rows_of(table: Sequence[BaselineRow]) -> list[dict[str, object]]:
    """The rows as published rules keep them."""
    return [row.model_dump(mode="json") for row in table]


def _portions(tx: Tx, most: int | None) -> Iterator[Sequence[LeadId]]:
    if most is not None:
        ids = leads.spread(tx, most)
        yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        return
    last = LeadId(0)
    while some := leads.after(tx, last, BATCH):
        yield some
        last = some[-1]


def _glance(material: Material, rules: InForce, *, now: datetime) -> LeadView:
    """The lead as the table sees it: unscored, for no row asks how warm anybody is."""
    merged = merged_of(material, rules.fields)
    nothing = Score(
        as_of=now,
        rule_hash=rules.hash,
        engagement=0,
        sales=0,
        fit_percent=None,
        grade=Grade.UNKNOWN,
        step=Step.COLD,
        lines=(),
    )
    return look(material, merged, answers_of(merged, rules), score=nothing, words="", signals=(), changed_at={})


def _of_one(
    view: LeadView, records: Sequence[Record], table: Sequence[BaselineRow], against: Sequence[BaselineRow] | None
) -> Fallen:
    row = which_row(view, table)
    there = [record.ref for record in records if not record.archived] or [record.ref for record in records]
    return Fallen(
        seen=combination(view),
        row=row,
        stage=_stage(row, table),
        leads=1,
        with_owner=0,
        example=there[0] if there else None,
        was=None if against is None else _stage(which_row(view, against), against),
    )


def _stage(row: int | None, table: Sequence[BaselineRow]) -> Stage:
    return Stage.KNOWN if row is None else table[row].stage


def _add(found: dict[tuple[object, ...], Fallen], one: Fallen) -> None:
    seen = one.seen
    alike = replace(seen, status=seen.status.casefold(), lifecycle=seen.lifecycle.casefold())
    key = (alike, one.row, one.stage, one.was)
    known = found.get(key)
    found[key] = (
        one if known is None else replace(known, leads=known.leads + 1, with_owner=known.with_owner + one.with_owner)
    )
