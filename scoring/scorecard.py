"""The rep's scorecard read, and marketing's own value beside it.

Marketing's value is not kept anywhere: it is recomputed from the ledger as it was known at the hand-over, so that it
follows the rules that are asked and no later news.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from config.conditions import judge_for, why_untold
from config.scorecard import Factor, ScorecardRules
from domain.activity import Activity
from domain.lead import Fact
from domain.rule_problem import RuleFile, RuleProblem
from domain.score import POINT, Score
from domain.scorecard import Gap, Mark, Qualifies, Scorecard, Valuation
from domain.values import Value
from scoring.ledger import standing
from scoring.scorer import Scorer


def read_scorecard(answers: Mapping[str, Value], rules: ScorecardRules) -> Scorecard:
    """What the answers come to. What is no whole number within the limits counts as not answered, and is told."""
    marks = tuple(_mark(factor, answers.get(factor.name), rules) for factor in rules.factors)
    qualifies, why = _judge(marks, rules)
    return Scorecard(marks=marks, answers=tuple(sorted(answers.items())), most=rules.most, qualifies=qualifies, why=why)


def _mark(factor: Factor, answer: Value, rules: ScorecardRules) -> Mark:
    label = factor.title
    if _is_blank(answer):
        return Mark(name=factor.name, label=label)
    value = _whole(answer)
    if value is None or not rules.lowest <= value <= rules.highest:
        told = f"{label}: the answer is no whole number from {rules.lowest} to {rules.highest}"
        return Mark(name=factor.name, label=label, problem=told)
    return Mark(name=factor.name, label=label, value=value)


def _is_blank(answer: Value) -> bool:
    return answer is None or (isinstance(answer, str) and not answer.strip())


def _whole(answer: Value) -> int | None:
    """Systems send whole numbers as 4.0, and as text where the field is a list of choices."""
    if isinstance(answer, str):
        text = answer.strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None
    if answer is None or isinstance(answer, bool):
        return None
    return int(answer) if isinstance(answer, int) or answer.is_integer() else None


def _judge(marks: Sequence[Mark], rules: ScorecardRules) -> tuple[Qualifies, str]:
    missing = [mark.label for mark in marks if mark.value is None]
    if missing or not marks:
        return Qualifies.NOT_YET, f"no answer yet: {', '.join(missing)}" if missing else "no factors are asked"
    total = sum(mark.value for mark in marks if mark.value is not None)
    against = [f"{mark.label} is {mark.value}" for mark in marks if _bars(mark, rules)]
    if total < rules.qualifies_at:
        against.append(f"{total} of the {rules.qualifies_at} that it takes")
    return (Qualifies.NO, "; ".join(against)) if against else (Qualifies.YES, "")


def _bars(mark: Mark, rules: ScorecardRules) -> bool:
    return rules.none_at is not None and mark.value is not None and mark.value <= rules.none_at


def value_at(
    scorer: Scorer,
    facts: Sequence[Fact],
    activities: Sequence[Activity],
    *,
    opened_at: datetime,
    hand_raise: bool,
) -> Valuation:
    """Marketing's own value of each factor, from what was known when the handoff opened."""
    rules = scorer.book.source.scorecard
    if all(factor.marketing is None for factor in rules.factors):
        return Valuation(values=tuple((factor.name, None) for factor in rules.factors))
    score = scorer.score(facts, activities, as_of=opened_at, known_at=opened_at)
    values = {name: fact.value for name, fact in standing(facts, as_of=opened_at, known_at=opened_at).items()}
    return value_of({**values, **_around(score, hand_raise=hand_raise)}, rules)


def _around(score: Score, *, hand_raise: bool) -> dict[str, Value]:
    named = {name: points // POINT for name, points in score.named.items()}
    return {
        **named,
        "score": score.shown,
        "grade": score.grade.value,
        "band": score.band,
        "fit_percent": score.fit_percent,
        "hand_raise": hand_raise,
    }


def value_of(values: Mapping[str, Value], rules: ScorecardRules) -> Valuation:
    """Marketing's value of each factor for a lead with these properties; a step nobody can tell is not met."""
    problems: list[RuleProblem] = []
    found = tuple((factor.name, _first(factor, values, problems)) for factor in rules.factors)
    return Valuation(values=found, problems=tuple(problems))


def _first(factor: Factor, values: Mapping[str, Value], problems: list[RuleProblem]) -> int | None:
    if factor.marketing is None:
        return None
    for step in factor.marketing.steps:
        met = judge_for(step.when)(values)
        if met:
            return step.value
        if met is None:
            rule = f"marketing's {step.value} for '{factor.title}' in the scorecard"
            problems.append(RuleProblem(file=RuleFile.SCORING, rule=rule, words=why_untold(step.when, values)))
    return factor.marketing.otherwise


def gaps(card: Scorecard, marketing: Valuation) -> tuple[Gap, ...]:
    """Both sides' values, factor by factor."""
    told = dict(marketing.values)
    return tuple(
        Gap(name=mark.name, label=mark.label, sales=mark.value, marketing=told.get(mark.name)) for mark in card.marks
    )


def total_gap(found: Sequence[Gap]) -> int | None:
    """The sum of the gaps; None unless every factor was told by both sides."""
    known = [each.gap for each in found if each.gap is not None]
    return sum(known) if found and len(known) == len(found) else None
