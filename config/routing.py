"""routing.yaml: who gets a lead, when they work, and what happens when nothing happens."""

from collections.abc import Iterable
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from config.clock_rules import Enforce, Rest, TouchCoverage
from config.conditions import Condition
from config.playbook import Play
from config.strict import FARTHEST_DAYS, Strict
from config.words import Finding, TimeZone, findings_error
from domain.handoff import Outcome, Verdict

Minutes = Annotated[int, Field(ge=0, le=100_000)]
"""Of working time: at most 208 days of eight hours."""

AROUND_THE_LEAD = frozenset(
    {"kind", "hand_raise", "grade", "band", "score", "is_customer", "is_partner", "has_open_deal", "account_territory"}
)
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

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

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


Earns = Literal["wrong_person", "data_wrong", "not_target", "merged"]
EARNS: tuple[Earns, ...] = ("wrong_person", "data_wrong", "not_target", "merged")


class CreditBack(Strict):
    """When a lead that could not be worked gives its rep the turn back."""

    on: list[Earns] = Field(default_factory=lambda: list(EARNS))
    """The verdicts, and `merged` for a lead that turned out to be one that somebody has already."""
    within_days: int = Field(default=14, ge=0, le=FARTHEST_DAYS)
    """How many days after the assignment that may be found out."""


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
    credit_back: CreditBack | None = CreditBack()
    """Whose lead could not be worked is next in turn once more. None: a turn is a turn."""


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
    territory: bool = False
    """Whoever has the lead's territory by the table; the next rule when it lies in none or nobody is named there."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        named = [self.pool, self.user, self.queue]
        sought = [self.account_owner, self.previous_owner, self.territory]
        if sum(choice is not None for choice in named) + sum(sought) != 1:
            raise ValueError(
                "a target names exactly one of pool, user, queue, account_owner, previous_owner, territory"
            )
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


class Chain(Strict):
    """What one team qualifies is handed on to another one: a handoff of its own, and a road back."""

    model_config = ConfigDict(serialize_by_alias=True)

    name: str
    """How the chain is called in explanations; the only one of its name."""
    pools: list[str] = Field(alias="from", min_length=1)
    """The pools whose reps hand on."""
    on: list[Outcome] = Field(default_factory=lambda: [Outcome.MEETING, Outcome.QUALIFIED], min_length=1)
    """The outcomes with which they do."""
    to: Target
    """Who gets the next handoff."""
    gives_back: list[Verdict] = Field(default_factory=lambda: [Verdict.NOT_TARGET, Verdict.DATA_WRONG])
    """The verdicts with which it goes back to the rep who handed it on, instead of the usual road."""


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
    reassign_min: Minutes | None = None
    """To the next rep of the pool, whose clock begins anew; before `release_min`. None: never, until you say so."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        taken = (("reassign_min", self.reassign_min), ("release_min", self.release_min))
        later = (("manager_min", self.manager_min), *taken)
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
    stagger_min: int = Field(default=10, ge=0, le=240)
    """Minutes of working time between the due times of the requests to be called that one rep got in one night."""
    logging_delay_min: int = Field(default=10, ge=0, le=1440)
    """How long a rep's call usually takes to appear in the CRM: no step fires before that has passed."""
    enforce: Enforce = Enforce.AUTO
    """Whether the touch clock's steps act or are only counted: `auto` asks how well the team logs what it does."""
    coverage: TouchCoverage = TouchCoverage()
    """What `auto` goes by."""
    reassign_most: int = Field(default=2, ge=1, le=20)
    """How often one handoff is reassigned at most; after that it is released, where that is set."""
    rest: Rest | None = None
    """Who misses leads again and again rests. None: never, until you say so."""


class RoutingRules(Strict):
    teams: list[Team] = Field(min_length=1)
    """Teams with their hours."""
    pools: list[Pool] = Field(min_length=1)
    """Who takes turns."""
    rules: list[RoutingRule] = Field(default_factory=list)
    """In order; the first that fits and names somebody wins."""
    fallback: Target
    """Where a lead goes that no rule took: mandatory."""
    territories: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]*\.csv$")
    """The table of territories: a CSV beside this file, for the target `territory`."""
    chains: list[Chain] = Field(default_factory=list)
    """Who hands on to whom once a lead is qualified."""
    all_away: Literal["queue", "hold", "manager"] = "queue"
    """Nobody at work: wait in the visible unassigned queue, hold with the next in turn, or go to the team's manager."""
    clocks: Clocks = Clocks()
    """How long a rep has, and what happens then."""
    playbook: list[Play] = Field(default_factory=list)
    """What goes into a rep's task beside what is known; the first that fits."""

    @model_validator(mode="after")
    def _takes_everybody(self) -> Self:
        if self.fallback.account_owner or self.fallback.previous_owner or self.fallback.territory:
            words = "the fallback takes everybody: name a pool, a user or a queue, never an owner who may be missing"
            raise findings_error([Finding(("fallback",), words)])
        return self
