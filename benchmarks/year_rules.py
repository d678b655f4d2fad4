"""The house of the year: five teams on three continents with their holidays, thirty reps by habit, six pools.

Lifecycle and scoring are the starter's; only routing is the year's own.
"""

import random
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from config.conditions import Condition, Operator, Row
from config.lifecycle import LifecycleRules
from config.routing import Absence, Block, Chain, CreditBack, Member, Pool, RoutingRule, RoutingRules, Target, Team
from config.scoring import ScoringRules
from domain.values import RuleHash
from handoff.rulebook import Rulebook
from tests.starter import starter_file

HASH = RuleHash("year")
ZONE = "Europe/Berlin"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


class Habit(StrEnum):
    """How a rep works: what makes the difference between them."""

    FAST = "fast"
    STEADY = "steady"
    SLOW = "slow"
    SILENT = "silent"
    """Works and never logs it: no call ever appears, now and then a status does."""
    PICKY = "picky"
    """Gives much of it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A team and its pool. `weights` by member, in order; None of them is the same person twice."""

    name: str
    zone: str
    holidays: str
    weights: tuple[int, ...]
    hours: tuple[tuple[time, time], ...]
    regions: tuple[str, ...]


MORNING, AFTERNOON = (time(8, 30), time(12)), (time(13), time(17, 30))
DESKS = (
    Desk(
        name="munich",
        zone="Europe/Berlin",
        holidays="DE-BY",
        weights=(2, 2, 2, 2, 1, 2, 2, 1),
        hours=(MORNING, AFTERNOON),
        regions=("DE", "AT", "CH", "NL"),
    ),
    Desk(
        name="london",
        zone="Europe/London",
        holidays="GB-ENG",
        weights=(1, 1, 1, 1, 1),
        hours=((time(9), time(17)),),
        regions=("GB", "IE", "FR"),
    ),
    Desk(
        name="newyork",
        zone="America/New_York",
        holidays="US-NY",
        weights=(1, 1, 1, 1, 1, 1, 1, 1),
        hours=((time(9), time(18)),),
        regions=("US", "CA"),
    ),
    Desk(
        name="sydney",
        zone="Australia/Sydney",
        holidays="AU-NSW",
        weights=(3, 2, 1, 1),
        hours=((time(9), time(17, 30)),),
        regions=("AU", "NZ"),
    ),
    Desk(
        name="enterprise",
        zone="America/New_York",
        holidays="US-NY",
        weights=(1, 1, 1, 1, 1),
        hours=((time(8), time(17)),),
        regions=(),
    ),
)
LONDON, OVERFLOW, ENTERPRISE = DESKS[1], DESKS[2], DESKS[4]
GENEROUS = (DESKS[0], OVERFLOW)
"""Where a lead that could not be worked gives its rep the turn back."""
ROOM, ENTERPRISE_ROOM = (10, 40), (3, 25)
"""New leads a day and open ones, at most."""
HABITS = (Habit.STEADY, Habit.FAST, Habit.STEADY, Habit.SLOW, Habit.STEADY, Habit.PICKY, Habit.STEADY, Habit.SILENT)


def email_of(desk: Desk, number: int) -> str:
    return f"{desk.name}-{number}@acme.example"


def habits() -> dict[str, Habit]:
    """Every rep's, by e-mail."""
    reps = [email_of(desk, number) for desk in DESKS for number in range(len(desk.weights))]
    return {rep: HABITS[place % len(HABITS)] for place, rep in enumerate(reps)}


def rulebook(first: date, days: int, chance: random.Random) -> Rulebook:
    return Rulebook(
        lifecycle=LifecycleRules.model_validate(starter_file("lifecycle")),
        routing=RoutingRules(
            teams=[_team(desk, first, days, chance) for desk in DESKS],
            pools=[_pool(desk) for desk in DESKS],
            rules=_rules(),
            fallback=Target(pool=OVERFLOW.name),
            chains=[Chain(name="to enterprise", **{"from": [LONDON.name]}, to=Target(pool=ENTERPRISE.name))],
        ),
        scoring=scoring(),
        rule_hash=HASH,
        time_zone=ZONE,
    )


def scoring() -> ScoringRules:
    return ScoringRules.model_validate(starter_file("scoring"))


def _team(desk: Desk, first: date, days: int, chance: random.Random) -> Team:
    absences = [
        each for number in range(len(desk.weights)) for each in _absences(email_of(desk, number), first, days, chance)
    ]
    return Team(
        name=desk.name,
        time_zone=desk.zone,
        hours=[Block(days=list(WEEKDAYS), start=start, end=end) for start, end in desk.hours],
        holidays=desk.holidays,
        manager=f"{desk.name}-manager@acme.example",
        absences=absences,
    )


def _absences(email: str, first: date, days: int, chance: random.Random) -> list[Absence]:
    """About five weeks a year: two long holidays and a few days ill; they may overlap."""
    found = []
    for length in (14, 9, 2, 2, 1):
        if days < 365 and chance.random() > days / 365:
            continue
        begins = first + timedelta(days=chance.randrange(days))
        found.append(Absence(email=email, first=begins, last=begins + timedelta(days=length - 1)))
    return found


def _pool(desk: Desk) -> Pool:
    members = [Member(email=email_of(desk, number), weight=weight) for number, weight in enumerate(desk.weights)]
    per_day, at_once = ENTERPRISE_ROOM if desk is ENTERPRISE else ROOM
    return Pool(
        name=desk.name,
        team=desk.name,
        members=members,
        new_per_day=per_day,
        open_at_once=at_once,
        credit_back=CreditBack() if desk in GENEROUS else None,
    )


def _rules() -> list[RoutingRule]:
    """Whoever looks after the account, then the large ones, then by country."""
    known = [Row(property=name, operator=Operator.EQUALS, value=True) for name in ("is_customer", "has_open_deal")]
    large = [
        Row(property="employees", operator=Operator.AT_LEAST, value=1000),
        Row(property="grade", operator=Operator.IN, value=["A"]),
    ]
    places = [
        RoutingRule(
            name=desk.name,
            when=Condition(all=[Row(property="country", operator=Operator.IN, value=list(desk.regions))]),
            to=Target(pool=desk.name),
        )
        for desk in DESKS
        if desk.regions
    ]
    return [
        RoutingRule(name="Their account's owner", when=Condition(any=known), to=Target(account_owner=True)),
        RoutingRule(name="Enterprise", when=Condition(all=large), to=Target(pool=ENTERPRISE.name)),
        *places,
    ]
