"""Which rows a query must look at: never the whole table when an id, an index or a stamp narrows it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from simulator.salesforce.ids import normal
from simulator.salesforce.soql import Both, Compare, Condition, Either, Op, Query
from simulator.salesforce.table import Table

_FROM = (Op.GE, Op.GT, Op.EQ)


class Ordered(Enum):
    """In which order a plan's candidates come."""

    BY_STAMP = auto()
    BY_ID = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Candidate ids; `ordered` says whether a sorted, limited query may stop early."""

    ids: Iterable[str]
    ordered: Ordered


def plan(query: Query, table: Table, cutoff: str | None) -> Plan:
    """The narrowest way to the rows; `cutoff` is the moment whose versions are shown."""
    conjuncts = _conjuncts(query.where)
    narrowed = _by_value(conjuncts, table, cutoff)
    if narrowed is not None:
        return Plan(ids=narrowed, ordered=Ordered.NOT)
    stamp = _lower_bound(query.where, "systemmodstamp")
    if stamp is not None or _sorted_by(query, "systemmodstamp", "id"):
        return Plan(ids=_by_stamp(table, stamp or "", cutoff), ordered=Ordered.BY_STAMP)
    first = _lower_bound(query.where, "id")
    return Plan(ids=table.ids_from(first or ""), ordered=Ordered.BY_ID)


def stops_early(query: Query, found: Plan) -> bool:
    """Whether the first matches of the plan are the answer: sorted as asked, and limited."""
    if query.limit is None:
        return False
    if not query.order:
        return True
    if found.ordered is Ordered.BY_STAMP:
        return _sorted_by(query, "systemmodstamp") or _sorted_by(query, "systemmodstamp", "id")
    return found.ordered is Ordered.BY_ID and _sorted_by(query, "id")


def _sorted_by(query: Query, *names: str) -> bool:
    keys = [(".".join(order.name.path).lower(), order.descending) for order in query.order]
    return keys == [(name, False) for name in names]


def _conjuncts(where: Condition | None) -> list[Compare]:
    if isinstance(where, Compare):
        return [where]
    if isinstance(where, Both):
        return [one for part in where.parts for one in _conjuncts(part)]
    return []


def _by_value(conjuncts: list[Compare], table: Table, cutoff: str | None) -> Iterable[str] | None:
    usable = [one for one in conjuncts if one.op in (Op.EQ, Op.IN) and len(one.name.path) == 1]
    for compare in usable:
        if compare.name.path[0].lower() == "id":
            return [str(normal(str(one.value))) for one in compare.literals]
    for compare in usable:
        field = table.type.find(compare.name.path[0])
        if field is None or field.name not in table.indexes or any(one.value is None for one in compare.literals):
            continue
        found = dict.fromkeys(
            record_id
            for one in compare.literals
            for record_id in table.with_value(field.name, _key(str(one.value), table, field.name))
        )
        if cutoff is not None:  # a row changed after the cutoff may have matched before
            found |= dict.fromkeys(record_id for _, record_id in table.since(cutoff))
        return found
    return None


def _key(value: str, table: Table, name: str) -> str:
    is_reference = table.type.fields[name].references
    return (normal(value) or value) if is_reference else value


def _by_stamp(table: Table, stamp: str, cutoff: str | None) -> Iterator[str]:
    """Ids by the stamp of the version shown; entries of other versions are passed over."""
    for marked, record_id in table.since(stamp):
        row = table.as_of(record_id, cutoff)
        if row is not None and row["SystemModstamp"] == marked:
            yield record_id


def _lower_bound(where: Condition | None, field: str) -> str | None:
    """The smallest value of the field that can satisfy the condition; None when any can."""
    if isinstance(where, Compare):
        named = ".".join(where.name.path).lower() == field
        value = where.literals[0].value
        return value if named and where.op in _FROM and isinstance(value, str) else None
    if isinstance(where, Both):
        bounds = [bound for part in where.parts if (bound := _lower_bound(part, field)) is not None]
        return max(bounds, default=None)
    if isinstance(where, Either):
        each = [_lower_bound(part, field) for part in where.parts]
        return None if any(bound is None for bound in each) else min(bound for bound in each if bound is not None)
    return None
