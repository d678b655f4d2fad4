"""Every bug that is seeded: those of the list by its numbers, then our own, which would hurt most in this code."""

from collections.abc import Iterator

from tests.mutants import listed, own
from tests.mutants.listed import NOT_HERE_YET
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = tuple(
    sorted((*listed.READING, *listed.WRITING, *listed.HOUSE, *own.MUTANTS), key=lambda each: each.number)
)


def page() -> Iterator[str]:
    """The table of docs/reliability.md, line by line."""
    yield "| number | bug | found by |"
    yield "|---|---|---|"
    rows = {each.number: f"| {each.number} | {each.bug} | not here yet: {each.reason} |" for each in NOT_HERE_YET}
    rows |= {each.number: f"| {each.number} | {_bug(each)} | {found_by(each)} |" for each in MUTANTS}
    yield from (rows[number] for number in sorted(rows))


def _bug(mutant: Mutant) -> str:
    return f"{mutant.bug} (here: {mutant.here})" if mutant.here else mutant.bug


def found_by(mutant: Mutant) -> str:
    """What its tests claim, in words."""
    return " · ".join(_name_of(test).removeprefix("test_").replace("_", " ") for test in mutant.tests)


def _name_of(test: str) -> str:
    """The function that a node id names."""
    return test.partition("[")[0].rpartition("::")[2]
