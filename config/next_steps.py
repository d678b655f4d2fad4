"""The playbook of reports.yaml: for each stage and persona what marketing does next, and what sales does.

It is the teams' own table. What goes into a rep's task stands in routing.yaml and is published; this is read together.
"""

from typing import Self

from pydantic import Field, model_validator

from config.conditions import Condition
from config.strict import Strict
from domain.stage import Stage

OTHERS = "others"
"""Whom no persona fits."""


class Persona(Strict):
    """People who are spoken to in one way; the first that fits a lead."""

    name: str = Field(min_length=1, max_length=60)
    """How the persona is called; the only one of its name."""
    when: Condition
    """Over the lead's properties, as they are known now."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.when.all or self.when.any or self.when.none or self.when.expr):
            raise ValueError("`when` asks for nothing: everybody would be this persona")
        if self.name.casefold() == OTHERS:
            raise ValueError(f"`{OTHERS}` are those whom no persona fits: they need no rule")
        return self


class NextSteps(Strict):
    """What comes next for leads of one stage and persona."""

    stage: Stage
    """Where they stand."""
    persona: str = OTHERS
    """Who they are; `others`: whom no persona fits."""
    marketing: str = Field(default="", max_length=300)
    """Marketing's next step."""
    sales: str = Field(default="", max_length=300)
    """Sales' next step."""
    asset: str = Field(default="", max_length=200)
    """What to send or show, by its name in `leadloop report assets`, with or without its kind."""
    question: str = Field(default="", max_length=300)
    """What to ask."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(each.strip() for each in (self.marketing, self.sales, self.asset, self.question)):
            raise ValueError(
                "a cell says nothing: give it `marketing`, `sales`, `asset` or `question`, or leave it out"
            )
        return self


class Playbook(Strict):
    """Who does what next, by stage and persona."""

    personas: list[Persona] = Field(default_factory=list)
    """In order; the first that fits. None: everybody is one of the `others`."""
    cells: list[NextSteps] = Field(default_factory=list)
    """At most one for each stage and persona; where there is none, the report shows a gap."""
