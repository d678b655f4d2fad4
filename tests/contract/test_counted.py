"""What reading and writing cost, counted where the vendors count it."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Reader
from connectors.http import SYSTEM_WALL
from connectors.hubspot.connector import HubSpot
from connectors.hubspot.connector import Settings as HubSpotSettings
from connectors.pacing import Wall
from connectors.salesforce.connector import Salesforce
from connectors.salesforce.connector import Settings as SalesforceSettings
from domain.change import Change, ChangeKind
from domain.record import Cursor
from domain.run import RuleVersion
from domain.values import RuleHash
from store import outbox
from store.engine import Store
from store.known import StoreRecords
from store.outbox import OutboxDraft
from sync.pull import pull
from sync.push import push
from tests.fresh import FreshSimulator
from tests.rig import UNPACED, FastWall, surroundings
from tests.stores import empty_store
from tests.unit.sync.looping import looping

CYCLE_S, CYCLES = 300, 72
HALF_HOURS = 12
OBJECTS = ("Lead", "Contact", "Task", "Event", "CampaignMember", "Account", "Opportunity", "User", "Group")
AROUND_DEALS = ("OpportunityContactRole", "Campaign", "CurrencyType")
NAME = "LL · Not now"


@pytest.fixture
def world(vendors: FreshSimulator) -> FreshSimulator:
    vendors.begin()
    return vendors


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield opened
    opened.dispose()


def salesforce(world: FreshSimulator, store: Store) -> Salesforce:
    given = {"login_url": world.salesforce, "client_id": "leadloop", "client_secret": "leadloop-secret"}
    fields = dict.fromkeys(AROUND_DEALS, frozenset[str]())
    around = surroundings("salesforce", world, known=StoreRecords(store), lists={NAME}, fields=fields)
    return Salesforce(SalesforceSettings.model_validate(given), around, wall=FastWall().wall)


def hubspot(world: FreshSimulator, *, wall: Wall, **more: Any) -> HubSpot:
    given = {"base_url": world.hubspot, "access_token": "pat-na1-simulator"}
    settings = HubSpotSettings.model_validate(given).model_copy(update=more)
    return HubSpot(settings, surroundings("hubspot", world), wall=wall)


def calls(world: FreshSimulator, since: int, *, method: str = "", path: str = "") -> list[dict[str, Any]]:
    """Calls that a vendor took since then; logins are none."""
    lines = (line for line in world.log(since) if "act" not in line and "/oauth" not in line["path"])
    return [line for line in lines if line["method"].startswith(method) and line["path"].endswith(path)]


def test_an_idle_day_costs_at_most_600_salesforce_calls(
    world: FreshSimulator, store: Store, version: RuleVersion
) -> None:
    """Every stream there is, a cycle each five minutes; the night is the one in seven that compares every id. Deals and
    what belongs to them are asked for in one more call each half hour.

    Within six hours everything else comes round: slow streams, sessions that end, describe. A day is four times that.
    """
    leads = world.seed(
        leads=[{"LastName": f"L{number}", "Company": "Works"} for number in range(30)],
        campaigns=[{"Name": NAME}],
        sf_contacts=[{"LastName": "C", "AccountName": "Works"}],
    )["Lead"]
    world.seed(salesforce={"CampaignMember": [{"CampaignName": NAME, "LeadId": each} for each in leads]})
    with looping(store, version, salesforce(world, store)) as loop:
        reader = loop.connections["salesforce"]
        assert isinstance(reader, Reader)
        assert {*OBJECTS, *AROUND_DEALS, "deletions", "role_deletions", "lists"} == reader.streams.keys()
        pull(loop, "salesforce", now=world.now())
        world.time(advance_s=timedelta(days=7).total_seconds())
        before = world.seq()
        pull(loop, "salesforce", now=world.now())
        dawn = world.seq()
        for _ in range(CYCLES):
            world.time(advance_s=CYCLE_S)
            pull(loop, "salesforce", now=world.now(), hot=timedelta(seconds=CYCLE_S))
    six_hours = calls(world, dawn)
    night = len(calls(world, before)) - len(six_hours)
    assert len(calls(world, dawn, path="/composite")) == CYCLES + HALF_HOURS
    assert {line["status"] for line in six_hours} <= {200, 401, 404}, (
        "a session that ended, and what the org has not got"
    )
    assert sum(line["status"] == 404 for line in six_hours) <= 1
    assert sum(line["path"].endswith("/describe") for line in six_hours) >= len(OBJECTS)
    assert night + 4 * len(six_hours) <= 600


def test_no_second_sees_more_searches_than_hubspot_allows(world: FreshSimulator) -> None:
    """Two lanes of one connection that search as fast as they may, on real time."""
    people = world.seed(contacts=[{"email": f"p{number}@people.example"} for number in range(24)])["contacts"]
    cursor = list(hubspot(world, wall=FastWall().wall).read("contacts", None))[-1].cursor
    for each in people:
        world.act("edit", system="hubspot", id=each, jobtitle="Changed")
    before = world.seq()
    lanes = [threading.Thread(target=_read, args=(world, cursor)) for _ in range(2)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    searches = calls(world, before, path="/search")
    sent = [datetime.fromisoformat(line["wall"]) for line in searches]
    assert len(sent) >= 12
    assert {line["status"] for line in searches} == {200}
    assert [late for early, late in zip(sent, sent[5:], strict=False) if late - early < timedelta(seconds=1)] == []


def _read(world: FreshSimulator, cursor: Cursor) -> None:
    assert sum(len(page.records) for page in hubspot(world, wall=SYSTEM_WALL, page_size=2).read("contacts", cursor)) > 0


@pytest.mark.parametrize("count", [1, 100, 101, 200, 201, 450])
def test_changed_leads_cost_a_call_per_200_and_per_100(
    world: FreshSimulator, store: Store, version: RuleVersion, count: int
) -> None:
    world.act("edit", system="hubspot", id="settings", **UNPACED)
    rows = [{"LastName": f"L{number}", "Company": "Works"} for number in range(count)]
    leads = world.seed(leads=rows)["Lead"]
    contacts = world.seed(contacts=[{"email": f"p{number}@people.example"} for number in range(count)])["contacts"]
    drafts = [
        *(_draft("salesforce", "Lead", each, "LL_Score__c") for each in leads),
        *(_draft("hubspot", "contacts", each, "ll_score") for each in contacts),
    ]
    systems = (salesforce(world, store), hubspot(world, wall=FastWall().wall))
    with looping(store, version, *systems) as loop:
        with store.write(loop.epoch) as tx:
            outbox.put(tx, drafts, now=world.now())
        before = world.seq()
        assert [push(loop, name, now=world.now()).applied for name in ("salesforce", "hubspot")] == [count, count]
    written = [line for line in calls(world, before) if line["effects"]]
    assert len(calls(world, before, method="PATCH", path="/composite/sobjects")) == ceil(count / 200)
    assert len(calls(world, before, method="POST", path="/contacts/batch/update")) == ceil(count / 100)
    assert len(written) == ceil(count / 200) + ceil(count / 100)
    assert sorted(effect["id"] for line in written for effect in line["effects"]) == sorted([*leads, *contacts])


def _draft(connection: str, kind: str, record_id: str, field: str) -> OutboxDraft:
    change = Change(key="", kind=ChangeKind.FIELDS, object=kind, id=record_id, values={field: 42})
    return OutboxDraft(connection=connection, lane="background", change=change, cause="score", rule_hash=RuleHash("r"))
