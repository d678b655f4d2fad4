"""The scorecard in scoring.yaml: what a rep fills in after the first conversation, and what marketing held of it.

Marketing's own value is told by conditions over the lead as it was handed over, so that both sides' values can be
compared without anybody filling in a second form.
"""

from typing import Any, Self

from pydantic import Field, model_validator

from config.conditions import Condition
from config.strict import Strict
from config.words import Finding, findings_error

AT_HAND_OVER = frozenset({"score", "grade", "band", "fit_percent", "hand_raise"})
"""What marketing's steps may ask for beside the lead's own properties: how it stood when it was handed over."""
RESERVED = frozenset({"verdict", "outcome", "return_date", "snooze_until"})
"""Answers of reps that mean something else."""


class MarketingStep(Strict):
    value: int
    """Marketing's value where the condition is met."""
    when: Condition
    """Over the lead's properties and score, grade, band, fit_percent and hand_raise, all as of the hand-over."""


class Marketing(Strict):
    """Marketing's own value of a factor: that of the first step that is met."""

    steps: list[MarketingStep] = Field(min_length=1)
    """Asked in their order; the first that is met tells the value."""
    otherwise: int
    """The value where no step is met."""


class Factor(Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    """The lead property that reps fill in: in mapping.yaml with `role: answer` and `type: number`."""
    label: str | None = None
    """How it is called in reasons and reports; none: as the property, `Interest`."""
    marketing: Marketing | None = None
    """How marketing's own value is told; none: marketing says nothing of this factor."""

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()


def _factor(name: str, otherwise: int, *steps: tuple[int, str, str, Any]) -> Factor:
    rows = [
        MarketingStep(
            value=value, when=Condition.model_validate({"all": [{"property": of, "operator": by, "value": to}]})
        )
        for value, of, by, to in steps
    ]
    return Factor(name=name, label=name.capitalize(), marketing=Marketing(steps=rows, otherwise=otherwise))


def _usual() -> list[Factor]:
    asked = ("hand_raise", "equals", True)
    return [
        _factor("interest", 1, (5, *asked), (4, "score", "at_least", 50), (3, "score", "at_least", 20)),
        _factor("budget", 2, (4, "grade", "in", ["A"]), (3, "grade", "in", ["B", "C"])),
        _factor("timing", 2, (4, *asked), (3, "score", "at_least", 50)),
        _factor("understanding", 2, (4, "score", "at_least", 70), (3, "score", "at_least", 40)),
    ]


class ScorecardRules(Strict):
    """Factors of `lowest` to `highest` that reps fill in. A full scorecard that qualifies qualifies its lead."""

    factors: list[Factor] = Field(default_factory=_usual, max_length=20)
    """What is asked; an empty list: there is no scorecard."""
    lowest: int = Field(default=1, ge=0, le=99)
    """The least that a rep may fill in."""
    highest: int = Field(default=5, ge=1, le=99)
    """The most that a rep may fill in."""
    qualifies_at: int = Field(default=12, ge=1)
    """The sum of all factors from which a lead is qualified."""
    none_at: int | None = 1
    """A single factor at this value, or below it, keeps a lead from being qualified; null: only the sum counts."""

    @property
    def names(self) -> tuple[str, ...]:
        """The properties that reps fill in."""
        return tuple(factor.name for factor in self.factors)

    @property
    def most(self) -> int:
        """The most that all factors can add up to."""
        return self.highest * len(self.factors)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        found = [*self._limits(), *self._names(), *self._values()]
        if found:
            raise findings_error(found)
        return self

    def _limits(self) -> list[Finding]:
        if self.highest <= self.lowest:
            words = f"`highest` ({self.highest}) has to be more than `lowest` ({self.lowest})"
            return [Finding(("highest",), words)]
        found = []
        if self.factors and self.qualifies_at > self.most:
            words = f"`qualifies_at` ({self.qualifies_at}) is more than {len(self.factors)} factors can reach: at most"
            found.append(Finding(("qualifies_at",), f"{words} {self.most}"))
        if self.none_at is not None and self.none_at >= self.highest:
            words = f"`none_at` ({self.none_at}) has to be less than `highest` ({self.highest}): nothing would qualify"
            found.append(Finding(("none_at",), words))
        return found

    def _names(self) -> list[Finding]:
        names = self.names
        return [
            Finding(
                ("factors", at, "name"),
                f"`{name}` stands twice" if name in names[:at] else f"`{name}` is an answer with a meaning of its own",
            )
            for at, name in enumerate(names)
            if name in names[:at] or name in RESERVED
        ]

    def _values(self) -> list[Finding]:
        """Marketing speaks in the same numbers as sales, or nothing could be compared."""
        return [
            Finding(("factors", at, "marketing", *path), f"{value} is not from {self.lowest} to {self.highest}")
            for at, factor in enumerate(self.factors)
            if factor.marketing is not None
            for path, value in _told(factor.marketing)
            if not self.lowest <= value <= self.highest
        ]


def _told(marketing: Marketing) -> list[tuple[tuple[str | int, ...], int]]:
    """Every value that marketing's steps may tell, with its place."""
    steps = [(("steps", at, "value"), step.value) for at, step in enumerate(marketing.steps)]
    return [*steps, (("otherwise",), marketing.otherwise)]
