"""Fixtures that every part of the suite may ask for."""

from collections.abc import Iterator

import pytest
import structlog

from tests.hubspot_contract.watch import Watch, watching
from tests.rig import SimulatorProcess


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A test that runs a command in process sets logging up on a stream that pytest closes after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def hubspot_watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Everything that any test says to HubSpot, and is told by the simulated one; what came late reddens the run."""
    with watching(tmp_path_factory.mktemp("hubspot")) as watch:
        yield watch
    assert watch.judge() == []


@pytest.fixture(autouse=True)
def hubspot_contract(hubspot_watch: Watch) -> Iterator[None]:
    """Fails the test in which a request or an answer broke the contract."""
    yield
    assert hubspot_watch.judge() == []


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[SimulatorProcess]:
    """One simulator for the whole run: starting one takes longer than most tests."""
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def simulator(simulator_process: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """The run's simulator with no fault on order. Its records stay: make rows of your own and look at those."""
    simulator_process.clear()
    before = simulator_process.door("GET", "settings")["settings"]
    yield simulator_process
    simulator_process.clear()
    before.pop("clients")
    simulator_process.settings(**before)
