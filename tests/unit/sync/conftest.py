"""The starter's rules, as they are published and as the loop has them in force; a store of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.run import RuleVersion
from store.engine import Store
from sync.loop import InForce, compile_version
from tests.starter import starter_version
from tests.stores import empty_store


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    return starter_version(tmp_path_factory.mktemp("starter"))


@pytest.fixture(scope="session")
def rules(version: RuleVersion) -> InForce:
    return compile_version(version, types={"salesforce": "salesforce", "hubspot": "hubspot"}, time_zone="UTC")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield opened
    opened.dispose()
