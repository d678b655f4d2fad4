"""A world in which an accident happens: people whom both systems know alike, and an installation that is at rest."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.accidents.people import EVERYBODY, populate
from tests.fresh import FreshSimulator
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness


@pytest.fixture
def world(vendors: FreshSimulator) -> SimulatorProcess:
    """A Monday morning, nobody there yet."""
    return vendors.begin(start=datetime(2026, 9, 7, 8, tzinfo=UTC))


@pytest.fixture
def installation(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """The starter as `init` writes it, not yet run."""
    made = install(tmp_path / "installation", world)
    yield made
    made.close()


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Everybody is known to both systems by the same values, and nothing moves any more."""
    populate(world)
    installation.run()
    installation.settle(1)
    since = world.seq()
    installation.settle(1)
    witness = Witness(simulator=world, since=since)
    assert (witness.writes(), len(witness.leads(EVERYBODY[0]))) == ([], 1)
    return installation
