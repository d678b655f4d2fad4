"""`POST .../search`: what is allowed in a request, and which records answer it.

A search by modified date walks an ordered index and never looks at the other records.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.hubspot.associations import Associations
from simulator.hubspot.filters import Filter, Test, number_of, read_filter, reader, refuse, test_of
from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.properties import Property
from simulator.hubspot.record import Record
from simulator.hubspot.refusals import RefusedError, invalid
from simulator.hubspot.schema import Schema
from simulator.hubspot.table import Table

PAGE_LIMIT = 200
WALL = 10_000
BODY_LIMIT = 3_000
GROUP_LIMIT, PER_GROUP_LIMIT, FILTER_LIMIT = 5, 6, 18
QUERY_LIMIT = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One request, its shape checked."""

    groups: tuple[tuple[Filter, ...], ...]
    properties: tuple[str, ...]
    limit: int
    after: int
    sort: str | None
    descending: bool
    query: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page and how many records answer the search in all."""

    total: int
    page: list[Record]
    after: int | None


def read_search(body: Mapping[str, Any]) -> Search:
    """Check a request body against the limits of the endpoint."""
    sort, descending = _sort(body.get("sorts") or [])
    limit, after = _whole(body.get("limit", 10), "limit"), _whole(body.get("after") or 0, "after")
    if limit > PAGE_LIMIT:
        raise invalid(f"The limit must be less than or equal to {PAGE_LIMIT}")
    if after + limit > WALL:
        raise refuse(f"paging past {WALL} results of one query is not supported", "PAGING_LIMIT")
    return Search(
        groups=_groups(body.get("filterGroups") or []),
        properties=tuple(str(name) for name in body.get("properties") or []),
        limit=limit,
        after=after,
        sort=sort,
        descending=descending,
        query=str(body.get("query") or "")[:QUERY_LIMIT].lower(),
    )


def _whole(value: object, name: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdigit():
        raise invalid(f"Invalid input JSON: {name} must be a whole number, got {value!r}")
    return int(text)


def _sort(sorts: Sequence[Any]) -> tuple[str | None, bool]:
    if len(sorts) > 1:
        raise refuse("only one sort is allowed", "TOO_MANY_SORTS")
    if not sorts:
        return None, False
    first = sorts[0]
    if isinstance(first, str):
        return first.removeprefix("-"), first.startswith("-")
    direction = first.get("direction", "ASCENDING")
    if direction not in ("ASCENDING", "DESCENDING"):
        raise refuse(f"unknown sort direction {direction}")
    return first.get("propertyName"), direction == "DESCENDING"


def _groups(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[Filter, ...], ...]:
    groups = tuple(tuple(read_filter(row) for row in group.get("filters") or []) for group in rows)
    if len(groups) > GROUP_LIMIT:
        raise refuse(f"at most {GROUP_LIMIT} filterGroups are allowed", "TOO_MANY_FILTER_GROUPS")
    if any(len(group) > PER_GROUP_LIMIT for group in groups):
        raise refuse(f"at most {PER_GROUP_LIMIT} filters are allowed in a filterGroup", "TOO_MANY_FILTERS")
    if sum(map(len, groups)) > FILTER_LIMIT:
        raise refuse(f"at most {FILTER_LIMIT} filters are allowed in total", "TOO_MANY_FILTERS")
    return groups


class Searcher:
    """Answers searches over the tables."""

    def __init__(self, schema: Schema, associations: Associations) -> None:
        self._schema = schema
        self._associations = associations

    def run(self, table: Table, asked: Search, *, now_ms: int, hidden_s: float = 0) -> Found:
        """One page. Changes of the last `hidden_s` seconds are left out whatever the index says."""
        table.refresh(now_ms)
        low, high, sure = self._bounds(table.kind, asked.groups)
        if hidden_s > 0:
            newest = now_ms - round(hidden_s * 1000)
            high = newest if high is None else min(high, newest)
        start, end = table.between(low, high)
        if sure and not asked.query and asked.sort == table.kind.modified_property:
            return self._slice(table, asked, start, end)
        bounded = low is not None or high is not None
        rows = self._matching(table, asked, self._candidates(table, asked, start, end, bounded=bounded))
        return _page(asked, self._sorted(table.kind, asked, rows))

    def _slice(self, table: Table, asked: Search, start: int, end: int) -> Found:
        """The whole answer is one stretch of the index: no record is looked at."""
        slots = table.by_modified
        first, last = start + asked.after, min(start + asked.after + asked.limit, end)
        if asked.descending:
            first, last = max(end - asked.after - asked.limit, start), end - asked.after
        page = [table.seen(slots[position][1]) for position in range(first, max(first, last))]
        if asked.descending:
            page.reverse()
        return _found(asked, end - start, page)

    def _candidates(self, table: Table, asked: Search, start: int, end: int, *, bounded: bool) -> Iterator[Record]:
        ids = self._named_ids(table, asked.groups)
        if ids is not None:
            newest = (table.by_modified[end - 1][0] if end > start else -1) if bounded else None
            return (table.seen(one) for one in sorted(ids) if table.shown(one, until_ms=newest))
        if bounded:
            return (table.seen(table.by_modified[position][1]) for position in range(start, end))
        return (table.seen(found) for found in table.shown_ids())

    def _named_ids(self, table: Table, groups: tuple[tuple[Filter, ...], ...]) -> set[int] | None:
        """The few records the groups can mean, when each names ids, unique values or associated records."""
        named: set[int] = set()
        for group in groups:
            found = next((ids for one in group if (ids := self._pointed(table, one)) is not None), None)
            if found is None:
                return None
            named |= found
        return named if groups else None

    def _pointed(self, table: Table, asked: Filter) -> set[int] | None:
        if asked.operator not in ("EQ", "IN"):
            return None
        values = [asked.value or ""] if asked.operator == "EQ" else list(asked.values)
        if asked.name == "hs_object_id":
            return {int(value) for value in values if value.isdigit()}
        if asked.name.startswith("associations."):
            other = _other_kind(asked.name)
            found = (self._associations.ids(other, int(value), table.kind) for value in values if value.isdigit())
            return {one for ids in found for one in ids}
        # The unique index knows values of now, so it may only serve when search shows the same moment.
        if asked.name in table.unique and not table.lagging:
            return {record.id for value in values if (record := table.find_unique(asked.name, value)) is not None}
        return None

    def _bounds(self, kind: Kind, groups: tuple[tuple[Filter, ...], ...]) -> tuple[int | None, int | None, bool]:
        """The stretch of modified dates all groups lie in, and whether it is the whole truth."""
        if not groups:
            return None, None, True
        lows: list[int | None] = []
        highs: list[int | None] = []
        for group in groups:
            low, high = self._group_bounds(kind, group)
            lows.append(low)
            highs.append(high)
        low = None if None in lows else min(low for low in lows if low is not None)
        high = None if None in highs else max(high for high in highs if high is not None)
        sure = len(groups) == 1 and all(self._is_bound(kind, one) for one in groups[0])
        return low, high, sure

    def _is_bound(self, kind: Kind, asked: Filter) -> bool:
        return asked.name == kind.modified_property and asked.operator in (
            "EQ",
            "LT",
            "LTE",
            "GT",
            "GTE",
            "BETWEEN",
        )

    def _group_bounds(self, kind: Kind, group: tuple[Filter, ...]) -> tuple[int | None, int | None]:
        low: int | None = None
        high: int | None = None
        for one in group:
            if not self._is_bound(kind, one):
                continue
            value = int(number_of(self._definition(kind, one.name), one.value or ""))
            if one.operator in ("EQ", "GT", "GTE", "BETWEEN"):
                floor = value + (one.operator == "GT")
                low = floor if low is None else max(low, floor)
            if one.operator in ("EQ", "LT", "LTE", "BETWEEN"):
                top = value - (one.operator == "LT")
                if one.operator == "BETWEEN":
                    top = int(number_of(self._definition(kind, one.name), one.high or ""))
                high = top if high is None else min(high, top)
        return low, high

    def _matching(self, table: Table, asked: Search, rows: Iterator[Record]) -> Iterator[Record]:
        tests = [[self._test(table.kind, one) for one in group] for group in asked.groups]
        if tests:
            rows = (row for row in rows if any(all(test(row) for test in group) for group in tests))
        if asked.query:
            rows = (row for row in rows if _mentions(table.kind, row, asked.query))
        return rows

    def _test(self, kind: Kind, asked: Filter) -> Test:
        if not asked.name.startswith("associations."):
            return test_of(kind, self._definition(kind, asked.name), asked)
        if asked.operator not in ("EQ", "IN"):
            raise refuse(f"operator {asked.operator} is not supported for {asked.name}")
        other = _other_kind(asked.name)
        wanted = {int(value) for value in (asked.value, *asked.values) if value and value.isdigit()}
        return lambda record: any(found in wanted for found in self._associations.ids(kind, record.id, other))

    def _definition(self, kind: Kind, name: str) -> Property:
        definition = self._schema.of(kind).live(name)
        if definition is None:
            raise refuse(f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST")
        return definition

    def _sorted(self, kind: Kind, asked: Search, rows: Iterator[Record]) -> list[Record]:
        """Empty values last; without a sort the oldest record comes first."""
        if asked.sort is None:
            return sorted(rows, key=lambda record: record.id)
        read = reader(kind, self._definition(kind, asked.sort))
        known: list[tuple[Any, int, Record]] = []
        empty: list[Record] = []
        for record in rows:
            value = read(record)
            if value is None:
                empty.append(record)
            else:
                known.append((value, record.id, record))
        known.sort(key=lambda item: item[:2], reverse=asked.descending)
        return [record for _, _, record in known] + empty


def _other_kind(name: str) -> Kind:
    singular = name.removeprefix("associations.")
    for kind in KINDS.values():
        if singular in (kind.singular, kind.name):
            return kind
    raise refuse(f"unknown association {name}")


def _mentions(kind: Kind, record: Record, query: str) -> bool:
    text = " ".join(record.values.get(name, "") for name in kind.searched).lower()
    return all(word in text for word in query.split())


def _page(asked: Search, rows: list[Record]) -> Found:
    return _found(asked, len(rows), rows[asked.after : asked.after + asked.limit])


def _found(asked: Search, total: int, page: list[Record]) -> Found:
    reached = asked.after + len(page)
    return Found(total, page, reached if page and reached < total else None)


def check_body(size: int) -> None:
    """Refuse a body longer than the endpoint reads."""
    if size > BODY_LIMIT:
        raise RefusedError(400, f"The request body is too long: {size} characters, at most {BODY_LIMIT} are allowed")
