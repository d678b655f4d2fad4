"""`freeze:` of leadloop.yaml: the days on which a change takes two people."""

from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from config.strict import Strict
from config.words import Finding, findings_error
from domain.freeze import Frozen, end_of_quarter, longest


class FrozenDates(Strict):
    """Other days on which a change takes two people, such as those of a launch."""

    first: date = Field(alias="from")
    """The first day, such as `2026-12-18`."""
    last: date = Field(alias="to")
    """The last day; it is frozen, too."""
    why: str = Field(min_length=1, max_length=80)
    """The reason, as `status` and whoever is stopped are told it."""

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.last < self.first:
            raise findings_error([Finding(("to",), "`to` is before `from`")])
        return self


class Freeze(Strict):
    """When publishing rules, a step forward of go-live and large approvals take a second person."""

    fiscal_year_starts: int | None = Field(default=None, ge=1, le=12)
    """Month (1-12) with which the fiscal year begins: before the end of each of its quarters there is a freeze."""
    days: int = Field(default=5, ge=1, le=60)
    """How many of a quarter's last days are frozen, in the installation's `time_zone`."""
    dates: list[FrozenDates] = Field(default_factory=list)
    """Other days."""

    @model_validator(mode="after")
    def _ever_comes(self) -> Self:
        if self.fiscal_year_starts is None and not self.dates:
            raise findings_error([Finding((), "this freezes nothing: give `fiscal_year_starts` or `dates`")])
        return self

    def at(self, now: datetime, time_zone: str) -> Frozen | None:
        """What freezes this moment."""
        day = now.astimezone(ZoneInfo(time_zone)).date()
        freezes = [Frozen(first=each.first, last=each.last, why=each.why) for each in self.dates]
        if self.fiscal_year_starts is not None:
            freezes.append(end_of_quarter(day, year_starts=self.fiscal_year_starts, days=self.days))
        return longest(freezes, day)
