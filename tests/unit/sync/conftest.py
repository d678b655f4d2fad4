"""The starter's rules, as they are published and as the loop has them in force; a store of one's own."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.load import load
from config.template import write
from domain.run import RuleVersion
from leadloop.registry import settings_types
from store.engine import Store
from store.vault import make_key
from sync.loop import InForce, compile_version
from tests.stores import migrated_file

VARIABLES = {
    "SALESFORCE_LOGIN_URL": "https://acme.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "id",
    "SALESFORCE_CLIENT_SECRET": "secret",
    "HUBSPOT_ACCESS_TOKEN": "token",
}


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    folder = tmp_path_factory.mktemp("starter")
    write(folder, key=make_key())
    draft = load(folder, settings_types(), variables=VARIABLES).rules
    return RuleVersion(
        hash=draft.hash, author="test", published_at=datetime(2026, 9, 1, tzinfo=UTC), document=draft.document
    )


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
