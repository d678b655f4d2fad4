"""Who a lead is, in the teams' own words: the first persona of the playbook that fits what is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.conditions import Predicate, compile_condition
from config.next_steps import OTHERS, NextSteps, Playbook
from domain.stage import Stage
from domain.values import Value

Place = tuple[Stage, str]
"""A stage and a persona."""


@dataclass(frozen=True, slots=True)
class Personas:
    """The playbook, ready for use."""

    rules: Sequence[tuple[str, Predicate]]
    cells: Mapping[Place, NextSteps]

    def of(self, known: Mapping[str, Value]) -> str:
        return next((name for name, fits in self.rules if fits(known)), OTHERS)

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the playbook, the others last."""
        return (*(name for name, _ in self.rules), OTHERS)


def personas_of(playbook: Playbook) -> Personas:
    return Personas(
        tuple((each.name, compile_condition(each.when)) for each in playbook.personas),
        {(each.stage, each.persona): each for each in playbook.cells},
    )
