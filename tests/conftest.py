"""Fixtures that every part of the suite may ask for."""

import gc
from collections.abc import Iterator

import pytest
import structlog

from connectors import pacing
from store import engine
from tests.fresh import FreshSimulator
from tests.hubspot_contract.watch import Watch, watching
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: looking through them for garbage took a tenth of the suite's time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A test that runs a command in process sets logging up on a stream that pytest closes after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def nobody_waits_for_the_disk() -> Iterator[None]:
    """SQLite as PostgreSQL is run here: no test cuts the power, and what was committed outlives a killed process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SQLITE_PRAGMAS", (*engine.SQLITE_PRAGMAS, "PRAGMA synchronous=OFF"))
        yield


@pytest.fixture(autouse=True)
def pacing_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendors of the next test stand at the same address, and know nothing of what this one sent."""
    monkeypatch.setattr(pacing, "_shared", {})


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
def vendors(hubspot_watch: Watch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshSimulator]:
    """Vendors that can be begun anew; what a test before left there goes with `begin`."""
    with FreshSimulator(tmp_path_factory.mktemp("worlds")) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server per test process."""
    server = PostgresServer(tmp_path_factory.mktemp("server"))
    yield server
    server.stop("immediate")


@pytest.fixture
def simulator(vendors: FreshSimulator) -> SimulatorProcess:
    """Nobody there yet: what a test reads is what it put there, whichever ran before it."""
    return vendors.begin()
