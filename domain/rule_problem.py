"""A rule that could not be told about a lead, because its condition failed: it counts as not met, and is shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest

from domain.values import LeadId


class RuleFile(StrEnum):
    """Where a rule stands."""

    SCORING = "scoring.yaml"
    LIFECYCLE = "lifecycle.yaml"
    ROUTING = "routing.yaml"
    MAPPING = "mapping.yaml"
    ANSWERS = "answers of reps"
    """No file: what a rep wrote into a field, and mends there."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RuleProblem:
    """One rule and one cause. `words` name properties and never hold a value."""

    file: RuleFile
    rule: str
    """As people find it in the file: `exclusion 'Competitor'`."""
    words: str


EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """On how many leads a rule could not be told, for one cause."""

    problem: RuleProblem
    leads: int
    examples: tuple[LeadId, ...] = ()


def unjudged(found: Mapping[RuleProblem, Collection[LeadId]]) -> tuple[Unjudged, ...]:
    """Every rule and cause with its count, the most first."""
    counted = (
        Unjudged(problem=each, leads=len(ids), examples=tuple(nsmallest(EXAMPLES, ids))) for each, ids in found.items()
    )
    return tuple(sorted(counted, key=lambda one: (-one.leads, one.problem)))
