"""What only the floors that use the rules can say about them, said before anything is published."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import RuleError
from leadloop import cli
from leadloop.checked import load
from store.vault import make_key

EXAMPLE = Path(__file__).parents[3] / "examples" / "bpi2012"
Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(starter: Path) -> Edit:
    """Replace the first of a text in one of the starter's files."""

    def replace(name: str, old: str, new: str) -> None:
        text = (starter / name).read_text(encoding="utf-8")
        assert old in text
        (starter / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


def mistakes(folder: Path) -> list[str]:
    """Every mistake without its place, which the starter's comments move."""
    try:
        load(folder)
    except RuleError as error:
        return [f"{problem.file}: {str(problem).split(': ', 1)[1]}" for problem in error.problems]
    return []


def test_the_starter_is_fine(starter: Path) -> None:
    assert mistakes(starter) == []


def test_the_example_is_fine(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLOOP_KEY", make_key())
    assert load(EXAMPLE).rules.routing.teams[0].name == "Loan desk"


@pytest.mark.parametrize(
    ("transform", "said"),
    [
        ("truncate(x)", "transform 'truncate': expects a whole number above 0, got 'x'"),
        ("map(a", "'map(a' is no transform: write name or name(argument, ...)"),
        ("map(a)", "transform 'map': expects pairs such as map(Open=OPEN, Closed=DONE)"),
        ("trim(1)", "transform 'trim': expects 0 arguments, got 1"),
        ("lowr", "there is no transform `lowr` (did you mean `lower`?)"),
    ],
)
def test_a_transform_that_would_stop_the_next_run_is_named_once(
    starter: Path, edit: Edit, transform: str, said: str
) -> None:
    edit("mapping.yaml", "    transforms: [trim]\n", f'    transforms: ["{transform}"]\n')
    assert mistakes(starter) == [f"mapping.yaml: {said}"]


def test_a_rule_for_a_side_that_holds_no_field_is_named_with_its_place(starter: Path, edit: Edit) -> None:
    edit("mapping.yaml", "{ salesforce: FirstName, hubspot: firstname }", "{ hubspot: firstname }")
    text = (starter / "mapping.yaml").read_text(encoding="utf-8").splitlines()
    line = text.index("    sync: Prefer Salesforce unless blank") + 1
    with pytest.raises(RuleError) as caught:
        load(starter)
    said = "'Prefer Salesforce unless blank', but none of its fields is in a salesforce connection"
    assert [str(problem) for problem in caught.value.problems] == [f"mapping.yaml:{line}:11: {said}"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - name: city", "  - name: state", "property `state` stands twice (first in line"),
        ("hubspot: firstname }", "hubspott: firstname }", "connection `hubspott` is not defined in leadloop.yaml"),
        ("{ Lead: Company }", "{ Leed: Company }", "`salesforce` has no object `Leed` (did you mean `Lead`?)"),
        ("salesforce:Contact\n", "salesfarce:Contact\n", "a link leads to `connection:Object`, and there is no"),
    ],
    ids=["twice", "connection", "object", "link"],
)
def test_what_both_floors_find_is_said_once(starter: Path, edit: Edit, old: str, new: str, said: str) -> None:
    edit("mapping.yaml", old, new)
    assert len(found := mistakes(starter)) == 1
    assert found[0].startswith(f"mapping.yaml: {said}")


def test_these_mistakes_come_together_with_those_of_other_files(starter: Path, edit: Edit) -> None:
    edit("mapping.yaml", "    transforms: [trim]\n", "    transforms: [truncate(x)]\n")
    edit("scoring.yaml", "points: ", "pionts: ")
    assert [mistake.partition(":")[0] for mistake in mistakes(starter)] == ["mapping.yaml", "scoring.yaml"]


@pytest.mark.parametrize(
    ("place", "near"),
    [("ED", "DE"), ("ZZ", "ZA"), ("US-ZZ", "US")],
)
def test_a_country_whose_holidays_nobody_knows_is_named_with_the_nearest(
    starter: Path, edit: Edit, place: str, near: str
) -> None:
    edit("routing.yaml", "    # holidays: US ", f"    holidays: {place} ")
    assert mistakes(starter) == [f"routing.yaml: no public holidays are known for `{place}` (did you mean `{near}`?)"]


@pytest.mark.parametrize("place", ["US", "US-CA", "DE-BY", "GB", "UK"])
def test_a_country_whose_holidays_are_known_is_taken(starter: Path, edit: Edit, place: str) -> None:
    edit("routing.yaml", "    # holidays: US ", f"    holidays: {place} ")
    assert mistakes(starter) == []


def test_check_says_it_with_line_and_column(starter: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    edit("mapping.yaml", "    transforms: [trim]\n", "    transforms: [truncate(x)]\n")
    line = (starter / "mapping.yaml").read_text(encoding="utf-8").splitlines().index("    transforms: [truncate(x)]")
    said = "transform 'truncate': expects a whole number above 0, got 'x'"
    assert cli.run(["check", "-C", str(starter)]) == 78
    assert capsys.readouterr().err == f"mapping.yaml:{line + 1}:18: {said}\n"
    assert cli.run(["check", "-C", str(starter), "--json"]) == 78
    assert json.loads(capsys.readouterr().out)["problems"] == [
        {"file": "mapping.yaml", "line": line + 1, "column": 18, "message": said, "hint": None}
    ]


def test_publish_refuses_it_and_leaves_nothing_behind(
    starter: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("mapping.yaml", "    transforms: [trim]\n", "    transforms: [truncate(x)]\n")
    before = sorted(os.listdir(starter))
    assert cli.run(["config", "publish", "-C", str(starter)]) == 78
    assert "transform 'truncate'" in capsys.readouterr().err
    assert sorted(os.listdir(starter)) == before
