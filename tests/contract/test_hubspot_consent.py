"""Who may be written to: read from the contact's own properties, one for all e-mail and one for each type."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.hubspot.connector import HubSpot
from domain.record import FieldType
from domain.values import Value
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess, surroundings

ALL, NEWS, SALES = "hs_email_optout", "hs_email_optout_1", "hs_email_optout_2"
MARKETING = "hs_marketable_status"


@pytest.fixture(params=["v3", "2026-03"])
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def reading(rig: HubSpotRig) -> HubSpot:
    fields = {"contacts": frozenset({ALL, NEWS, SALES, MARKETING})}
    around = surroundings("marketing", rig.simulator, fields=fields, budget=rig.budget, wire=rig.wire)
    return HubSpot(rig.settings(), around, wall=rig.fast.wall)


def shown(connector: HubSpot, contact: str) -> dict[str, Value]:
    pages = connector.read("contacts", None)
    found = {record.ref.id: record.values for page in pages for record in page.records}
    return {name: found[contact][name] for name in (ALL, NEWS, SALES)}


def test_a_no_to_one_type_of_email_is_a_no_to_that_type_alone(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    rig.simulator.act("unsubscribe", system="hubspot", id=contact, subscription="1")
    connector = reading(rig)
    assert shown(connector, contact) == {ALL: None, NEWS: True, SALES: None}
    assert connector.describe("contacts")[NEWS].type is FieldType.BOOLEAN


def test_a_no_to_everything_is_on_the_contact(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    rig.simulator.act("unsubscribe", system="hubspot", id=contact)
    assert shown(reading(rig), contact)[ALL] is True


def test_consent_costs_no_call_of_its_own(rig: HubSpotRig) -> None:
    """Properties of the contact move its stamp like any other: the one search of a cycle brings them."""
    contacts = rig.seed(3)
    rig.settle()
    connector = reading(rig)
    cursor = list(connector.read("contacts", None))[-1].cursor
    for contact in contacts:
        rig.simulator.act("unsubscribe", system="hubspot", id=contact, subscription="2")
    since = rig.simulator.seq()
    pages = list(connector.read("contacts", cursor))
    found = {record.ref.id: record.values[SALES] for page in pages for record in page.records}
    assert found == dict.fromkeys(contacts, True)
    calls = [line["path"] for line in rig.simulator.log(since) if line["system"] == "hubspot"]
    assert [path.rsplit("/", 1)[1] for path in calls] == ["search"]


def test_whether_a_contact_counts_as_marketing_contact_is_read_and_never_written(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    connector = reading(rig)
    (found,) = [
        record.values[MARKETING]
        for page in connector.read("contacts", None)
        for record in page.records
        if record.ref.id == contact
    ]
    assert found == "false"
    assert not connector.describe("contacts")[MARKETING].writable
