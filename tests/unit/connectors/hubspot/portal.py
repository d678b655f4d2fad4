"""A HubSpot of one's own for what the simulator will not do: a function answers each call."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.contract import Clock, KnownRecords
from connectors.hubspot.connector import HubSpot, Settings
from domain.change import Change, ChangeKind
from domain.values import Value
from tests.rig import CountedBudget, FastWall, FixedClock, KeptWire, Reply, stub_server, surroundings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
JSON = {"Content-Type": "application/json;charset=utf-8"}
PROPERTIES = {
    "hs_object_id": "number",
    "createdate": "datetime",
    "lastmodifieddate": "datetime",
    "email": "string",
    "hs_lead_status": "enumeration",
    "lifecyclestage": "enumeration",
    "ll_score": "number",
    "ll_mql_since": "datetime",
}


class Portal:
    """Answers the definitions of properties by itself; the rest by `answer(method, path, query or body)`."""

    def __init__(self, answer: Callable[[str, str, Any], Any]) -> None:
        self.answer = answer
        self.properties = dict(PROPERTIES)
        self.asked: list[tuple[str, str, Any]] = []
        self.budget, self.wire = CountedBudget(), KeptWire()
        self.fast = FastWall()

    def __call__(self, method: str, url: str, body: bytes) -> Reply:
        parts = urlsplit(url)
        told = json.loads(body) if body else parse_qs(parts.query)
        self.asked.append((method, parts.path, told))
        if method == "GET" and parts.path.startswith("/crm/v3/properties/"):
            return reply({"results": [{"name": name, "type": kind} for name, kind in self.properties.items()]})
        given = self.answer(method, parts.path, told)
        return given if isinstance(given, tuple) else reply(given)

    def calls(self, path: str) -> list[Any]:
        """What was asked of the paths that end so, oldest first."""
        return [told for _, asked, told in self.asked if asked.endswith(path)]


def reply(content: Any, status: int = 200) -> Reply:
    return status, JSON, json.dumps(content).encode()


def refusal(status: int, category: str, **more: Any) -> Reply:
    return reply({"status": "error", "message": "no", "category": category, **more}, status)


def row(number: int, stamp: str = "2026-11-20T10:00:00.000Z", **properties: Any) -> dict[str, Any]:
    told = {"hs_object_id": str(number), "lastmodifieddate": stamp, "createdate": stamp, **properties}
    return {"id": str(number), "properties": told, "createdAt": stamp, "updatedAt": stamp, "archived": False}


def page(rows: list[dict[str, Any]], after: str | None = None, **more: Any) -> dict[str, Any]:
    paging = {"paging": {"next": {"after": after}}} if after is not None else {}
    return {"total": len(rows), "results": rows, **paging, **more}


def saved(told: Any) -> dict[str, Any]:
    """Every input of a batch written as asked, in another order than asked."""
    rows = [{"id": one["id"], "properties": one["properties"]} for one in told["inputs"]]
    return {"status": "COMPLETE", "results": rows[::-1]}


def change(number: int, score: int = 1, **more: Any) -> Change:
    values: dict[str, Value] = {"ll_score": score}
    given: dict[str, Any] = {"kind": ChangeKind.FIELDS, "object": "contacts", "id": str(number), "values": values}
    return Change(**{"key": f"k{number}", **given, **more})


@contextmanager
def connected(
    portal: Portal,
    *,
    fields: frozenset[str] = frozenset(),
    ceiling: int = 10_000,
    clock: Clock | None = None,
    known: KnownRecords | None = None,
    **settings: Any,
) -> Iterator[HubSpot]:
    """A connector that talks to the portal, on a clock that stands unless one is given."""
    with stub_server(portal) as address:
        given = {"base_url": address, "access_token": "pat-given", **settings}
        around = surroundings(
            "marketing",
            clock or FixedClock(NOW),
            fields={"contacts": fields or frozenset(PROPERTIES)},
            budget=portal.budget,
            wire=portal.wire,
        )
        around = replace(around, known=known)
        yield HubSpot(Settings.model_validate(given), around, wall=portal.fast.wall, ceiling=ceiling)
