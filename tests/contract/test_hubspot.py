"""The shipped laws over the simulated HubSpot, by real HTTP, on both generations of its API."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.testing import ConnectorContract, WireRig, failure_of
from domain.errors import CredentialsError
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess

GENERATIONS = ("v3", "2026-03")


@pytest.fixture(params=GENERATIONS)
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


class TestHubSpot(ConnectorContract):
    """The laws."""

    def test_an_ended_session_is_renewed_once_and_reading_goes_on(self, rig: WireRig) -> None:
        """A service key is no session: revoked, no login brings it back, and what was read keeps its cursor."""
        rig.seed(rig.rows_for_three_pages)
        pages = rig.connector().read(rig.stream, None)
        next(pages)
        rig.end_session()
        assert "access_token" in str(failure_of(CredentialsError, lambda: list(pages)))
