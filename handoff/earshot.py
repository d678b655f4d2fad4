"""How far reps can be heard: until when their systems were read, and how well they log what they do there.

What nobody could have heard yet is no breach, and where little is logged a missing touch says little: then the touch
clock's steps are only counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from config.clock_rules import Enforce
from domain.coverage import Coverage, CoverageByRep
from handoff.rulebook import Rulebook


class Force(StrEnum):
    """What the touch clock's steps do."""

    ACTS = "acts"
    REPORT_ONLY = "report_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earshot:
    """`until`: by system in which reps have tasks, up to when all that they do there was read; empty: nothing is known
    to be unheard."""

    until: Mapping[str, datetime] = field(default_factory=dict)
    coverage: CoverageByRep = field(default_factory=CoverageByRep)

    def has_heard(self, moment: datetime) -> bool:
        """Whether what happened until that moment was read from every system in which reps work."""
        return all(until >= moment for until in self.until.values())

    @property
    def heard_until(self) -> datetime | None:
        """None: nothing is known to be unheard."""
        return min(self.until.values(), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """Whether a team's touch clock acts, the figure that says so, and why in words."""

    force: Force
    why: str
    coverage: Coverage

    @property
    def acts(self) -> bool:
        return self.force is Force.ACTS


def footing(book: Rulebook, coverage: CoverageByRep, team: str) -> Footing:
    """By the team's own figure, else by everybody's. With too little of both the clock acts: a lead nobody looks at
    is worse than a reminder too many, and a small team may never come to enough."""
    own = sum((each for email, each in coverage.reps.items() if book.team_of(email).name == team), Coverage())
    clocks = book.routing.clocks
    if clocks.enforce is not Enforce.AUTO:
        force = Force.ACTS if clocks.enforce is Enforce.ALWAYS else Force.REPORT_ONLY
        return Footing(force=force, why=f"clocks.enforce is {clocks.enforce}", coverage=own)
    for whose, figure in ((f"team {team}", own), ("all teams together", coverage.all)):
        percent = figure.percent
        if percent is not None and figure.worked >= clocks.coverage.least:
            enough = percent >= clocks.coverage.percent
            words = f"{whose} logged a touch for {figure.logged} of {figure.worked} leads it worked ({percent} %)"
            side = "at least" if enough else "less than"
            force = Force.ACTS if enough else Force.REPORT_ONLY
            return Footing(force=force, why=f"{words}, {side} {clocks.coverage.percent} %", coverage=figure)
    few = f"{coverage.all.worked} leads worked in 28 days are too few to say how well touches are logged"
    return Footing(force=Force.ACTS, why=f"{few} ({clocks.coverage.least} are enough): the clock acts", coverage=own)
