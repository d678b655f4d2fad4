"""The shipped laws over the simulated Salesforce, by real HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.testing import ConnectorContract
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


class TestSalesforce(ConnectorContract):
    """The laws."""
