"""The simulated portal with a token of one's own."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack)
