"""`account:` in scoring.yaml: how the people of a company make one number of it."""

from typing import Self

from pydantic import Field, model_validator

from config.strict import Strict
from config.words import Finding, findings_error
from domain.score import Grade, Step


class AccountSteps(Strict):
    """Points from which an account is warm and hot."""

    warm: int = Field(ge=0)
    """Points from which an account is warm."""
    hot: int = Field(ge=0)
    """Points from which an account is hot."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.hot <= self.warm:
            words = f"`hot` ({self.hot}) has to be more than `warm` ({self.warm})"
            raise findings_error([Finding(("hot",), words)])
        return self


class AccountScoring(Strict):
    """The warmest person counts in full, each further one a falling share: an account where two people are interested
    is warmer than one where one is, and a hundred people who opened a page do not make it hot."""

    people: int = Field(default=5, ge=1, le=100)
    """People of an account that count at most, the warmest first."""
    share_percent: int = Field(default=50, ge=0, le=100)
    """Percent that each person counts of what the one before counts: 100, 50, 25, … 0: the warmest alone; 100: all
    alike."""
    from_step: Step = Step.WARM
    """People below this step do not count: noise of many adds up to nothing."""
    fit: Grade | None = None
    """The grade that a person needs to count, or better; none: whoever it is."""
    limit: int | None = Field(default=None, ge=1)
    """Points that an account can have at most."""
    group_people: int = Field(default=3, ge=2, le=100)
    """People who count that make a buying group: companies decide together."""
    steps: AccountSteps | None = None
    """From which points an account is warm and hot; none: as people are."""

    @model_validator(mode="after")
    def _a_grade(self) -> Self:
        if self.fit is Grade.UNKNOWN:
            words = "`?` says that too little is known: people count from a grade on"
            raise findings_error([Finding(("fit",), words, "write A, B, C, D or E")])
        return self
