"""Rules that could not be told about some leads, as `status`, `plan` and `config publish` show them."""

from collections.abc import Iterable, Sequence
from typing import Any

from domain.rule_problem import RuleProblem, Unjudged
from leadloop import screen


def show_unjudged(found: Sequence[Unjudged]) -> None:
    screen.table(
        "\nRules that could not be judged, and count as not met there (`leadloop explain LEAD`)",
        ("file", "rule", "leads", "why", "leads, some"),
        [
            (one.problem.file, one.problem.rule, f"{one.leads:,}", one.problem.words, ", ".join(map(str, one.examples)))
            for one in found
        ],
    )


def unjudged_as_data(found: Iterable[Unjudged]) -> list[dict[str, Any]]:
    return [{**problem_as_data(one.problem), "leads": one.leads, "examples": list(one.examples)} for one in found]


def problem_as_data(one: RuleProblem) -> dict[str, Any]:
    return {"file": one.file, "rule": one.rule, "why": one.words}
