"""routing.yaml: who gets a lead, when they work, and what happens when nothing happens."""

from datetime import date, time
from typing import Literal, Self

from pydantic import Field, model_validator

from config.conditions import Condition
from config.strict import Strict
from config.words import TimeZone

AROUND_THE_LEAD = frozenset({"kind", "hand_raise", "grade", "band", "score", "is_customer", "has_open_deal"})
"""What routing rules may ask for beside the lead's own properties."""


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

    due_min: int = Field(ge=0)
    """When the first touch is due."""
    remind_min: int | None
    """When the rep is reminded."""
    manager_min: int | None
    """When the manager hears of it."""
    release_min: int | None
    """Back to the queue. None: stays with the rep."""


class OutcomeClock(Strict):
    """Calendar days from the acceptance to each step."""

    remind_days: int = 14
    """When the rep is asked what came of it."""
    manager_days: int = 21
    """When the manager hears of it."""
    recycle_days: int = 30
    """When the lead is recycled as `went quiet`."""


class Clocks(Strict):
    hand_raise: TouchClock = TouchClock(due_min=15, remind_min=15, manager_min=45, release_min=None)
    """For people who asked to be called."""
    normal: TouchClock = TouchClock(due_min=480, remind_min=480, manager_min=960, release_min=2400)
    """For everybody else."""
    outcome: OutcomeClock = OutcomeClock()
    """From the acceptance to what came of it."""
    logging_delay_min: int = 10
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
