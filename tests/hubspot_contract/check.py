"""The check itself: what is wrong with a request to HubSpot, and with an answer of HubSpot's.

Each gives sentences; none means that the contract is kept. Four places are laxer than the client's models, because
HubSpot is: null properties in answers, refusals inside a 207 without errors or links, a 429 without a category, a
search with fewer than all five fields.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from tests.hubspot_contract.by_hand import LIMITED, REFUSAL
from tests.hubspot_contract.models import Models
from tests.hubspot_contract.operations import HISTORY, OBJECTS, OPERATIONS, SEARCH_PAGE, Body, Operation
from tests.hubspot_contract.shapes import Checker, mistakes

SEARCH_CHARS, SEARCH_WALL = 3_000, 10_000
GROUPS, FILTERS_A_GROUP, FILTERS = 5, 6, 18
_TYPES = frozenset({"type", "from", "to"})
_LIMIT_HEADERS = "x-hubspot-ratelimit-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it goes over the wire: `target` is path and query."""

    method: str
    target: str
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Check:
    """The table and the models behind one question each."""

    def __init__(self, operations: Sequence[Operation] = OPERATIONS) -> None:
        self._models = Models()
        self._table: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            for path in operation.paths:
                parts = path.split("/")
                self._table.setdefault((operation.method, len(parts)), []).append((parts, operation))
        for rows in self._table.values():
            rows.sort(key=lambda row: sum(part.startswith("{") for part in row[0]))

    def operation(self, method: str, path: str) -> Operation | None:
        """The one that a path means: literal parts before parameters, with or without a slash at the end."""
        parts = path.rstrip("/").split("/")
        for template, operation in self._table.get((method, len(parts)), ()):
            if all(_fits(part, one) for part, one in zip(template, parts, strict=True)):
                return operation
        return None

    def of_request(self, asked: Asked) -> list[str]:
        target = urlsplit(asked.target)
        operation = self.operation(asked.method, target.path)
        if operation is None:
            return [f"no operation {asked.method} {target.path}"]
        query = parse_qsl(target.query, keep_blank_values=True)
        found = _query_mistakes(operation, query)
        if operation.body is None:
            return [*found, *(["a body where none belongs"] if asked.body else [])]
        try:
            told = dict(parse_qsl(asked.body.decode())) if operation.form else orjson.loads(asked.body)
        except ValueError:
            return [*found, "the body is no JSON"]
        found += mistakes(self._checker(operation.body), told)
        if isinstance(told, dict):
            found += _search_mistakes(told, len(asked.body.decode())) if operation.search else []
            found += _batch_mistakes(told, operation.batch) if operation.batch is not None else []
        return found

    def of_answer(self, asked: Asked, answered: Answered) -> list[str]:
        operation = self.operation(asked.method, urlsplit(asked.target).path)
        found: list[str] = []
        if operation is not None and operation.search and any(h.startswith(_LIMIT_HEADERS) for h in answered.headers):
            found.append("a search tells no limits in its headers")
        if answered.status >= 400:
            return found + self._of_refusal(answered)
        if operation is None:
            return [*found, "an answer of success to an unknown operation"]
        if answered.status not in operation.answers:
            return [*found, f"status {answered.status} is none of {sorted(operation.answers)}"]
        body = operation.answers[answered.status]
        if body is None:
            return [*found, *(["a body where none belongs"] if answered.body else [])]
        try:
            told = orjson.loads(answered.body)
        except ValueError:
            return [*found, "the body is no JSON"]
        return found + mistakes(self._checker(body), told)

    def _of_refusal(self, answered: Answered) -> list[str]:
        """Gateways answer with pages of their own; everything else in HubSpot's one shape of refusals."""
        if answered.status in _GATEWAY:
            return []
        try:
            told = orjson.loads(answered.body)
        except ValueError:
            return ["the refusal is no JSON"]
        return mistakes(LIMITED if answered.status == 429 else REFUSAL, told)

    def _checker(self, body: Body) -> Checker:
        if isinstance(body, str):
            return self._models.of(body)
        assert body is not None
        return body


_GATEWAY = frozenset({414, 502, 503, 504, 521, 523, 524})


@cache
def contract() -> Check:
    """The one check of this process: its models are read off the client only once."""
    return Check()


def _fits(template: str, part: str) -> bool:
    if not template.startswith("{"):
        return template == part
    return part != "" and (template[1:-1] not in _TYPES or unquote(part) in OBJECTS)


def _query_mistakes(operation: Operation, query: Sequence[tuple[str, str]]) -> list[str]:
    found = [f"unknown query parameter {name}" for name, _ in query if name not in operation.query]
    given = dict(query)
    if operation.page is not None and "limit" in given:
        most = HISTORY if "propertiesWithHistory" in given else operation.page
        if not (given["limit"].isdigit() and 1 <= int(given["limit"]) <= most):
            found.append(f"limit {given['limit']} is not between 1 and {most}")
    if given.get("archived", "true").lower() not in ("true", "false"):
        found.append(f"archived is {given['archived']}")
    return found


def _batch_mistakes(told: Mapping[str, Any], most: int) -> list[str]:
    inputs = told.get("inputs")
    if not isinstance(inputs, list):
        return []
    most = HISTORY if told.get("propertiesWithHistory") else most
    found = [] if 1 <= len(inputs) <= most else [f"{len(inputs)} inputs; between 1 and {most} are allowed"]
    traces = Counter(one.get("objectWriteTraceId") for one in inputs if isinstance(one, dict))
    found += [f"objectWriteTraceId {trace} stands twice" for trace, times in traces.items() if trace and times > 1]
    return found


def _search_mistakes(told: Mapping[str, Any], chars: int) -> list[str]:
    found = [f"a body of {chars} characters; {SEARCH_CHARS} are allowed"] if chars > SEARCH_CHARS else []
    limit, after = told.get("limit", 10), str(told.get("after", "0"))
    if not isinstance(limit, int) or not 1 <= limit <= SEARCH_PAGE:
        found.append(f"limit {limit} is not between 1 and {SEARCH_PAGE}")
    elif not after.isdigit() or int(after) + limit > SEARCH_WALL:
        found.append(f"after {after} is no place within {SEARCH_WALL} results")
    counts = [len(group.get("filters", ())) for group in told.get("filterGroups", ()) if isinstance(group, dict)]
    if len(counts) > GROUPS or any(count > FILTERS_A_GROUP for count in counts) or sum(counts) > FILTERS:
        found.append(f"filters {counts}; {GROUPS} groups of {FILTERS_A_GROUP}, {FILTERS} in all, are allowed")
    if len(told.get("sorts", ())) > 1:
        found.append("more than one sort")
    return found
