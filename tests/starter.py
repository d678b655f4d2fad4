"""The starter's rules, for tests that ask what they need of a system, or run a loop by them."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from config.lifecycle import LifecycleRules
from config.load import load
from config.mapping import MappingRules
from config.template import write
from domain.fitting import Fittings
from domain.run import RuleVersion
from leadloop.registry import settings_types
from mapping.fittings import fittings
from store.vault import make_key
from tests.rig import ROOT

VARIABLES = {
    "SALESFORCE_LOGIN_URL": "https://acme.my.salesforce.com",
    "SALESFORCE_CLIENT_ID": "id",
    "SALESFORCE_CLIENT_SECRET": "secret",
    "HUBSPOT_ACCESS_TOKEN": "token",
}


@cache
def starter_file(name: str) -> Any:
    """One rule file as plain data; never to be changed."""
    return YAML(typ="safe").load((ROOT / f"config/template/b2b_saas/{name}.yaml").read_text(encoding="utf-8"))


def starter_fittings(connection: str) -> Fittings:
    mapping = MappingRules.model_validate(starter_file("mapping"))
    lifecycle = LifecycleRules.model_validate(starter_file("lifecycle"))
    return fittings(mapping, lifecycle, connection, kind=connection)


def starter_version(folder: Path) -> RuleVersion:
    """As they are published; `folder` is an empty one to write them into."""
    write(folder, key=make_key())
    draft = load(folder, settings_types(), variables=VARIABLES).rules
    return RuleVersion(
        hash=draft.hash, author="test", published_at=datetime(2026, 9, 1, tzinfo=UTC), document=draft.document
    )
