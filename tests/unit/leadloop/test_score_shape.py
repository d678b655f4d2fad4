"""`leadloop score import | export`: what an admin sees of a score on its way from HubSpot and to it."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.scoring import ScoringRules
from config.scoring_text import text_of
from config.template import write as write_starter
from leadloop import cli
from leadloop.checked import load
from store.vault import make_key
from tests.unit.connectors.hubspot.score_material import (
    FORM,
    PAGE,
    choice,
    document,
    entry,
    events,
    fit,
    intent,
    match,
    rule,
    single,
)

SETTINGS = """\
database_url: sqlite:///leadloop.db
key: ${file:leadloop.key}
environment: simulator
connections:
  salesforce: {type: salesforce, login_url: "http://127.0.0.1:9", client_id: x, client_secret: y}
  hubspot: {type: hubspot, base_url: "http://127.0.0.1:9", access_token: z}
"""
DEMO = entry(FORM, 25, single("hs_form_id", choice("IS_ANY_OF", "1f2e")))
SCORE = document(
    intent(rule(events(entry(PAGE, 5))), rule(events(DEMO)), name="Web"),
    fit(rule(match("country", (choice("IS_ANY_OF", "United States", "Germany"), 20))), maxValue=20),
    maxScorePerCategory=100,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation at whose systems nobody answers."""
    write_starter(tmp_path / "here", key=make_key())
    (tmp_path / "here" / "leadloop.yaml").write_text(SETTINGS)
    return tmp_path / "here"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "score.json"
    found.write_text(SCORE.model_dump_json(by_alias=True, exclude_none=True))
    return found


def run(folder: Path, *words: str) -> int:
    return cli.run(["score", *words, "-C", str(folder)])


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_an_import_writes_rules_that_check_accepts_and_names_what_it_left_out(
    folder: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exclusions = load(folder).rules.scoring.exclusions
    assert run(folder, "import", str(file), "--yes", "--json") == 1
    answer = told(capsys)
    assert (answer["rules_found"], answer["rules_came"]) == (3, 2)
    assert [(note["group"], note["rule"], note["effect"]) for note in answer["notes"]] == [
        ("Web", "rule 2", "left out")
    ]
    scoring = load(folder).rules.scoring
    assert [each.name for each in scoring.engagement] == ["Web"]
    assert scoring.fit[0].rules[0].when.all[0].value == ["US", "DE"]  # type: ignore[union-attr]  # a row
    assert scoring.exclusions == exclusions
    assert "# - left out: Web, rule 2: leadloop knows forms by name" in (folder / "scoring.yaml").read_text()


def test_with_the_forms_name_all_of_it_comes_over(folder: Path, file: Path, tmp_path: Path) -> None:
    assert run(folder, "import", str(file), "--out", str(tmp_path / "new"), "--form", "1f2e=Demo request") == 0
    assert "value: [Demo request]" in (tmp_path / "new" / "scoring.yaml").read_text()


def test_a_file_that_is_there_is_left_alone_without_yes(
    folder: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "scoring.yaml").read_bytes()
    assert run(folder, "import", str(file)) == 64
    assert (folder / "scoring.yaml").read_bytes() == before
    assert "--yes writes over it" in capsys.readouterr().err


@pytest.mark.parametrize(
    "data", [b"{", b"\xff\xfe{", b'{"name": "x"}', b""], ids=["cut off", "no UTF-8", "other", "empty"]
)
def test_what_is_no_score_changes_nothing_and_is_said_in_one_line(
    folder: Path, file: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "scoring.yaml").read_bytes()
    file.write_bytes(data)
    assert run(folder, "import", str(file), "--yes") == 65
    assert (folder / "scoring.yaml").read_bytes() == before
    said = capsys.readouterr().err
    assert said.startswith(f"{file}: ")
    assert said.count("\n") == 1


def test_a_missing_file_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "import", "nowhere.json") == 65
    assert capsys.readouterr().err == "nowhere.json: No such file or directory\n"


def test_where_nothing_can_be_written_that_is_said(
    folder: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "import", str(file), "--out", str(file)) == 78
    assert f"{file / 'scoring.yaml'} cannot be written: " in capsys.readouterr().err


def test_a_rule_never_takes_the_name_of_one_that_stays(folder: Path, file: Path) -> None:
    path = folder / "scoring.yaml"
    path.write_text(path.read_text().replace("- name: Meeting\n", "- name: Page viewed\n"))
    assert run(folder, "import", str(file), "--yes") == 1
    assert load(folder).rules.scoring.engagement[0].rules[0].name == "Page viewed (+5)"


def test_what_is_exported_can_be_imported(
    folder: Path, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = ("--form", "1f2e=Demo request")
    assert run(folder, "import", str(file), "--yes", *form) == 0
    before = load(folder).rules.scoring
    assert run(folder, "export", "--out", str(tmp_path / "out.json"), *form) == 0
    assert run(folder, "import", str(tmp_path / "out.json"), "--yes", *form) == 0
    assert load(folder).rules.scoring == before
    assert run(folder, "export", "--out", str(tmp_path / "out.json"), *form) == 64


def test_an_export_to_standard_output_is_the_score_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "export", "--name", "Leads 2027") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["name"] == "Leads 2027"
    assert "left out: Events, Booth scan: HubSpot's scores have no events for booth_scanned" in captured.err


def test_a_form_without_a_name_is_a_usage_error(folder: Path, file: Path) -> None:
    assert run(folder, "import", str(file), "--form", "1f2e") == 64


def test_the_text_of_the_starters_rules_reads_as_those_rules(folder: Path) -> None:
    rules = load(folder).rules.scoring
    assert ScoringRules.model_validate_json(rules.model_dump_json()) == rules
    (folder / "scoring.yaml").write_text(text_of(rules, head=["made by a test"], above={"fit": "who they are"}))
    assert load(folder).rules.scoring == rules
