"""A simulator and an installation of its own for every test that asks for one; SQLite, in this process."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.installation import Installation, install
from tests.rig import SimulatorProcess


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SimulatorProcess]:
    """A simulator of one's own: a Monday morning, nobody there yet."""
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC), log=tmp_path / "simulator.log.jsonl") as process:
        yield process


@pytest.fixture
def installation(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """The starter on that simulator, not yet run; little room for handoffs and half a day to approve."""
    narrow = "blast_radius:\n  handoff: { floor: 2, factor: 0, per_rep: 0 }\n  approval_hours: 12\n"
    made = install(tmp_path / "installation", world, more=narrow)
    yield made
    made.close()
