"""Cursors follow the vendor's clock: ours may be wrong, and a reading that trusted it would skip or read for ever."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from connectors.hubspot import client as hubspot_client
from connectors.hubspot.connector import HubSpot
from connectors.hubspot.connector import Settings as HubSpotSettings
from connectors.hubspot.moments import cursor_at
from connectors.salesforce import client as salesforce_client
from connectors.salesforce.connector import Salesforce
from connectors.salesforce.connector import Settings as SalesforceSettings
from connectors.salesforce.deletions import Position
from domain.record import Cursor
from tests.fresh import FreshSimulator
from tests.rig import surroundings


@dataclass(frozen=True)
class WrongClock:
    world: FreshSimulator
    wrong: timedelta

    def now(self) -> datetime:
        return self.world.now() + self.wrong


@pytest.fixture(params=[timedelta(hours=1), timedelta(hours=-1)], ids=["an hour ahead", "an hour behind"])
def clock(vendors: FreshSimulator, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> WrongClock:
    """Where records run on simulated time the vendor's Date is not asked; here it is simulated, too."""
    for module in (salesforce_client, hubspot_client):
        monkeypatch.setattr(module, "is_loopback", lambda _: False)
    vendors.begin()
    return WrongClock(vendors, request.param)


def behind(cursor: Cursor, world: FreshSimulator) -> timedelta:
    return world.now() - datetime.fromisoformat(json.loads(cursor.position)["at"])


def test_salesforces_cursor_stays_ten_minutes_behind_salesforces_now(clock: WrongClock) -> None:
    clock.world.seed(leads=[{"LastName": "L", "Company": "Works"}])
    given = {"login_url": clock.world.salesforce, "client_id": "leadloop", "client_secret": "leadloop-secret"}
    for together in (False, True):
        connector = Salesforce(SalesforceSettings.model_validate(given), surroundings("crm", clock))
        *_, last = connector.read_bundle({"Lead": None}) if together else connector.read("Lead", None)
        assert timedelta(minutes=10) <= behind(last.cursor, clock.world) < timedelta(minutes=11, seconds=30)


def test_hubspots_cursor_stays_a_quarter_of_an_hour_behind_hubspots_now(clock: WrongClock) -> None:
    clock.world.seed(contacts=[{"email": "ana@people.example"}])
    settings = HubSpotSettings.model_validate(
        {"base_url": clock.world.hubspot, "access_token": "pat-na1-simulator", "streams": ["contacts"]}
    )
    *_, last = HubSpot(settings, surroundings("marketing", clock)).read("contacts", None)
    assert timedelta(minutes=15) <= behind(last.cursor, clock.world) < timedelta(minutes=16)


def test_what_was_deleted_by_salesforces_now_is_looked_at_and_no_further(clock: WrongClock) -> None:
    """A process that begins with the night's look has had no answer yet that would tell the time."""
    given = {"login_url": clock.world.salesforce, "client_id": "leadloop", "client_secret": "leadloop-secret"}
    connector = Salesforce(SalesforceSettings.model_validate(given), surroundings("crm", clock))
    yesterday = clock.world.now() - timedelta(days=1)
    *_, last = connector.read("deletions", Position(at=yesterday, swept=yesterday).cursor())
    assert abs(behind(last.cursor, clock.world)) < timedelta(minutes=1)


@pytest.mark.parametrize("stream", ["contacts_archived", "companies_archived"])
def test_the_night_ends_at_hubspots_now(clock: WrongClock, stream: str) -> None:
    settings = HubSpotSettings.model_validate(
        {"base_url": clock.world.hubspot, "access_token": "pat-na1-simulator", "streams": [stream]}
    )
    yesterday = cursor_at(clock.world.now() - timedelta(days=1))
    *_, last = HubSpot(settings, surroundings("marketing", clock)).read(stream, yesterday)
    assert abs(behind(last.cursor, clock.world)) < timedelta(minutes=1)
