"""A Salesforce of one's own for what the simulator will not do: a function answers each call."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.salesforce.connector import Salesforce, Settings
from tests.rig import CountedBudget, FastWall, FixedClock, MemoryTokens, Reply, stub_server, surroundings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
JSON = {"Content-Type": "application/json;charset=UTF-8"}
FIELDS = {
    "Id": "id",
    "IsDeleted": "boolean",
    "SystemModstamp": "datetime",
    "CreatedDate": "datetime",
    "Company": "string",
    "LL_Score__c": "double",
}


class Org:
    """Answers describe and updated by itself; the rest by `answer(method, path, query or body)`.

    `refused` are objects that may not be described: status and code. `covered` is the `latestDateCovered` told.
    """

    def __init__(self, answer: Callable[[str, str, Any], Any]) -> None:
        self.answer = answer
        self.fields = dict(FIELDS)
        self.refused: dict[str, tuple[int, str]] = {}
        self.covered: datetime | None = NOW
        self.longest_url = 0
        self.asked: list[tuple[str, str, Any]] = []
        self.budget = CountedBudget()

    def __call__(self, method: str, url: str, body: bytes) -> Reply:
        self.longest_url = max(self.longest_url, len(url))
        parts = urlsplit(url)
        path = parts.path.removeprefix("/services/data/v62.0/")
        query = parse_qs(parts.query)
        told = json.loads(body) if body else query.get("q", [""])[0]
        self.asked.append((method, path, told))
        if path.endswith("/updated/"):
            return reply(self.updated())
        status, code = self.refused.get(path.split("/")[1], (0, "")) if path.endswith("/describe") else (0, "")
        if status:
            return reply([{"errorCode": code, "message": "no"}], status)
        if path.endswith("/describe"):
            rows = [
                {"name": name, "label": name, "type": kind, "updateable": True} for name, kind in self.fields.items()
            ]
            return reply({"fields": rows})
        given = self.answer(method, path, told)
        return given if isinstance(given, tuple) else reply(given)

    def updated(self) -> dict[str, Any]:
        """What getUpdated tells."""
        return {"ids": []} | ({"latestDateCovered": self.covered.isoformat()} if self.covered else {})

    def jointly(self, told: Any, bodies: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answers a Composite: rows of the queries by `bodies`, else none; a body that is a list is a refusal."""
        given = bodies or {}
        parts = []
        for part in told["compositeRequest"]:
            name = part["referenceId"]
            body = self.updated() if name.endswith("_updated") else given.get(name, page([]))
            status = 400 if isinstance(body, list) else 200
            parts.append({"referenceId": name, "httpStatusCode": status, "body": body, "httpHeaders": {}})
        return {"compositeResponse": parts}

    def calls(self, path: str) -> list[Any]:
        """What was asked of a path, oldest first."""
        return [told for _, asked, told in self.asked if asked.startswith(path)]


def reply(content: Any, status: int = 200) -> Reply:
    return status, JSON, json.dumps(content).encode()


def row(number: int, stamp: str = "2026-11-20T10:00:00.000+0000", **more: Any) -> dict[str, Any]:
    record = {"attributes": {"type": "Lead"}, "Id": f"00Q{number:012d}", "IsDeleted": False, "SystemModstamp": stamp}
    return record | {"CreatedDate": stamp, "Company": "Acme", "LL_Score__c": None} | more


def page(rows: list[dict[str, Any]], following: str | None = None) -> dict[str, Any]:
    more = {"nextRecordsUrl": f"/services/data/v62.0/query/{following}"} if following else {}
    return {"totalSize": len(rows), "done": following is None, "records": rows} | more


@contextmanager
def connected(
    org: Org,
    *,
    login_url: str | None = None,
    clock: Any = None,
    fields: Mapping[str, frozenset[str]] | None = None,
    lists: frozenset[str] = frozenset(),
) -> Iterator[Salesforce]:
    """A connector with a given session, talking to the org."""
    with stub_server(org) as address:
        given = {"login_url": login_url or address, "auth": "session_id", "session_id": "given"}
        around = surroundings(
            "crm",
            clock or FixedClock(NOW),
            fields=fields or {"Lead": frozenset({"Company", "LL_Score__c"})},
            tokens=MemoryTokens(),
            budget=org.budget,
            lists=lists,
        )
        yield Salesforce(Settings.model_validate(given), around, wall=FastWall().wall)
