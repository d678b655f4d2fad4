"""The documents say what is so: links lead somewhere, tables have what the code has, nothing is forgotten."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import typer.main

from connectors import testing as laws
from leadloop import exits
from leadloop.cli import app
from tests.contract import test_files, test_hubspot, test_salesforce, test_salesforce_bulk

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "config/template/b2b_saas/mapping.yaml"
PAGES = sorted(
    page for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md") for page in ROOT.glob(pattern) if page.is_file()
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"`(--?[a-zA-Z][a-z-]*)`")
HELP = {"--help", "-h"}


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(text: str) -> list[str]:
    """The first cell of every row of every table, without emphasis and code marks."""
    rows = (line.strip("|").split("|") for line in text.splitlines() if line.startswith("|"))
    return [row[0].strip().strip("*`") for row in rows]


def cells(text: str) -> list[list[str]]:
    """Every cell of every row of every table but the lines under the headings, without emphasis."""
    rows = (line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|"))
    return [[cell.strip().strip("*") for cell in row] for row in rows if not row[0].startswith("--")]


def traps() -> list[list[str]]:
    """The rows of docs/vendor-traps.md that name a trap."""
    return [row for row in cells(page("docs/vendor-traps.md")) if row[0] != "trap" and "".join(row[1:])]


@cache
def claims() -> frozenset[str]:
    """What every test and every law of the house says, in words."""
    files = [*ROOT.glob("tests/**/test_*.py"), ROOT / "connectors/testing.py"]
    found = (re.findall(r"^ *def test_(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE) for file in files)
    return frozenset(name.replace("_", " ") for names in found for name in names)


def targets(text: str) -> Iterator[str]:
    """Where the page's relative links lead; examples in code are none."""
    for target in LINK.findall(CODE.sub("", text)):
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def anchors(text: str) -> set[str]:
    """Headings as a code host turns them into link targets."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands() -> dict[str, Mapping[str, set[str]]]:
    """`errors list` → its options, each by all its spellings."""
    found: dict[str, Mapping[str, set[str]]] = {}
    waiting = [("", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        inner = getattr(command, "commands", {})
        if not inner or getattr(command, "invoke_without_command", False):
            options = [each for each in command.params if each.param_type_name == "option"]
            found[name] = {str(each.name): {*each.opts, *each.secondary_opts} - HELP for each in options}
        waiting += [(f"{name} {key}".strip(), each) for key, each in inner.items()]
    return found


def sections() -> dict[str, str]:
    """`errors list` → its part of docs/cli.md."""
    parts = re.split(r"^### `leadloop ([^`]+)`$", page("docs/cli.md"), flags=re.MULTILINE)
    return {
        name: re.split(r"^## ", text, flags=re.MULTILINE)[0]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_heading_that_are_there(path: Path) -> None:
    broken = []
    for target in targets(path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


def test_every_folder_of_code_stands_in_the_table_of_floors() -> None:
    told = {cell.rstrip("/") for cell in re.findall(r"`([a-z]+/)`", _floors())}
    there = {found.parent.name for found in ROOT.glob("*/py.typed")} - {".venv"}
    assert told == there


def test_the_wheel_is_made_of_the_folders_in_the_table_of_floors() -> None:
    project = tomllib.loads(page("pyproject.toml"))
    packed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {f"{name}/" for name in packed} == set(re.findall(r"`([a-z]+/)`", _floors()))


def test_every_folder_of_code_may_enter_the_image() -> None:
    project = tomllib.loads(page("pyproject.toml"))
    packed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    allowed = {line.removeprefix("!") for line in page(".dockerignore").splitlines() if line.startswith("!")}
    assert set(packed) - allowed == set()


def _floors() -> str:
    """The second column of the table of floors."""
    part = page("docs/architecture.md").partition("## Floors")[2].partition("\n## ")[0]
    return "\n".join(line.split("|")[2] for line in part.splitlines() if line.startswith("|"))


def test_the_page_of_the_command_has_exactly_the_commands_there_are() -> None:
    assert set(sections()) == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_of_a_command_stands_in_its_part_of_the_page(name: str) -> None:
    told = set(OPTION.findall(sections()[name]))
    missing = [option for option, spellings in commands()[name].items() if not spellings & told]
    assert missing == []


def test_every_option_of_the_whole_command_stands_at_the_top_of_the_page() -> None:
    told = set(OPTION.findall(page("docs/cli.md").partition("## Exit codes")[0]))
    own = [{*each.opts} for each in typer.main.get_command(app).params if each.param_type_name == "option"]
    assert [
        spellings for spellings in own if not spellings & (told | {"--install-completion", "--show-completion"})
    ] == []


@pytest.mark.parametrize("name", sorted(commands()))
def test_no_part_of_the_page_names_an_option_that_its_command_lacks(name: str) -> None:
    known = set().union(*commands()[name].values())
    assert set(OPTION.findall(sections()[name])) - known == set()


def test_the_exit_codes_are_the_ones_that_the_code_has() -> None:
    part = page("docs/cli.md").partition("## Exit codes")[2].partition("\n## ")[0]
    told = [int(cell) for cell in first_cells(part) if cell.isdigit()]
    assert told == sorted(value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int))


def test_the_glossary_has_every_word_once_and_in_order() -> None:
    words = [word.lower() for word in first_cells(page("docs/glossary.md"))[2:]]
    assert [word for word, count in Counter(words).items() if count > 1] == []
    assert words == sorted(words)


def test_the_table_of_laws_has_every_law_under_its_contract() -> None:
    contracts = (laws.ReaderContract, laws.WireContract, laws.ConnectorContract)
    expected = [
        cell
        for contract in contracts
        for cell in (contract.__name__, *_laws_of(contract))
    ]  # fmt: skip
    part = page("docs/connectors.md").partition("## The laws")[2]
    assert first_cells(part)[2:] == expected


def test_the_table_of_laws_marks_what_each_connectors_own_test_passes() -> None:
    generations = test_hubspot.GENERATIONS
    judged: list[type] = [
        test_salesforce.TestSalesforce,
        test_salesforce_bulk.TestSalesforceInBulk,
        *[test_hubspot.TestHubSpot for _ in generations],
        test_files.TestLeadFiles,
    ]
    rows = cells(page("docs/connectors.md").partition("## The laws")[2])
    assert rows[0][3:5] == [f"HubSpot {each}" for each in generations]
    for contract in (laws.ReaderContract, laws.WireContract, laws.ConnectorContract):
        marks = ["✓" if issubclass(each, contract) else "–" for each in judged]
        told = {row[0]: row[1:] for row in rows}
        assert {told[law] == marks for law in _laws_of(contract)} == {True}


@pytest.mark.parametrize("row", traps(), ids=lambda row: row[0])
def test_every_trap_of_a_vendor_names_a_guard_and_tests_that_are_there(row: list[str]) -> None:
    _, guard, shown = row
    assert (ROOT / guard.strip("`")).is_file()
    assert [each for each in shown.split(" · ") if each not in claims()] == []


def _laws_of(contract: type) -> list[str]:
    return [name.removeprefix("test_").replace("_", " ") for name in vars(contract) if name.startswith("test_")]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ("docs/connecting-salesforce.md", r"\bLL_\w+__c\b"),
        ("docs/connecting-hubspot.md", r"\bll_\w+\b"),
    ],
    ids=["Salesforce", "HubSpot"],
)
def test_the_admins_table_has_exactly_the_own_fields_of_the_starter_mapping(document: str, field: str) -> None:
    told = {cell for cell in first_cells(page(document)) if re.fullmatch(field, cell)}
    assert told == set(re.findall(field, STARTER.read_text(encoding="utf-8")))
