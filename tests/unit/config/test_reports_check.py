"""Mistakes in reports.yaml are found with their place; the file may be left out."""

from pathlib import Path

import pytest

from config.load import load
from config.reports import ReportRules
from config.template import write
from domain.errors import SettingsError
from store.vault import make_key
from tests.unit.config.starter import STARTER_TYPES

RULE = "channels:\n  - name: Web\n    when: {{ all: [{{ property: {}, operator: known }}] }}\n"
PERSONA = """playbook:
  personas:
    - { name: Boss, when: { all: [{ property: job_title, operator: contains, value: head }] } }
"""
WRONG = {
    "an unknown property": (RULE.format("led_source"), "did you mean `lead_source`?"),
    "a channel that asks nothing": ("channels: [{ name: Web, when: {} }]\n", "everybody would come from this channel"),
    "the channel of nobody": (RULE.format("kind").replace("Web", "Unknown"), "it needs no rule"),
    "a drive of no channel": (
        RULE.format("kind")
        + "drives: [{ name: A, counts: won, target: 1, first: 2026-01-01, last: 2026-01-02, channel: Wep }]\n",
        "did you mean `Web`?",
    ),
    "a drive that ends before it begins": (
        "drives: [{ name: A, counts: won, target: 1, first: 2026-01-03, last: 2026-01-02 }]\n",
        "cannot begin 2026-01-03",
    ),
    "a connection of nobody": ("attribution: { connection: salesforse }\n", "did you mean `salesforce`?"),
    "an asset that asks nothing": ("assets: [{ name: Web, when: {} }]\n", "everything would be this asset"),
    "an asset by what a lead is": (
        RULE.format("job_title").replace("channels", "assets"),
        "not known of what a person",
    ),
    "an asset by a broken expression": ("assets: [{ name: Web, when: { expr: 'lead.form ==' } }]\n", "CEL cannot read"),
    "an unknown stage": ("playbook: { cells: [{ stage: mqll, sales: Call }] }\n", "did you mean `mql`?"),
    "an unknown persona": (
        PERSONA + "  cells: [{ stage: mql, persona: Bos, sales: Call }]\n",
        "did you mean `Boss`?",
    ),
    "a cell of a persona and a stage twice": (
        PERSONA + "  cells: [{ stage: mql, persona: Boss, sales: A }, { stage: mql, persona: Boss, sales: B }]\n",
        "the cell of `mql` and `Boss` stands twice",
    ),
    "a cell of the others twice": (
        "playbook: { cells: [{ stage: mql, sales: A }, { stage: mql, persona: others, sales: B }] }\n",
        "the cell of `mql` and `others` stands twice (first in line 1)",
    ),
    "a cell that says nothing": ("playbook: { cells: [{ stage: mql, asset: ' ' }] }\n", "a cell says nothing"),
    "a persona twice": (PERSONA + PERSONA.splitlines()[-1] + "\n", "persona `Boss` stands twice"),
    "a persona that asks nothing": ("playbook: { personas: [{ name: A, when: {} }] }\n", "everybody would be this"),
    "a persona of nobody": (PERSONA.replace("Boss", "Others"), "they need no rule"),
    "a persona by an unknown property": (PERSONA.replace("job_title", "job_titel"), "did you mean `job_title`?"),
    "an unknown key": ("gaol: {}\n", "did you mean `goal`?"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_file_and_what_was_meant(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, key=make_key())
    (tmp_path / "reports.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, STARTER_TYPES, variables=_variables(tmp_path))
    (problem,) = (str(each) for each in refused.value.problems)
    assert problem.startswith("reports.yaml:")
    assert words in problem


def test_without_the_file_everything_has_its_default(tmp_path: Path) -> None:
    write(tmp_path, key=make_key())
    (tmp_path / "reports.yaml").unlink()
    assert load(tmp_path, STARTER_TYPES, variables=_variables(tmp_path)).reports == ReportRules()


def _variables(folder: Path) -> dict[str, str]:
    lines = (folder / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name: value.split(" #")[0].strip() for name, value in pairs}
