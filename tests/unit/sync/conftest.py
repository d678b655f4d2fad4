"""The starter's rules, compiled as the loop has them in force."""

from datetime import UTC, datetime

import pytest

from config.load import load
from config.template import write
from domain.run import RuleVersion
from leadloop.registry import settings_types
from store.vault import make_key
from sync.loop import InForce, compile_version

VARIABLES = {
    "SALESFORCE_LOGIN_URL": "https://acme.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "id",
    "SALESFORCE_CLIENT_SECRET": "secret",
    "HUBSPOT_ACCESS_TOKEN": "token",
}


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> InForce:
    folder = tmp_path_factory.mktemp("starter")
    write(folder, key=make_key())
    draft = load(folder, settings_types(), variables=VARIABLES).rules
    version = RuleVersion(
        hash=draft.hash, author="test", published_at=datetime(2026, 9, 1, tzinfo=UTC), document=draft.document
    )
    return compile_version(version, types={"salesforce": "salesforce", "hubspot": "hubspot"}, time_zone="UTC")
