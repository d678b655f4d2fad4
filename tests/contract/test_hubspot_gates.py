"""Streams that not every portal gives: leads of the Sales Hub and page views. Refused, they rest; the others go on."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import structlog

from connectors.abilities import Resting
from connectors.testing import failure_of
from domain.errors import ContractError
from domain.record import Cursor, Page, Record
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess

DAY_S = 25 * 3_600
OPTIONAL = ("contacts", "leads", "page_views")
TIER = {"leads": ("STARTER", "Sales Hub Professional"), "page_views": ("PROFESSIONAL", "Marketing Hub Enterprise")}


@pytest.fixture(params=["v3", "2026-03"])
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def asked(rig: HubSpotRig, since: int) -> int:
    return sum(line["system"] == "hubspot" and line["status"] == 403 for line in rig.simulator.log(since))


def records(pages: list[Page]) -> dict[str, Record]:
    return {record.ref.id: record for page in pages for record in page.records}


def test_a_lead_names_its_contact_and_where_it_stands(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    lead = rig.simulator.act("open_lead", system="hubspot", id=contact, name="Acme: pricing")["id"]
    connector = rig.connector(streams=OPTIONAL)
    pages = list(connector.read("leads", None))
    values = records(pages)[lead].values
    assert (values["associatedcontactid"], values["hs_lead_name"]) == (contact, "Acme: pricing")
    rig.simulator.act("edit", system="hubspot", id=lead, object="leads", hs_pipeline_stage="connected-stage-id")
    changed = records(list(connector.read("leads", pages[-1].cursor)))
    assert changed[lead].values["hs_pipeline_stage"] == "connected-stage-id"
    assert set(values) <= connector.describe("leads").keys()


@pytest.mark.parametrize("stream", ["leads", "page_views"])
def test_what_the_subscription_lacks_rests_for_a_day_also_across_restarts(rig: HubSpotRig, stream: str) -> None:
    tier, needs = TIER[stream]
    rig.tune(tier=tier)
    cursor: Cursor | None = None
    since = rig.simulator.seq()
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            connector = rig.connector(streams=OPTIONAL)
            pages = list(connector.read(stream, cursor))
            cursor = pages[-1].cursor if pages else cursor
            assert connector.resting[stream].startswith(f"needs {needs}.")
    assert [line["stream"] for line in lines if line["event"] == "stream_rests"] == [stream]
    assert asked(rig, since) == 1
    rig.simulator.time(advance_s=DAY_S)
    assert list(rig.connector(streams=OPTIONAL).read(stream, cursor)) != []
    assert asked(rig, since) == 2


def test_after_an_upgrade_leads_are_read_from_where_they_stood(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    before = rig.simulator.act("open_lead", system="hubspot", id=contact)["id"]
    rig.settle()
    connector = rig.connector(streams=OPTIONAL)
    cursor = list(connector.read("leads", None))[-1].cursor
    rig.tune(tier="STARTER")
    (closed,) = connector.read("leads", cursor)
    after = rig.simulator.act("open_lead", system="hubspot", id=contact)["id"]
    rig.tune(tier="ENTERPRISE")
    assert list(connector.read("leads", closed.cursor)) == []
    rig.simulator.time(advance_s=DAY_S)
    found = records(list(connector.read("leads", closed.cursor)))
    assert (after in found, before in found) == (True, False)
    assert connector.resting == {}


def test_a_missing_scope_rests_with_its_name_and_stops_nothing_else(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    rig.tune(token=rig.token, scopes=["crm.objects.contacts.read", "crm.schemas.contacts.read"])
    connector = rig.connector(streams=OPTIONAL)
    assert records(list(connector.read("leads", None))) == {}
    assert "crm.objects.leads.read" in connector.resting["leads"]
    assert contact in records(list(connector.read("contacts", None)))


def test_doctor_asks_once_for_each_and_hears_what_rests(rig: HubSpotRig) -> None:
    rig.tune(tier="STARTER")
    connector = rig.connector(streams=OPTIONAL)
    assert isinstance(connector, Resting)
    assert connector.resting == {}
    since = rig.simulator.seq()
    assert connector.knock().keys() == {"leads", "page_views"}
    assert asked(rig, since) == 2
    rig.tune(tier="ENTERPRISE")
    assert connector.knock() == {}


def test_what_was_given_meanwhile_goes_on_from_where_it_stood_without_waiting_for_the_day(rig: HubSpotRig) -> None:
    before = rig.connector(streams=OPTIONAL)
    stood = list(before.read("leads", None))[-1].cursor
    rig.tune(tier="STARTER")
    cursors = {
        "leads": list(before.read("leads", stood))[-1].cursor,
        "page_views": list(before.read("page_views", None))[-1].cursor,
        "contacts": stood,
    }
    asking = rig.connector(streams=OPTIONAL)
    asking.knock()
    assert asking.waking(cursors) == {}
    rig.tune(tier="ENTERPRISE")
    asking.knock()
    assert asking.waking(cursors) == {"leads": stood, "page_views": None}


@pytest.mark.parametrize("wrong", ['{"rests_until": "soon"}', '{"rests_until": 5, "why": "", "then": null}', "[", "7"])
def test_a_cursor_that_cannot_be_read_stops_the_stream(rig: HubSpotRig, wrong: str) -> None:
    connector = rig.connector(streams=OPTIONAL)
    failure_of(ContractError, lambda: list(connector.read("leads", Cursor(position=wrong))))


def test_a_rest_is_a_day_of_the_portals_time(rig: HubSpotRig) -> None:
    rig.tune(tier="STARTER")
    connector = rig.connector(streams=OPTIONAL)
    (closed,) = connector.read("leads", None)
    since = rig.simulator.seq()
    rig.simulator.time(advance_s=timedelta(hours=23).total_seconds())
    assert list(connector.read("leads", closed.cursor)) == []
    assert asked(rig, since) == 0
