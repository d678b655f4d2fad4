"""Vendors that can be begun anew, and what a loop over them needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.run import RuleVersion
from tests.fresh import FreshSimulator
from tests.starter import starter_version
from tests.stores import migrated_file


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshSimulator]:
    """Of this module alone; what a test before left there goes with `begin`."""
    with FreshSimulator(tmp_path_factory.mktemp("worlds")) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    return starter_version(tmp_path_factory.mktemp("starter"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that nothing was read into, to copy."""
    return migrated_file(tmp_path_factory.mktemp("empty"))
