"""An org with two reps, a queue, three leads, a contact and a campaign; and a caller of its REST API."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from simulator.kernel import Kernel
from simulator.log import Effect
from simulator.salesforce.org import Org
from simulator.salesforce.soql_run import Moment
from simulator.salesforce.world import SalesforceWorld
from simulator.salesforce.writing import Writing

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Office:
    """The org and its people, without HTTP; `now` is moved by hand."""

    def __init__(self) -> None:
        self.now = START
        self.world = SalesforceWorld(START)
        self.effects: list[Effect] = []
        self.ids = self.world.seed(
            {
                "User": [
                    {"email": "ann@crm.example", "first_name": "Ann", "last_name": "Rep"},
                    {"email": "bob@crm.example", "first_name": "Bob", "last_name": "Gone", "active": False},
                ],
                "Group": [{"name": "Unassigned", "members": ["ann@crm.example"]}],
                "Campaign": [{"Name": "LL Nurture Timing"}],
                "Lead": [
                    {"LastName": "Lovelace", "FirstName": "Ada", "Company": "Engines", "Email": "ada@engines.example"},
                    {"LastName": "Babbage", "Company": "Engines", "OwnerEmail": "ann@crm.example"},
                    {"LastName": "Byron", "Company": "Poems", "OwnerQueue": "Unassigned"},
                ],
                "Contact": [{"LastName": "Menabrea", "AccountName": "Turin", "Email": "luigi@turin.example"}],
            },
            START,
            [],
        )
        self.lead, self.owned, self.queued = self.ids["Lead"]
        self.contact = self.ids["Contact"][0]
        self.ann, self.bob = self.ids["User"]
        self.queue = self.ids["Group"][0]
        self.campaign = self.ids["Campaign"][0]

    @property
    def org(self) -> Org:
        return self.world.org

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def writing(self) -> Writing:
        return Writing(now=self.now, at=self.now, user_id=self.world.integration_user, effects=self.effects)

    def query(self, text: str, *, cutoff: str | None = None, everything: bool = False) -> list[dict[str, Any]]:
        answer = self.org.query(text, Moment(now=self.now, cutoff=cutoff, everything=everything))
        shown = [answer.selection.show(row, "v59.0") for row in answer.rows]
        return [{name: value for name, value in row.items() if name != "attributes"} for row in shown]

    def row(self, record_id: str) -> dict[str, Any]:
        row = self.org.row(record_id)
        assert row is not None
        return row

    def act(self, do: str, id: str, *, as_: str = "rep", at: datetime | None = None, **fields: Any) -> dict[str, Any]:
        return self.world.act(do, as_=as_, id=id, fields=fields, at=at or self.now, now=self.now, effects=self.effects)


class Caller:
    """A logged-in caller of one org over its ASGI app."""

    def __init__(self, kernel: Kernel, app: Any, world: SalesforceWorld) -> None:
        self.kernel = kernel
        self.world = world
        self._app = app
        self.token = ""

    def send(self, method: str, path: str, *, content: bytes = b"", **headers: str) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://crm.example") as client:
                return await client.request(method, path, content=content, headers=headers)

        return asyncio.run(go())

    def login(self, secret: str = "leadloop-secret") -> httpx.Response:
        form = f"grant_type=client_credentials&client_id=leadloop&client_secret={secret}"
        answer = self.send("POST", "/services/oauth2/token", content=form.encode())
        self.token = answer.json().get("access_token", "")
        return answer

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One REST call; header names are written with underscores."""
        content = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(
            method, f"/services/data/v59.0/{path}", content=content, Authorization=f"Bearer {self.token}", **named
        )

    def query(self, soql: str, **headers: str) -> httpx.Response:
        return self.call("GET", f"query/?q={quote(soql)}", **headers)

    def lead(self, **fields: Any) -> str:
        """A new lead over the API; its id."""
        answer = self.call("POST", "sobjects/Lead", {"LastName": "Lovelace", "Company": "Engines", **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def effects(self) -> list[dict[str, Any]]:
        """The effects of the last request."""
        *_, last = self.kernel.log.lines()
        found: list[dict[str, Any]] = json.loads(last)["effects"]
        return found
