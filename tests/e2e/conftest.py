"""Where an end-to-end proof happens: a simulator and an installation of its own for every test."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from tests.fresh import FreshSimulator
from tests.installation import Installation, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
NUMBERS = count(1)


@pytest.fixture
def world(vendors: FreshSimulator) -> SimulatorProcess:
    """A simulator of one's own: a Monday morning, nobody there yet."""
    return vendors.begin(start=MONDAY)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str | None:
    """The database's address; None is a SQLite file in the folder. Parametrise with `sqlite` and `postgresql`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create_store(f"loop_{next(NUMBERS)}")


@pytest.fixture
def installation(tmp_path: Path, world: SimulatorProcess, database: str | None) -> Iterator[Installation]:
    """The starter on that simulator, not yet run."""
    made = install(tmp_path / "installation", world, database_url=database)
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    """One to be restarted."""
    made = PostgresServer(tmp_path)
    yield made
    made.stop("immediate")
