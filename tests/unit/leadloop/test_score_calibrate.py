"""`leadloop score calibrate` on ledgers that nothing but lists filled: facts alone, and then what people did too."""

import csv
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path
from typing import Any

import pytest

from config.one_file import read_scoring
from leadloop import cli
from leadloop.app import leading, open_app
from store import rules as rule_store
from sync.cycle import run_once

EXAMPLE = Path(__file__).parents[3] / "examples" / "bpi2012_files"
COUNT = 480
START = datetime(2024, 1, 1, 8, tzinfo=UTC)
SETTINGS = """\
database_url: sqlite:///leadloop.db
environment: simulator
go_live: observe
connections:
  desk:
    type: files
    folder: LISTS
    leads:
      - {pattern: "applications*"}
    activities:
      - {pattern: "demos*", kind: form_submitted}
      - {pattern: "contracts*", kind: page_viewed}
"""
MAPPING = """\
systems:
  desk:
    people: {objects: [leads], key: email, email: email}
properties:
"""
PROPERTIES = {"email": "text", "applied_on": "text", "signed_on": "text", "result": "text", "amount": "number",
              "industry": "text"}  # fmt: skip
SCORING = """\
# What Mara and Tom agreed in May.
engagement:
  - name: forms
    rules:
      - name: Demo
        on: [form_submitted]
        points: 5 # too few?
      - {name: Contract, on: [page_viewed], points: 50}
fit:
  - name: Industry
    limit: 10
    rules:
      - name: Steel # we thought
        when: {all: [{property: industry, operator: equals, value: steel}]}
        points: 10
      - name: Care
        when: {all: [{property: industry, operator: equals, value: care}]}
        points: 0
"""
ASK = ("--moment", "fact applied_on + 1d", "--won", "fact signed_on", "--within", "30d", "--timeless", "all",
       "--until", "2024-12-01T00:00:00Z", "--beside", "amount")  # fmt: skip


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def people() -> list[dict[str, Any]]:
    """Care is won four times as easily as steel, who asked for a demo at three times the odds; amount means nothing."""
    chance = random.Random(11)
    found = []
    for at in range(COUNT):
        demo, care = chance.random() < 0.5, chance.random() < 0.5
        won = chance.random() < 1 / (1 + exp(1.3 - 1.4 * care - 1.1 * demo))
        applied = START + timedelta(hours=12 * at)
        found.append(
            {"at": at, "applied": applied, "demo": demo, "care": care, "won": won, "amount": chance.randint(1, 99)}
        )
    return found


def cycle(folder: Path) -> None:
    with closing(open_app(folder)) as app, leading(app) as loop:
        assert not run_once(loop, now=app.clock.refresh(), trigger="test").failures


@pytest.fixture(scope="module")
def facts_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    lists = folder / "lists"
    lists.mkdir()
    mapped = "".join(
        f"  - {{name: {name}, label: {name}, type: {kind}, fields: {{desk: {name}}}}}\n"
        for name, kind in PROPERTIES.items()
    )
    for name in ("lifecycle", "routing"):
        shutil.copy(EXAMPLE / f"{name}.yaml", folder)
    texts = {"leadloop": SETTINGS.replace("LISTS", str(lists)), "mapping": MAPPING + mapped, "scoring": SCORING}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    rows = [
        (
            f"p{each['at']}@home.example", each["applied"].isoformat(),
            (each["applied"] + timedelta(days=20)).isoformat() if each["won"] else "",
            "signed" if each["won"] else "open", each["amount"], "care" if each["care"] else "steel",
        )
        for each in people()
    ]  # fmt: skip
    write(lists / "applications.csv", list(PROPERTIES), rows)
    cycle(folder)
    return folder


