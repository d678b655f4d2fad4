"""The scorecard in scoring.yaml: what is impossible is told with its place, and the starter writes out the defaults."""

from collections.abc import Callable

import pytest

from config.scorecard import ScorecardRules
from tests.starter import starter_file
from tests.unit.config.conftest import Edit

Mistakes = Callable[..., list[str]]
STEPS = "budget\n      marketing:\n        otherwise: 2\n        steps:\n"
FACTOR = "scorecard:\n  qualifies_at: 4\n  factors:\n    - name: "


def test_the_starter_writes_out_what_holds_without_it() -> None:
    assert ScorecardRules.model_validate(starter_file("scoring")["scorecard"]) == ScorecardRules()
    answers = {each["name"] for each in starter_file("mapping")["properties"] if each.get("role") == "answer"}
    assert set(ScorecardRules().names) <= answers


def test_a_folder_without_a_word_of_it_has_the_usual_four(read: Callable[..., object], mistakes: Mistakes) -> None:
    assert mistakes() == [], "though its mapping.yaml knows none of them"


def answer(edit: Edit, name: str, role: str) -> None:
    new = f"properties:\n  - {{name: {name}, role: {role}, type: number, fields: {{crm: Budget__c}}}}\n"
    edit("mapping.yaml", "properties:\n", new)


@pytest.mark.parametrize(
    ("written", "where", "said"),
    [
        ("bugdet\n", "4:13", "property `bugdet` is not defined in mapping.yaml (did you mean `budget`?)"),
        ("job_title\n", "4:13", "`job_title` has the role `shared` in mapping.yaml: a factor is what reps answer"),
        ("verdict\n", "4:13", "`verdict` is an answer with a meaning of its own"),
        ("budget\n    - name: budget\n", "5:13", "`budget` stands twice"),
        (
            "budget\n      marketing: {steps: [{value: 7, when: {}}], otherwise: 1}\n",
            "5:35",
            "7 is not from 1 to 5",
        ),
        (
            f"{STEPS}          - value: 3\n            when: {{all: [{{property: scoer, operator: known}}]}}\n",
            "9:37",
            "property `scoer` is not defined in mapping.yaml (did you mean `score`?)",
        ),
        (
            "budget\n      marketing: {steps: [{value: 3, when: {expr: lead.email.bar()}}], otherwise: 1}\n",
            "5:51",
            "CEL has no function `bar` here",
        ),
    ],
    ids=["a misspelt factor", "no answer", "taken", "twice", "out of range", "a misspelt property", "an expression"],
)
def test_a_mistake_is_told_with_its_place(edit: Edit, mistakes: Mistakes, written: str, where: str, said: str) -> None:
    answer(edit, "budget", "answer")
    edit("scoring.yaml", "engagement:\n", f"{FACTOR}{written}engagement:\n")
    assert any(each.startswith(f"scoring.yaml:{where}:") and said in each for each in mistakes()), mistakes()


def test_what_no_scorecard_can_reach_is_told(edit: Edit, mistakes: Mistakes) -> None:
    edit("scoring.yaml", "engagement:\n", "scorecard:\n  qualifies_at: 25\nengagement:\n")
    (mistake,) = mistakes()
    assert mistake.startswith("scoring.yaml:2:")
    assert "`qualifies_at` (25) is more than 4 factors can reach: at most 20" in mistake


@pytest.mark.parametrize("name", ["score", "grade", "band", "fit_percent", "hand_raise", "job_title"])
def test_marketings_steps_go_by_the_lead_as_it_was_handed_over(edit: Edit, mistakes: Mistakes, name: str) -> None:
    answer(edit, "budget", "answer")
    step = f"{{value: 3, when: {{all: [{{property: {name}, operator: known}}]}}}}"
    marketing = f"budget\n      marketing: {{steps: [{step}], otherwise: 1}}\n"
    edit("scoring.yaml", "engagement:\n", f"{FACTOR}{marketing}engagement:\n")
    assert mistakes() == []
