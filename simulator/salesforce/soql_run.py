"""Answers a SOQL query over the tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.salesforce.schema import IDS
from simulator.salesforce.selection import Lens, Rows, See, Selection
from simulator.salesforce.soql import Order, Query
from simulator.salesforce.soql_conditions import Test, compile_condition
from simulator.salesforce.soql_parser import malformed
from simulator.salesforce.soql_plan import plan, stops_early
from simulator.salesforce.table import Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows found, in order; `selection` shows them; `count` is set for SELECT COUNT()."""

    rows: list[Row]
    selection: Selection
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When the query is asked and what it may see: versions up to `cutoff`, deleted and archived rows or not."""

    now: datetime
    cutoff: str | None = None
    everything: bool = False


def run(
    query: Query, tables: Mapping[str, Table], rows: Rows, moment: Moment, *, see: See = lambda type_: type_
) -> Answer:
    """The answer (RefusedError INVALID_TYPE or INVALID_FIELD for a name that is not there).

    `see` gives a type as whoever asks may see it.
    """
    table = _table(query, tables)
    lens = Lens(see(table.type), rows, moment.now, text=query.text, see=lambda type_: see(tables[type_.name].type))
    selection = lens.selection(query.names)
    orders = [(order, *lens.field(order.name)) for order in query.order]
    test = compile_condition(query.where, lens) if query.where is not None else None
    found = plan(query, table, moment.cutoff)
    wanted = query.limit + query.offset if query.limit is not None and stops_early(query, found) else None
    matches = _matches(found.ids, table, _visible(table, lens, moment), test, cutoff=moment.cutoff, wanted=wanted)
    for order, field, value in reversed(orders):
        _sort(matches, order, value, by_case=field.kind in IDS)
    end = None if query.limit is None else query.offset + query.limit
    matches = matches[query.offset : end]
    return Answer(rows=matches, selection=selection, count=len(matches) if query.count else None)


def _table(query: Query, tables: Mapping[str, Table]) -> Table:
    wanted = ".".join(query.type_name.path).lower()
    table = next((one for name, one in tables.items() if name.lower() == wanted), None)
    if table is None:
        message = (
            f"sObject type '{query.type_name.path[0]}' is not supported. If you are attempting to use a custom object, "
            "be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for "
            "the appropriate names."
        )
        raise malformed(query.text, query.type_name.place, message, code="INVALID_TYPE")
    return table


def _visible(table: Table, lens: Lens, moment: Moment) -> Test:
    """query hides deleted and archived rows; queryAll only what the recycle bin has forgotten."""
    if moment.everything:
        if not table.type.soft_delete:
            return lambda row: not row.get("IsDeleted")
        return lambda row: not table.purged(row, moment.now)
    archived = lens.archived() if "IsArchived" in table.type.fields else None
    if archived is None:
        return lambda row: not row.get("IsDeleted")
    return lambda row: not row.get("IsDeleted") and not archived(row)


def _matches(
    ids: Iterable[str], table: Table, visible: Test, test: Test | None, *, cutoff: str | None, wanted: int | None
) -> list[Row]:
    found: list[Row] = []
    if wanted == 0:
        return found
    for record_id in ids:
        row = table.as_of(record_id, cutoff)
        if row is not None and visible(row) and (test is None or test(row)):
            found.append(row)
            if len(found) == wanted:
                break
    return found


def _sort(rows: list[Row], order: Order, value: Callable[[Row], Any], *, by_case: bool) -> None:
    """Stable; nulls come first whichever way the rest goes, unless NULLS LAST says otherwise."""

    def comparable(row: Row) -> Any:
        found = value(row)
        return found.lower() if isinstance(found, str) and not by_case else found

    empty = [row for row in rows if value(row) is None]
    full = [row for row in rows if value(row) is not None]
    full.sort(key=comparable, reverse=order.descending)
    rows[:] = full + empty if order.nulls_last else empty + full