@pytest.fixture(scope="module")
def with_activities(facts_only: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people, of whom two more lists came: demos before the moment, contracts only after it."""
    folder = tmp_path_factory.mktemp("more") / "desk"
    shutil.copytree(facts_only, folder, ignore=shutil.ignore_patterns("lists"))
    every = people()
    demos = [(f"p{p['at']}@home.example", (p["applied"] + timedelta(hours=2)).isoformat()) for p in every if p["demo"]]
    read = [(f"p{p['at']}@home.example", (p["applied"] + timedelta(days=9)).isoformat()) for p in every if p["won"]]
    write(facts_only / "lists" / "demos.csv", ("email", "at"), demos)
    write(facts_only / "lists" / "contracts.csv", ("email", "at"), read)
    cycle(folder)
    return folder


def calibrate(folder: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> tuple[str, str]:
    assert cli.run(["score", "calibrate", "-C", str(folder), *ASK, *more]) == code
    told = capsys.readouterr()
    return told.out, told.err


def told(folder: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> Any:
    return json.loads(calibrate(folder, capsys, *more, "--json", code=code)[0])


def test_a_ledger_of_facts_only_is_learnt_from(facts_only: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(facts_only, capsys, "--without", "result")
    won = sum(each["won"] for each in people())
    assert found["leads"]["taking_part"] == COUNT
    assert found["leads"]["earlier_won"] + found["leads"]["later_won"] == won
    points = {row["rule"]: row["proposed"] for row in found["points"]}
    assert points["Steel"] == 0
    assert 25 <= points["Care"] <= 55
    assert points["Demo"] is None
    by = {each["by"]: each["value"] for each in found["auc"]}
    assert by["the draft"] > 0.6 > by["amount"]
    assert by["current rules"] < 0.4
    assert found["gains"]["current rules"]["low"] > 0
    assert found["agreement"] > 0.95
    assert found["suspects"] == {}
    assert found["not_learnt_from"] == {
        "applied_on": "the question is asked by it",
        "signed_on": "the question is asked by it",
        "result": "left out with --without",
    }


def test_a_fact_that_is_set_with_the_outcome_is_named(facts_only: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = calibrate(facts_only, capsys, "--json")
    assert json.loads(out)["suspects"] == {"result": 1.0}
    assert "! result alone tells the outcome (AUC 1.00)" in err


def test_an_outcome_without_a_day_counts_only_if_asked_for(
    facts_only: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    won = sum(each["won"] for each in people())
    out, err = calibrate(facts_only, capsys, "--won", "fact result = signed", "--json", code=65)
    assert json.loads(out)["leads"]["left_out"] == {"undated": won}
    assert "`--undated` counts those in" in err
    found = told(facts_only, capsys, "--won", "fact result = signed", "--undated")
    assert (found["leads"]["taking_part"], found["leads"]["left_out"]) == (COUNT, {})
    assert found["leads"]["earlier_won"] + found["leads"]["later_won"] == won
    assert found["suspects"] == {}


def test_facts_of_the_first_load_are_not_known_before_it_unless_named_timeless(
    facts_only: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = [each for each in ASK if each not in ("--timeless", "all")]
    assert cli.run(["score", "calibrate", "-C", str(facts_only), *ask]) == 65
    said = capsys.readouterr()
    assert "Nothing is proposed: nothing to learn from" in said.out
    assert "amount, industry, result: known now and not yet at that moment" in said.err


def test_what_happened_after_the_moment_gets_no_weight(
    with_activities: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(with_activities, capsys, "--without", "result")
    rows = {row["rule"]: row for row in found["points"]}
    assert rows["Contract"]["proposed"] is None
    assert 15 <= rows["Demo"]["proposed"] <= 55
    assert found["suspects"] == {}


def test_a_later_moment_sees_what_an_earlier_one_does_not(
    with_activities: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(with_activities, capsys, "--without", "result", "--moment", "fact applied_on + 10d")
    assert found["suspects"] == {"Contract": 1.0}


def test_the_draft_is_a_file_beside_the_rules_and_nothing_is_published(
    with_activities: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = calibrate(with_activities, capsys, "--without", "result", "--out", str(tmp_path / "draft"))
    assert f"The draft is {tmp_path / 'draft' / 'scoring.yaml'}; nothing is published." in out
    assert "kept: too few leads to tell" in out
    text = (tmp_path / "draft" / "scoring.yaml").read_text()
    assert text.startswith("# What Mara and Tom agreed in May.\n")
    assert "# too few?" in text
    assert "# we thought" in text
    rules = read_scoring(tmp_path / "draft", with_activities)
    assert rules.engagement[0].rules[0].points > 5
    assert rules.fit[-1].limit == max(rule.points for rule in rules.fit[-1].rules)
    assert (with_activities / "scoring.yaml").read_text() == SCORING
    with closing(open_app(with_activities)) as app, app.store.read() as tx:
        assert len(rule_store.history(tx)) == 1


def test_a_draft_never_takes_the_place_of_the_rules(facts_only: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = calibrate(facts_only, capsys, "--out", str(facts_only), code=64)
    assert "holds the rules themselves" in said[1]
    assert (facts_only / "scoring.yaml").read_text() == SCORING


def test_too_few_outcomes_propose_nothing(facts_only: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft"
    out, _ = calibrate(facts_only, capsys, "--within", "2d", "--out", str(draft), code=65)
    assert "too little data: 0 won and 336 not won to learn from; it takes 100 of each" in out
    assert not draft.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--moment", "first offer"), "--moment: 'offer' is no kind of activity"),
        (("--moment", "fact aplied_on"), "--moment: mapping.yaml has no property `aplied_on`"),
        (("--won", "stage paid"), "--won: there is no stage 'paid'"),
        (("--within", "soon"), "--within: 'soon' is no length of time"),
        (("--beside", "amonut"), "--beside: mapping.yaml has no property `amonut`"),
        (("--until", "May"), "--until: 'May' is no day, such as 2026-03-01"),
    ],
)
def test_a_slip_is_told_with_its_option(
    facts_only: Path, capsys: pytest.CaptureFixture[str], more: Sequence[str], said: str
) -> None:
    assert said in calibrate(facts_only, capsys, *more, code=64)[1]


def test_without_the_extra_it_says_what_to_install(facts_only: Path) -> None:
    code = "import sys; sys.modules['sklearn'] = None\nfrom leadloop import cli\nsys.exit(cli.run(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "score", "calibrate", "-C", str(facts_only), *ASK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 78
    assert "install leadloop[calibrate]" in done.stderr


def test_the_example_for_the_recorded_log_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "desk")
    shutil.copy(EXAMPLE.parent / "bpi2012" / "scoring.yaml", tmp_path / "desk")
    monkeypatch.setenv("LEADLOOP_LISTS", str(tmp_path))
    assert cli.run(["check", "-C", str(tmp_path / "desk")]) == 0
