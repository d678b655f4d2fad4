"""Rules that disqualify are checked like every other rule: by name and by the properties they ask for."""

import shutil
from pathlib import Path

import pytest

from config.load import load
from domain.errors import RuleError
from leadloop.demo.replay import EXAMPLE
from leadloop.registry import settings_types

VARIABLES = {
    "LEADLOOP_SIMULATOR_SALESFORCE": "http://127.0.0.1:8401",
    "LEADLOOP_SIMULATOR_HUBSPOT": "http://127.0.0.1:8402",
    "LEADLOOP_KEY": "not-looked-at-here",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example's rules."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "rules"))


def test_the_example_is_fine(folder: Path) -> None:
    rules = load(folder, settings_types(), variables=VARIABLES).rules
    assert [rule.name for rule in rules.lifecycle.disqualify] == ["Refused by the bank's own check"]


def test_an_unknown_property_is_named_with_the_nearest_one(folder: Path) -> None:
    file = folder / "lifecycle.yaml"
    file.write_text(file.read_text().replace("property: application_status", "property: aplication_status"))
    with pytest.raises(RuleError) as caught:
        load(folder, settings_types(), variables=VARIABLES)
    [problem] = caught.value.problems
    assert (problem.file, "aplication_status" in problem.message) == ("lifecycle.yaml", True)
    assert problem.hint == "did you mean `application_status`?"


def test_a_name_that_stands_twice_is_refused(folder: Path) -> None:
    file = folder / "lifecycle.yaml"
    rule = "  - name: Refused by the bank's own check\n    when:\n      all: [{ property: email, operator: known }]\n"
    file.write_text(file.read_text().replace("disqualify:\n", f"disqualify:\n{rule}"))
    with pytest.raises(RuleError) as caught:
        load(folder, settings_types(), variables=VARIABLES)
    [problem] = caught.value.problems
    assert problem.message == "rule `Refused by the bank's own check` stands twice"
