"""Every example of docs/scoring.md gives what the page says."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.score import POINT, Score
from handoff.crossing import above_line
from handoff.view import LeadView
from scoring.scorecard import gaps, read_scorecard, total_gap, value_at
from scoring.scorer import Scorer
from scoring.why import why
from tests.unit.handoff.material import lead, rulebook
from tests.unit.scoring.material import HASH, NOW, activity, days, facts, score

PAGE = Path(__file__).parents[3] / "docs" / "scoring.md"
BLOCK = re.compile(r"```yaml\n# ([^\n]+)\n(.+?)```", re.DOTALL)
EXAMPLES = BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def _activities(rows: list[dict[str, Any]]) -> list[Activity]:
    found: list[Activity] = []
    for row in rows:
        properties = {name: row[name] for name in row.keys() - {"kind", "days_ago", "times"}}
        for _ in range(row.get("times", 1)):
            found.append(activity(row["kind"], ago=days(row["days_ago"]), id=str(len(found)), **properties))
    return found


def _answers(found: Score) -> dict[str, Any]:
    return {
        "engagement": found.engagement / POINT,
        "shown": found.shown,
        "band": found.band,
        "fit_percent": found.fit_percent,
        "grade": str(found.grade),
        "hand_raises": len(found.hand_raises),
        "named": {name: points / POINT for name, points in found.named.items()},
        "lines": {line.rule: line.points / POINT for line in found.lines},
    }


def _is_above(found: Score, scoring: ScoringRules) -> bool:
    return above_line(LeadView(lead=lead(), score=found), rulebook(scoring=scoring))


def _both_sides(example: dict[str, Any], scoring: ScoringRules, done: list[Activity]) -> dict[str, Any]:
    """A scorecard as it stands, beside marketing's own values of a lead that is handed over now."""
    card = read_scorecard(example.get("scorecard", {}), scoring.scorecard)
    raised, known = example.get("hand_raise", False), facts(**example.get("facts", {}))
    marketing = value_at(Scorer(scoring, HASH, "UTC"), known, done, opened_at=NOW, hand_raise=raised)
    told = {"scorecard": card.summary, "marketing": dict(marketing.values)}
    return {**told, "gap": total_gap(gaps(card, marketing))}


@pytest.mark.parametrize("text", [text for _, text in EXAMPLES], ids=[title for title, _ in EXAMPLES])
def test_an_example_gives_what_the_page_says(text: str) -> None:
    example = YAML(typ="safe").load(text)
    scoring = ScoringRules.model_validate(example["rules"])
    done, known = _activities(example.get("activities", [])), example.get("facts", {})
    found = score(scoring, done, facts(**known))
    said = why(found, known, done, scoring, now=NOW, past=example.get("past"))
    told = {"above_line": _is_above(found, scoring), "why": said}
    answers = {**_answers(found), **told, **_both_sides(example, scoring, done)}
    assert {name: answers[name] for name in example["expect"]} == example["expect"]


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) == 19
