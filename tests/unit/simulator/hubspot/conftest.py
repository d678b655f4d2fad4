"""A fresh portal for every test, whose every answer keeps the contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubspot_contract.watch import mistakes_in
from tests.unit.simulator.hubspot.rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.kernel.log.close()
    assert mistakes_in(made.exchanges) == []
