"""Clocks beside their minutes: when they act and when they only count, and who rests after too many breaches."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from config.strict import Days, Strict
from config.words import Finding, findings_error


class Enforce(StrEnum):
    """What the steps of the touch clock do."""

    AUTO = "auto"
    ALWAYS = "always"
    REPORT_ONLY = "report_only"


class TouchCoverage(Strict):
    """How well a team has to log what it does before its touch clock acts, where `enforce` is `auto`."""

    percent: int = Field(default=60, ge=0, le=100)
    """Of the handoffs that a rep visibly worked, so many have a touch in the CRM; below that the steps only count."""
    least: int = Field(default=20, ge=1, le=10_000)
    """Handoffs that it takes to say so. A team with fewer is judged with all others; are those too few, it acts."""


class Rest(Strict):
    """A rep who misses leads again and again is left out of the rotation for a while."""

    after_breaches: int = Field(ge=1, le=100)
    """Leads not touched in time."""
    within_days: Days
    """In so many days."""
    for_days: Days
    """And this long they get no lead of a pool."""

    @model_validator(mode="after")
    def _is_a_while(self) -> Self:
        if self.for_days > self.within_days * 10:
            words = f"`for_days` ({self.for_days}) is more than ten times `within_days` ({self.within_days})"
            raise findings_error([Finding(("for_days",), words, "take somebody out of the pool instead")])
        return self
