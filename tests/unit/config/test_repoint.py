"""Other points in a scoring.yaml: the numbers change, and nothing else does."""

from difflib import unified_diff
from pathlib import Path

import pytest

from config.repoint import Repointing, repoint
from config.scoring import ActivityRule, FitGroup, ScoringRules
from config.yaml_file import yaml_of

STARTER = Path(__file__).parents[3] / "config/template/b2b_saas/scoring.yaml"
SMALL = """\
# What an interaction is worth.
engagement:
  # asked by Mara in May
  - name: content
    limit: 30 # for the group
    rules:
      - { name: page, on: [page_viewed], points: 1, cap_per_day: 5 } # cheap
      - name: guide
        on: [form_submitted]
        points: 10 # a download
fit: []
"""


def read(text: str) -> ScoringRules:
    return ScoringRules.model_validate(yaml_of(text, "scoring.yaml").data)


def changed(before: str, after: str) -> list[str]:
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_a_number_is_changed_where_it_stands() -> None:
    after = repoint(SMALL, Repointing(points={"page": 3, "guide": -12}, daily_caps={"page": 15}))
    assert changed(SMALL, after.text) == [
        "-      - { name: page, on: [page_viewed], points: 1, cap_per_day: 5 } # cheap",
        "+      - { name: page, on: [page_viewed], points: 3, cap_per_day: 15 } # cheap",
        "-        points: 10 # a download",
        "+        points: -12 # a download",
    ]
    assert after.left == ()


def test_what_was_not_said_yet_is_written_in_the_form_of_its_place() -> None:
    changes = Repointing(caps={"page": 9, "guide": 20}, total_cap=90, line={("line", "engagement"): 44})
    after = repoint(SMALL, changes).text
    assert changed(SMALL, after) == [
        "-      - { name: page, on: [page_viewed], points: 1, cap_per_day: 5 } # cheap",
        "+      - { name: page, on: [page_viewed], cap: 9, points: 1, cap_per_day: 5 } # cheap",
        "+        cap: 20",
        "+line: { engagement: 44 }",
        "+total_cap: 90",
    ]
    found = read(after)
    assert (found.line.engagement, found.total_cap) == (44, 90)
    assert [rule.cap for rule in found.engagement[0].rules] == [9, 20]


def test_new_groups_are_put_into_lists_that_are_there_empty_or_missing() -> None:
    bands = FitGroup.model_validate(
        {
            "name": "amount",
            "limit": 7,
            "rules": [
                {
                    "name": "amount from 5",
                    "when": {"all": [{"property": "amount", "operator": "at_least", "value": 5}]},
                    "points": 7,
                }
            ],
        }
    )
    words = ("page_viewed", "call_logged")
    kinds = [ActivityRule.model_validate({"name": each, "on": [each], "points": 4}) for each in words]
    after = repoint(SMALL, Repointing(fit=(bands,), activity=tuple(kinds)))
    found = read(after.text)
    assert found.fit == [bands]
    assert [[rule.name for rule in group.rules] for group in found.engagement] == [["page_viewed"], ["page", "guide"]]
    assert [[rule.name for rule in group.rules] for group in found.sales] == [["call_logged"]]
    assert {line[0] for line in changed(SMALL, after.text)} == {"+", "-"}
    assert [line for line in changed(SMALL, after.text) if line[0] == "-"] == ["-fit: []"]


def test_a_number_behind_an_anchor_is_left_and_named() -> None:
    text = SMALL.replace("points: 10 # a download", "points: &ten 10")
    after = repoint(text, Repointing(points={"guide": 4}))
    assert after.text == text
    assert after.left == ("scoring.yaml:10: `points`: write 4 by hand",)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_rule_of_the_starter_can_be_given_other_points(ends: str) -> None:
    text = STARTER.read_text(encoding="utf-8").replace("\n", ends)
    rules = read(text)
    names = [rule.name for group in (*rules.engagement, *rules.sales) for rule in group.rules]
    names += [rule.name for group in rules.fit for rule in group.rules] + [rule.name for rule in rules.fit_penalties]
    points = {name: at - 20 for at, name in enumerate(names)}
    after = repoint(text, Repointing(points=points))
    found = read(after.text)
    told = {rule.name: rule.points for group in (*found.engagement, *found.sales) for rule in group.rules}
    told |= {rule.name: rule.points for group in found.fit for rule in group.rules}
    told |= {rule.name: rule.points for rule in found.fit_penalties}
    assert told == points
    assert len(after.text.splitlines()) == len(text.splitlines())
    assert all("points" in line for line in changed(text, after.text))
