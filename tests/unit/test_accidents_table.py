"""The page of accidents names tests that are there."""

import re

import pytest

from tests.rig import ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/accidents.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| accident")
]
TESTS = {
    name.replace("_", " ")
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^ *def test_(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_there_are_twelve() -> None:
    assert len(ROWS) == 12


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_every_accident_names_tests_that_are_there(row: list[str]) -> None:
    assert set(row[2].split(" · ")) <= TESTS
