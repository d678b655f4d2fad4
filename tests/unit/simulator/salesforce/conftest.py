"""Every test gets an org of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.salesforce.world import SalesforceWorld
from simulator.serve import build_kernel, front
from tests.unit.simulator.salesforce.office import START, Caller, Office


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    kernel, apps = build_kernel(log_path=tmp_path / "log.jsonl", start=START)
    world = kernel.salesforce
    assert isinstance(world, SalesforceWorld)
    made = Caller(kernel, front(apps["salesforce"], "salesforce", kernel), world)
    made.login()
    yield made
    kernel.log.close()
