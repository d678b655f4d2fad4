"""A portal on its own and the same portal behind HTTP, in this process."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from simulator.clock import Clock
from simulator.exchanges import Exchanges, Kept
from simulator.faults import Fault, Faults
from simulator.hubspot.http import app
from simulator.hubspot.portal import Portal
from simulator.hubspot.world import HubSpotWorld
from simulator.kernel import Kernel
from simulator.log import Effect, Log
from simulator.shell import Shell

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
KEY = {"Authorization": "Bearer pat-na1-simulator"}


class Client:
    """Plain calls into an ASGI app of this process."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._shell)
            async with httpx.AsyncClient(transport=transport, base_url="http://portal.example") as client:
                return await client.request(method, path, **{"headers": KEY, **more})

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PUT", path, **more)

    def patch(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self.request("DELETE", path, **more)


class Rig:
    """Speaks to the portal as a client does, and acts in it as people do."""

    def __init__(self, folder: Path) -> None:
        self.world = HubSpotWorld()
        self.clock = Clock(start=NOON)
        self.kernel = Kernel(
            clock=self.clock,
            log=Log(folder / "log.jsonl", self.clock),
            faults=Faults(),
            salesforce=self.world,
            hubspot=self.world,
        )
        self.exchanges = folder / "exchanges.jsonl"
        kept = Kept(app(self.world, self.kernel), Exchanges(self.exchanges))
        self.client = Client(Shell(kept, "hubspot", self.kernel))
        self.portal.settings.search_per_s = 10_000

    @property
    def portal(self) -> Portal:
        return self.world.portal

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, params=query).json()

    def post(self, path: str, body: Any, *, status: int = 200) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        answer = self.client.put(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def patch(self, path: str, properties: dict[str, Any], *, status: int = 200) -> Any:
        answer = self.client.patch(path, json={"properties": properties})
        assert answer.status_code == status, answer.text
        return answer.json()

    def seed(self, **rows: list[dict[str, Any]]) -> dict[str, list[str]]:
        return self.world.seed(rows, self.clock.now(), [])

    def contact(self, **properties: Any) -> str:
        return self.seed(contacts=[properties])["contacts"][0]

    def act(self, do: str, id: str = "", *, at: datetime | None = None, as_: str = "rep", **fields: Any) -> Any:
        now = self.clock.now()
        effects: list[Effect] = []
        answer = self.world.act(do, as_=as_, id=id, fields=fields, at=at or now, now=now, effects=effects)
        return {**answer, "effects": effects}

    def search(self, filters: list[dict[str, Any]], kind: str = "contacts", **more: Any) -> Any:
        body = {"filterGroups": [{"filters": filters}] if filters else [], "sorts": [], **more}
        return self.post(f"/crm/v3/objects/{kind}/search", body)

    def fault(self, kind: Any, **more: Any) -> None:
        self.kernel.faults.add(Fault(kind=kind, **more))

    def lines(self) -> list[bytes]:
        return list(self.kernel.log.lines())
