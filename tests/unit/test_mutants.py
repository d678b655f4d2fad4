"""The catalogue of seeded bugs cannot rot: its texts are there, its tests are there, and its page says the same."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.mutants.__main__ import summary
from tests.mutants.catalogue import MUTANTS, found_by, page
from tests.mutants.listed import NOT_HERE_YET
from tests.mutants.mutant import Mutant, PatchError
from tests.mutants.trial import ROOT, Answer, judged, tried

ON_THE_LIST = frozenset(range(1, 29))
each_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.number))


@cache
def claims_of(file: str) -> frozenset[str]:
    """`test_a`, and `TestB::test_c` of a class."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(_names(tree.body))


def _names(body: Sequence[ast.stmt], within: str = "") -> Iterator[str]:
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
            yield within + each.name
        elif isinstance(each, ast.ClassDef) and not within:
            yield from _names(each.body, f"{each.name}::")


def test_every_bug_of_the_list_is_seeded_or_said_to_have_no_place_yet() -> None:
    seeded, absent = [each.number for each in MUTANTS], [each.number for each in NOT_HERE_YET]
    assert len(seeded) == len(set(seeded))
    assert set(seeded).isdisjoint(absent)
    assert {*seeded, *absent} >= ON_THE_LIST
    assert len(ON_THE_LIST.intersection(seeded)) >= 25


@each_mutant
def test_every_bug_has_its_text_once_in_its_file_and_leaves_python_behind(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    mutated = mutant.mutated(text)
    assert mutated != text
    compile(mutated, mutant.file, "exec")


@each_mutant
def test_every_bug_names_one_to_three_tests_that_are_there(mutant: Mutant) -> None:
    assert 1 <= len(mutant.tests) <= 3
    for test in mutant.tests:
        file, _, name = test.partition("[")[0].partition("::")
        assert name in claims_of(file)


def test_the_page_tells_every_bug_and_what_finds_it() -> None:
    text = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    section = text.partition("\n## Seeded bugs\n")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("|")] == list(page())


def test_a_text_that_is_not_there_once_is_no_patch() -> None:
    bug = Mutant(number=1, bug="", file="a.py", before="x", after="y", tests=("tests/a.py::test_b",))
    assert bug.mutated("axb") == "ayb"
    for text in ("", "xx"):
        with pytest.raises(PatchError, match=f"stands {len(text)} times in a.py"):
            bug.mutated(text)


FAILED = "FAILED tests/a.py::test_b[x y] - assert 1 == 2\n1 failed in 0.1s"


@pytest.mark.parametrize(
    ("code", "said", "by"),
    [
        pytest.param(1, FAILED, "tests/a.py::test_b[x y]", id="a failed test"),
        pytest.param(0, "1 passed", None, id="all passed"),
        pytest.param(None, "", None, id="not in time"),
        pytest.param(2, FAILED, None, id="interrupted"),
        pytest.param(1, "ERROR tests/a.py::test_b - fixture", None, id="a test that could not begin"),
        pytest.param(1, "FAILED tests/a.py::test_b - NameError: name 'x'", None, id="a bug that is no Python"),
        pytest.param(4, "ERROR: not found: tests/a.py::test_b", None, id="no such test"),
        pytest.param(5, "no tests ran", None, id="nothing collected"),
    ],
)
def test_only_a_failed_test_finds_a_bug(code: int | None, said: str, by: str | None) -> None:
    found, why = judged(Answer(code=code, said=said))
    assert found == by
    assert why == "assert 1 == 2" if by else why


def test_a_bug_is_found_by_the_claims_that_its_tests_make() -> None:
    bug = Mutant(number=1, bug="", file="", before="", after="", tests=("a.py::test_a_b[x-1]", "b.py::TestC::test_d"))
    assert found_by(bug) == "a b · d"


def test_a_bug_is_put_in_and_found_and_taken_out_again_and_one_that_nobody_sees_survives(tmp_path: Path) -> None:
    """Of one size and within one second: what Python compiled before is not what is run after."""
    (tmp_path / "sums.py").write_text("ONE, TWO = 1, 2\n", encoding="utf-8")
    (tmp_path / "test_sums.py").write_text(
        "from sums import ONE, TWO\n\n\ndef test_one() -> None:\n    assert ONE == 1\n", encoding="utf-8"
    )
    seen = Mutant(number=1, bug="", file="sums.py", before="1, 2", after="3, 2", tests=("test_sums.py::test_one",))
    unseen = replace(seen, number=2, after="1, 3")
    gone = replace(seen, number=3, before="4")
    verdicts = [tried(each, tmp_path) for each in (seen, unseen, gone)]
    assert [each.found_by for each in verdicts] == ["test_sums.py::test_one", None, None]
    assert (tmp_path / "sums.py").read_text(encoding="utf-8") == "ONE, TWO = 1, 2\n"
    told = summary(verdicts)
    assert (told["schema_version"], told["seeded"], told["found"], told["survivors"]) == (1, 3, 1, [2, 3])
    assert verdicts[2].why == "bug 3: its text stands 0 times in sums.py"
