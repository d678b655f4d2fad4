"""The starter's rules, for tests that ask what they need of a system."""

from functools import cache
from typing import Any

from ruamel.yaml import YAML

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules
from domain.fitting import Fittings
from mapping.fittings import fittings
from tests.rig import ROOT


@cache
def starter_file(name: str) -> Any:
    """One rule file as plain data; never to be changed."""
    return YAML(typ="safe").load((ROOT / f"config/template/b2b_saas/{name}.yaml").read_text(encoding="utf-8"))


def starter_fittings(connection: str) -> Fittings:
    mapping = MappingRules.model_validate(starter_file("mapping"))
    lifecycle = LifecycleRules.model_validate(starter_file("lifecycle"))
    return fittings(mapping, lifecycle, connection, kind=connection)
