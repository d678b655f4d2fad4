"""The process of the actors: what it may know, and the lines it answers."""

import ast
from pathlib import Path

import pytest

from leadloop.demo import dealings, people, seed
from leadloop.demo.door import Door
from leadloop.demo.processes import running

HOUSE = {
    "leadloop",
    "web",
    "sync",
    "reports",
    "connectors",
    "store",
    "mapping",
    "scoring",
    "handoff",
    "config",
    "domain",
}
OUTSIDE = {
    "actors",
    "dealings",
    "deck",
    "door",
    "names",
    "newcomers",
    "origins",
    "people",
    "prospects",
    "rounds",
    "sales_team",
    "seed",
}
"""The modules of the demo that make up the actors' process."""


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("name", sorted(OUTSIDE))
def test_the_actors_know_nothing_of_leadloop_but_one_another(name: str) -> None:
    ours = {
        each for each in _imported(Path("leadloop/demo") / f"{name}.py") if each.split(".")[0] in HOUSE | {"simulator"}
    }
    allowed = {f"leadloop.demo.{module}" for module in OUTSIDE}
    assert all(any(f"{each}.".startswith(f"{module}.") for module in allowed) for each in ours)


def test_a_line_in_gives_a_line_out(tmp_path: Path) -> None:
    start = f"{people.FIRST_DAY}T00:00:00Z"
    command = ("--salesforce-port", "0", "--hubspot-port", "0", "--start", start, "--log", str(tmp_path / "log"))
    with running("simulator", *command, errors=tmp_path / "errors") as simulator:
        addresses = simulator.hear()
        there = ("--salesforce", addresses["salesforce"], "--hubspot", addresses["hubspot"], "--seed-number", "3")
        with running("leadloop.demo.actors", *there, errors=tmp_path / "errors") as actors:
            past = [*seed.prehistory(3), *dealings.prehistory(3)]
            assert actors.ask({"do": "seed"}) == {"acts": len(past)}
            before = _last(addresses["salesforce"])
            told = sum(actors.ask({"do": "day", "day": 1, "part": part})["acts"] for part in ("morning", "afternoon"))
            assert _last(addresses["salesforce"]) - before == told > 0
            assert actors.ask({"do": "quit"}) == {"done": True}
            assert actors.wait() == 0


def _last(address: str) -> int:
    return max(int(line["seq"]) for line in Door(address).log())
