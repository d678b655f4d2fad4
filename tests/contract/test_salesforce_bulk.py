"""The shipped laws with everything that Bulk API 2.0 can do forced through it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.testing import ConnectorContract
from tests.contract.salesforce_bulk_rig import BulkRig
from tests.rig import SimulatorProcess


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[BulkRig]:
    with ExitStack() as stack:
        yield BulkRig(simulator, stack)


class TestSalesforceInBulk(ConnectorContract):
    """The laws."""
