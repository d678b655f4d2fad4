"""A simulator and an installation of its own for every test that asks for one; SQLite, in this process."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.engine import Store
from tests.cast import ANA, USERS, contact
from tests.fresh import FreshSimulator
from tests.installation import Installation, install
from tests.report_desk import empty
from tests.rig import SimulatorProcess
from tests.stores import empty_store


@pytest.fixture
def world(vendors: FreshSimulator) -> SimulatorProcess:
    """A simulator of one's own: a Monday morning, nobody there yet."""
    return vendors.begin(start=datetime(2026, 9, 7, 8, tzinfo=UTC))


@pytest.fixture
def installation(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """The starter on that simulator, not yet run; little room for handoffs and half a day to approve."""
    narrow = "blast_radius:\n  handoff: { floor: 2, factor: 0, per_rep: 0 }\n  approval_hours: 12\n"
    made = install(tmp_path / "installation", world, more=narrow)
    yield made
    made.close()


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana is with a rep; the process that brought her there goes on."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
    installation.settle(2)
    return installation


@pytest.fixture(scope="session")
def lent_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One SQLite store for all who only fill and read it."""
    store = Store.open(empty_store(tmp_path_factory.mktemp("lent") / "leadloop.db"))
    yield store
    store.dispose()


@pytest.fixture
def store(lent_store: Store) -> Store:
    """With nobody in it."""
    empty(lent_store)
    return lent_store
