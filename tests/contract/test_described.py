"""What a system tells of its fields is kept until it is asked for anew; and reading has a price."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.contract.hubspot_rig import HubSpotRig
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess

ASKED_BY = {SalesforceRig: "/sobjects/Lead/describe", HubSpotRig: "/crm/v3/properties/contacts"}


@pytest.fixture(params=[SalesforceRig, HubSpotRig], ids=["salesforce", "hubspot"])
def rig(request: pytest.FixtureRequest, simulator: SimulatorProcess) -> Iterator[SalesforceRig | HubSpotRig]:
    with ExitStack() as stack:
        yield request.param(simulator, stack)


def test_it_is_asked_once_and_again_only_when_it_is_doubted(rig: SalesforceRig | HubSpotRig) -> None:
    connector, since = rig.connector(), rig.simulator.seq()
    assert connector.described_at(rig.stream) is None
    told, first = connector.describe(rig.stream), connector.described_at(rig.stream)
    assert (connector.describe(rig.stream), connector.described_at(rig.stream)) == (told, first)
    assert connector.describe(rig.stream, anew=True) == told
    again = connector.described_at(rig.stream)
    assert first is not None
    assert again is not None
    assert again > first
    asked = [line for line in rig.simulator.log(since) if line["path"].split("?")[0].endswith(ASKED_BY[type(rig)])]
    assert len(asked) == 2


def test_reading_from_the_start_costs_a_call_a_page(rig: SalesforceRig | HubSpotRig) -> None:
    page = 200 if isinstance(rig, SalesforceRig) else 100
    connector = rig.connector(page_size=page)
    assert [connector.reading_calls(rig.stream, rows) for rows in (0, 1, page, page + 1)] == [0, 1, 1, 2]
