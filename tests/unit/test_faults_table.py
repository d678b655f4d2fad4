"""The page of faults names every number once, and tests that are there."""

import re
from functools import cache

import pytest

from tests.rig import ROOT

NUMBERS = [*(f"F{number:02}" for number in range(1, 50)), "F54"]
SECTION = (ROOT / "docs/reliability.md").read_text(encoding="utf-8").partition("\n## Faults\n")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in SECTION.splitlines()
    if line.startswith("| ") and not line.startswith("| fault")
]


@cache
def claims_of(file: str) -> frozenset[str]:
    """The sentences of a file's tests."""
    text = (ROOT / f"tests/{file}.py").read_text(encoding="utf-8")
    return frozenset(name.replace("_", " ") for name in re.findall(r"^ *def test_(\w+)", text, re.MULTILINE))


def test_every_fault_has_one_row() -> None:
    assert [row[0] for row in ROWS] == NUMBERS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_every_fault_names_tests_that_are_there_or_says_why_not(row: list[str]) -> None:
    _, happens, does, tests, left_open = row
    assert happens
    assert does
    assert tests or left_open
    for told in tests.split("; ") if tests else []:
        file, _, names = told.partition("`: ")
        assert set(names.split(" · ")) <= claims_of(file.removeprefix("`"))
