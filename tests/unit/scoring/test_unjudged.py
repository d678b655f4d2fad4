"""A rule that cannot be told gives and takes nothing, and the score says which and why."""

import pytest

from domain.activity import Activity
from domain.rule_problem import RuleFile, RuleProblem
from domain.score import Score
from domain.values import Value
from scoring.scorer import Scorer
from tests.unit.scoring.material import HASH, NOW, activity, facts, group, rules

SIZE = {"expr": "lead.size >= 10"}
ROLE = {"name": "Role", "limit": 30, "rules": [{"name": "Chief", "when": SIZE, "points": 30}]}
PENALTY = {"name": "Tiny", "when": {"none": [SIZE]}, "points": -10}
BAR = {"name": "Competitor", "kind": "competitor", "when": SIZE}
LONG = group({"name": "long read", "points": 5, "where": {"expr": "activity.seconds > 60"}})
BOOK = rules(LONG, fit=[ROLE], fit_penalties=[PENALTY], exclusions=[BAR])


def scored(*done: Activity, **known: Value) -> Score:
    return Scorer(BOOK, HASH, "UTC").score(facts(**known), done, as_of=NOW, known_at=NOW)


def problem(rule: str, words: str) -> RuleProblem:
    return RuleProblem(file=RuleFile.SCORING, rule=rule, words=words)


def test_nothing_is_said_while_everything_can_be_told() -> None:
    score = scored(activity(seconds=90), size=12)
    assert (score.problems, score.engagement, score.excluded) == ((), 5_000, "Competitor")


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({}, "lead.size is blank: ask has(lead.size) first"),
        ({"size": "many"}, "the expression mixes values of different types"),
    ],
)
def test_every_rule_that_fails_is_named_with_its_cause(known: dict[str, Value], why: str) -> None:
    score = scored(**known)
    assert score.problems == (
        problem("rule 'Chief' in 'Role'", why),
        problem("rule 'Tiny' in 'penalties'", why),
        problem("exclusion 'Competitor'", why),
    )
    assert (score.lines, score.excluded) == ((), None)


def test_of_activities_the_first_that_fails_speaks_for_the_rule_and_the_others_count() -> None:
    score = scored(activity(id="1"), activity(seconds="long", id="2"), activity(seconds=90, id="3"), size=12)
    why = "activity.seconds is blank: ask has(activity.seconds) first"
    assert score.problems == (problem("rule 'long read' in 'group'", why),)
    assert score.engagement == 5_000


def test_who_is_excluded_anyway_is_no_doubt() -> None:
    later = {"name": "Test", "kind": "test", "when": {"expr": "lead.missing == 1"}}
    book = rules(exclusions=[BAR, later])
    score = Scorer(book, HASH, "UTC").score(facts(size=12), (), as_of=NOW, known_at=NOW)
    assert (score.excluded, score.problems) == ("Competitor", ())
