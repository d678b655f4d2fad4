"""routing.yaml: who gets a lead, when they work, and what happens when nothing happens."""

from collections.abc import Iterable
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.conditions import Condition
from config.strict import FARTHEST_DAYS, Strict
from config.words import Finding, TimeZone, findings_error

Minutes = Annotated[int, Field(ge=0, le=100_000)]
"""Of working time: at most 208 days of eight hours."""

AROUND_THE_LEAD = frozenset({"kind", "hand_raise", "grade", "band", "score", "is_customer", "has_open_deal"})
"""What routing rules may ask for beside the lead's own properties."""


def _refuse_disorder(steps: Iterable[tuple[str, int | None]]) -> None:
    """The steps of a clock that are set have to follow each other; two at once are taken as one."""
    chosen = [(name, value) for name, value in steps if value is not None]
    found = [
        Finding((name,), f"`{name}` ({value}) comes before `{earlier}` ({least}): the steps are taken in their order")
        for (earlier, least), (name, value) in pairwise(chosen)
        if value < least
    ]
    if found:
        raise findings_error(found)


class Block(Strict):
    """Working time on one or more weekdays, in the team's zone."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    """Weekdays."""
    start: time
    """Opening, as `09:00`."""
    end: time
    """Closing, as `17:00`."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"working hours end ({self.end}) must be after their start ({self.start})")
        return self


class Absence(Strict):
    """Both days included."""

    email: str
    """Who is away."""
    first: date
    """The first day away."""
    last: date
    """The last day away."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.last < self.first:
            words = f"an absence ends ({self.last}) before it begins ({self.first})"
            raise findings_error([Finding(("last",), words)])
        return self


class Team(Strict):
    name: str
    """The name that pools use."""
    time_zone: TimeZone = "UTC"
    """In which its hours are, e.g. `Europe/Berlin`."""
    hours: list[Block] = Field(
        default_factory=lambda: [Block(days=["mon", "tue", "wed", "thu", "fri"], start=time(9), end=time(17))]
    )
    """Working time; several blocks a day are fine."""
    holidays: str | None = Field(default=None, pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    """A country code, with subdivision after a dash if wanted: `DE`, `US-CA`."""
    manager: str | None = None
    """The e-mail of whoever hears when a clock has run out."""
    absences: list[Absence] = Field(default_factory=list)
    """Days on which somebody gets no leads."""


class Member(Strict):
    email: str
    """The rep, by the e-mail that both systems know."""
    weight: int = Field(default=1, ge=1, le=100)
    """Turns per round, against the others' turns."""


class Pool(Strict):
    """Reps who take turns, by weight."""

    name: str
    """The name that rules use."""
    team: str
    """Whose hours count."""
    members: list[Member] = Field(min_length=1)
    """Reps by e-mail."""
    new_per_day: int = Field(default=10, ge=1)
    """New leads that one rep gets per day at most."""
    open_at_once: int = Field(default=40, ge=1)
    """Open leads that one rep has at most."""


class Target(Strict):
    """Exactly one of these."""

    pool: str | None = None
    """Whoever is next in this pool."""
    user: str | None = None
    """This rep, by e-mail."""
    queue: str | None = None
    """A queue in sight of everybody."""
    account_owner: bool = False
    """The owner of the lead's account; the next rule when there is none."""
    previous_owner: bool = False
    """Whoever had the lead last; the next rule when there is none."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        chosen = [self.pool, self.user, self.queue, self.account_owner or None, self.previous_owner or None]
        if sum(choice is not None for choice in chosen) != 1:
            raise ValueError("a target names exactly one of pool, user, queue, account_owner, previous_owner")
        if self.queue is not None and not self.queue.strip():
            raise findings_error([Finding(("queue",), "`queue` is blank", "name it as reps see it")])
        return self


class RoutingRule(Strict):
    name: str
    """How the rule is called in explanations; the only one of its name."""
    when: Condition = Condition()
    """Over the lead's properties, and kind, hand_raise, grade, band, score, is_customer, has_open_deal."""
    to: Target
    """Who gets the lead."""


class TouchClock(Strict):
    """Minutes of working time from the assignment to each step; 0: at once; None: never."""

    due_min: Minutes
    """When the first touch is due."""
    remind_min: Minutes | None
    """When the rep is reminded; before or after it is due."""
    manager_min: Minutes | None
    """When the manager hears of it."""
    release_min: Minutes | None
    """Back to the queue. None: stays with the rep."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        later = (("manager_min", self.manager_min), ("release_min", self.release_min))
        _refuse_disorder((("remind_min", self.remind_min), *later))
        _refuse_disorder((("due_min", self.due_min), *later))
        return self


class OutcomeClock(Strict):
    """Calendar days from the acceptance to each step."""

    remind_days: int = Field(default=14, ge=0, le=FARTHEST_DAYS)
    """When the rep is asked what came of it."""
    manager_days: int = Field(default=21, ge=0, le=FARTHEST_DAYS)
    """When the manager hears of it."""
    recycle_days: int = Field(default=30, ge=1, le=FARTHEST_DAYS)
    """When the lead is recycled as `went quiet`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        steps = ("remind_days", self.remind_days), ("manager_days", self.manager_days)
        _refuse_disorder((*steps, ("recycle_days", self.recycle_days)))
        return self


class Clocks(Strict):
    hand_raise: TouchClock = TouchClock(due_min=15, remind_min=15, manager_min=45, release_min=None)
    """For people who asked to be called."""
    normal: TouchClock = TouchClock(due_min=480, remind_min=480, manager_min=960, release_min=2400)
    """For everybody else."""
    outcome: OutcomeClock = OutcomeClock()
    """From the acceptance to what came of it."""
    logging_delay_min: int = Field(default=10, ge=0, le=1440)
    """How long a rep's call usually takes to appear in the CRM: no step fires before that has passed."""


class RoutingRules(Strict):
    teams: list[Team] = Field(min_length=1)
    """Teams with their hours."""
    pools: list[Pool] = Field(min_length=1)
    """Who takes turns."""
    rules: list[RoutingRule] = Field(default_factory=list)
    """In order; the first that fits and names somebody wins."""
    fallback: Target
    """Where a lead goes that no rule took: mandatory."""
    all_away: Literal["queue", "hold"] = "queue"
    """Nobody at work: wait in the visible unassigned queue, or hold with the next in turn."""
    clocks: Clocks = Clocks()
    """How long a rep has, and what happens then."""

    @model_validator(mode="after")
    def _takes_everybody(self) -> Self:
        if self.fallback.account_owner or self.fallback.previous_owner:
            words = "the fallback takes everybody: name a pool, a user or a queue, never an owner who may be missing"
            raise findings_error([Finding(("fallback",), words)])
        return self
