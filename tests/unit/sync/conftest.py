"""The starter's rules, as they are published and as the loop has them in force; a store of one's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.run import RuleVersion
from store.engine import Store
from sync.loop import InForce, compile_version
from tests.starter import starter_version
from tests.stores import migrated_file


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    return starter_version(tmp_path_factory.mktemp("starter"))


@pytest.fixture(scope="session")
def rules(version: RuleVersion) -> InForce:
    return compile_version(version, types={"salesforce": "salesforce", "hubspot": "hubspot"}, time_zone="UTC")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_file(tmp_path_factory.mktemp("template"))


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    path = tmp_path / "leadloop.db"
    shutil.copyfile(migrated, path)
    opened = Store.open(f"sqlite:///{path}")
    yield opened
    opened.dispose()
