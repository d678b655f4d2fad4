"""P4: what reading costs the processor, against one keep-alive connection and orjson over the same pages.

*Wire*: our call, with its pacing, budget, deadline, wire log and decoding. *Records*: the same, and every row made a
record with canonical values, which the floor does not do; told beside it. What our pacing lets pass goes by at once: a
processor that sleeps between two calls forgets what it knew, and the floor, which does not wait, would be spared that.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import urllib3

from benchmarks.fake import CONTACT_FIELDS, LEAD_FIELDS, fake
from benchmarks.measure import Row, Spent, Timer, at_most, cpu_ratio, known, median_cpu_s, take_turns
from connectors.contract import Exchange, Lane, Surroundings
from connectors.hubspot.client import SEARCH
from connectors.hubspot.client import Client as HubSpotClient
from connectors.hubspot.connector import HubSpot
from connectors.hubspot.connector import Settings as HubSpotSettings
from connectors.salesforce.client import Client as SalesforceClient
from connectors.salesforce.connector import Salesforce
from connectors.salesforce.connector import Settings as SalesforceSettings
from tests.rig import FastWall, FixedClock, MemoryTokens

CONTACTS, LEADS = 20_000, 100_000
SEARCHED = 200
LIMIT = 1.5
_CLOCK = FixedClock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))


class Nothing:
    """A budget that never says no, and a wire log that forgets."""

    def spend(self, connection: str, lane: Lane, *, calls: int = 1) -> None: ...

    def hint(self, connection: str, *, used: int, limit: int | None, resets_at: datetime | None = None) -> None: ...

    def keep(self, exchange: Exchange) -> None: ...


def measure(*, rounds: int) -> Iterator[Row]:
    with fake(contacts=CONTACTS, leads=LEADS) as url:
        works = {work for _, work, bare, _, _ in _COMPARED for work in (work, bare)}
        pieces = {work.__name__: (work, (url,)) for work in sorted(works, key=lambda each: each.__name__)}
        spent = take_turns(pieces, rounds=rounds)
    for name, work, bare, rows, has_goal in _COMPARED:
        row = Row(
            name=f"P4 {name}",
            figure=1e6 * median_cpu_s(spent[work.__name__]) / rows,
            unit="ms CPU per 1,000",
            floor=1e6 * median_cpu_s(spent[bare.__name__]) / rows,
            ratio=cpu_ratio(spent[work.__name__], spent[bare.__name__]),
        )
        yield at_most(row, LIMIT) if has_goal else row


def bare_search(url: str) -> Spent:
    with urllib3.PoolManager() as pool, Timer() as timer:
        rows = 0
        for after in range(0, CONTACTS, SEARCHED):
            body = orjson.dumps(_question(after))
            page = orjson.loads(pool.request("POST", f"{url}/crm/v3/objects/contacts/search", body=body).data)
            rows += len(page["results"])
    return known(timer, rows == CONTACTS)


def wired_search(url: str) -> Spent:
    client = HubSpotClient(_hubspot(url), _around("contacts", CONTACT_FIELDS), wall=FastWall().wall)
    client.get("/crm/v3/properties/contacts")
    with Timer() as timer:
        rows = 0
        for after in range(0, CONTACTS, SEARCHED):
            request = client.sdk.crm.objects.search_api.do_search("contacts", _question(after))
            page: Any = client.send(request, bucket=SEARCH).json()
            rows += len(page["results"])
    return known(timer, rows == CONTACTS)


def _question(after: int) -> dict[str, Any]:
    window = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1763632800000"}
    sorts = [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}]
    names = ["email", *CONTACT_FIELDS]
    groups = [{"filters": [window]}]
    return {"filterGroups": groups, "sorts": sorts, "properties": names, "limit": SEARCHED, "after": str(after)}


def bare_contacts(url: str) -> Spent:
    with urllib3.PoolManager() as pool, Timer() as timer:
        after, rows = "0", 0
        while after:
            page = orjson.loads(pool.request("GET", f"{url}/crm/v3/objects/contacts?limit=100&after={after}").data)
            rows += len(page["results"])
            after = page.get("paging", {}).get("next", {}).get("after")
    return known(timer, rows == CONTACTS)


def wired_contacts(url: str) -> Spent:
    client = HubSpotClient(_hubspot(url), _around("contacts", CONTACT_FIELDS), wall=FastWall().wall)
    client.get("/crm/v3/properties/contacts")
    with Timer() as timer:
        after, rows = "0", 0
        while after:
            page: Any = client.get("/crm/v3/objects/contacts", {"limit": 100, "after": after}).json()
            rows += len(page["results"])
            after = page.get("paging", {}).get("next", {}).get("after")
    return known(timer, rows == CONTACTS)


def contact_records(url: str) -> Spent:
    connector = HubSpot(_hubspot(url), _around("contacts", CONTACT_FIELDS), wall=FastWall().wall)
    connector.describe("contacts")
    with Timer() as timer:
        rows = sum(len(page.records) for page in connector.read("contacts", None))
    return known(timer, rows >= CONTACTS)


def bare_leads(url: str) -> Spent:
    with urllib3.PoolManager() as pool, Timer() as timer:
        path, rows = "/services/data/v62.0/queryAll?q=SELECT", 0
        while path:
            page = orjson.loads(pool.request("GET", url + path).data)
            rows += len(page["records"])
            path = page.get("nextRecordsUrl")
    return known(timer, rows == LEADS)


def wired_leads(url: str) -> Spent:
    client = SalesforceClient(_salesforce(url), _around("Lead", LEAD_FIELDS), wall=FastWall().wall)
    client.get("sobjects/Lead/describe")
    with Timer() as timer:
        path, rows = "queryAll", 0
        while path:
            page: Any = client.get(path, large=True).json()
            rows += len(page["records"])
            path = page.get("nextRecordsUrl")
    return known(timer, rows == LEADS)


def lead_records(url: str) -> Spent:
    connector = Salesforce(_salesforce(url), _around("Lead", LEAD_FIELDS), wall=FastWall().wall)
    connector.describe("Lead")
    with Timer() as timer:
        rows = sum(len(page.records) for page in connector.read("Lead", None))
    return known(timer, rows >= LEADS)


def _hubspot(url: str) -> HubSpotSettings:
    given = {"base_url": url, "access_token": "x", "searches_per_second": 20, "calls_per_10_s": 1000}
    return HubSpotSettings.model_validate(given)


def _salesforce(url: str) -> SalesforceSettings:
    given = {"login_url": url, "auth": "session_id", "session_id": "x", "bulk_rows": 0}
    return SalesforceSettings.model_validate(given)


def _around(stream: str, fields: tuple[str, ...]) -> Surroundings:
    nothing = Nothing()
    return Surroundings(
        connection="bench",
        clock=_CLOCK,
        tokens=MemoryTokens(),
        budget=nothing,
        wire=nothing,
        fields={stream: frozenset(fields)},
    )


_COMPARED = (
    ("HubSpot contacts, wire, searches of 200", wired_search, bare_search, CONTACTS, True),
    ("HubSpot contacts, wire, pages of 100", wired_contacts, bare_contacts, CONTACTS, False),
    ("HubSpot contacts, records", contact_records, bare_contacts, CONTACTS, False),
    ("Salesforce leads, wire", wired_leads, bare_leads, LEADS, True),
    ("Salesforce leads, records", lead_records, bare_leads, LEADS, False),
)
"""What is measured, against what, over how many rows, and whether the goal is about it."""
