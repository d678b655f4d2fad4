"""What reps do with a lead, as cards: a shuffled first deck in which everything occurs once, then everyday ones.

A card becomes a script of steps over the coming half days. So every behaviour is seen early in the
run, whatever the seed number, and to whom it happens is left to chance.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from leadloop.demo import people

PARTS_A_DAY = 2


class Card(StrEnum):
    """What becomes of one lead on a rep's desk."""

    CALL = "accepts by calling"
    CALL_MEETING = "calls, then a meeting"
    EMAIL = "accepts by an e-mail"
    TASK = "ticks off the task"
    VERDICT = "accepts by verdict"
    ALREADY = "works it already"
    CONVERT = "calls, then converts"
    IGNORE = "does nothing"
    WRONG_PERSON = "wrong person"
    DATA_WRONG = "data wrong"
    NOT_TARGET = "not our target"
    NOT_NOW_BACK = "not now, with a date, and they come back after it"
    NOT_NOW_EARLY = "not now, with a date, and they do a little before it"
    NOT_NOW_IDLE = "not now, with a date, and nothing happens"
    NOT_NOW_OPEN = "not now, without a date"
    NO_BUDGET_RAISES = "no budget, and they ask for a demo during the cool-off"
    NO_BUDGET = "no budget"
    NO_NEED = "no need"
    CHOSE_ANOTHER = "chose another"
    UNREACHABLE = "unreachable"
    LEFT_COMPANY = "left the company"


EARLY = (Card.NOT_NOW_BACK, Card.NO_BUDGET_RAISES, Card.DATA_WRONG, Card.WRONG_PERSON, Card.NOT_NOW_EARLY)
"""What takes the longest to be told: dealt among the first."""

LEADS_ONLY = frozenset({Card.WRONG_PERSON, Card.DATA_WRONG, Card.CONVERT})
"""What is shown on a Lead: a Contact's owner never changes and it converts no more."""

EVERYDAY = {
    Card.CALL: 5,
    Card.CALL_MEETING: 5,
    Card.EMAIL: 3,
    Card.TASK: 3,
    Card.VERDICT: 3,
    Card.ALREADY: 1,
    Card.CONVERT: 3,
    Card.IGNORE: 2,
    Card.WRONG_PERSON: 2,
    Card.DATA_WRONG: 1,
    Card.NOT_TARGET: 2,
    Card.NOT_NOW_BACK: 1,
    Card.NOT_NOW_OPEN: 2,
    Card.NO_BUDGET_RAISES: 1,
    Card.NO_BUDGET: 2,
    Card.NO_NEED: 2,
    Card.CHOSE_ANOTHER: 2,
    Card.UNREACHABLE: 2,
    Card.LEFT_COMPANY: 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One deed of a rep, so many half days after the card was dealt."""

    after: int
    do: str
    fields: dict[str, Any] = field(default_factory=dict)


class Deck:
    """Deals cards: the first deck holds each once, the early ones on top; the later ones are everyday."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        early, later = list(EARLY), [card for card in Card if card not in EARLY]
        rng.shuffle(later)
        top = early + later[:4]
        rng.shuffle(top)
        self._cards = top + later[4:]

    def deal(self, suits: Callable[[Card], bool]) -> Card:
        """The first card that suits the lead."""
        while True:
            found = next((card for card in self._cards if suits(card)), None)
            if found is not None:
                self._cards.remove(found)
                return found
            self._refill()

    def _refill(self) -> None:
        fresh = [card for card, count in EVERYDAY.items() for _ in range(count)]
        self._rng.shuffle(fresh)
        self._cards.extend(fresh)


def script(card: Card, rng: random.Random, *, today: date) -> list[Step]:
    """The steps of a card, beginning at once or half a day later."""
    start = rng.choice((0, 0, 0, 1))
    return [Step(after=start + step.after, do=step.do, fields=step.fields) for step in _SCRIPTS[card](_Day(rng, today))]


@dataclass(frozen=True, slots=True)
class _Day:
    """Chance and the date, as the scripts need them."""

    rng: random.Random
    today: date

    def call(self, after: int = 0) -> Step:
        talked = {"subject": "Call", "duration_s": self.rng.randint(130, 600), "disposition": "Connected"}
        return Step(after=after, do="call", fields=talked)

    def rings(self, after: int = 0) -> Step:
        return Step(after=after, do="call", fields={"subject": "Call", "duration_s": 0, "disposition": "No answer"})

    def ends(self, after: int, reason: str, *, days: int | None = None) -> Step:
        date_given = {} if days is None else {"return_date": (self.today + timedelta(days=days)).isoformat()}
        return Step(after=after, do="reject", fields={"reason": reason, **date_given})

    def says(self, reason: str) -> Step:
        return Step(after=0, do="reject", fields={"reason": reason})

    def not_now(self, days: int | None) -> list[Step]:
        return [self.call(), self.ends(1, "Not now", days=days)]

    def converts(self, after: int) -> Step:
        return Step(after=after, do="convert", fields={"amount": self.rng.randrange(6_000, 40_000, 500)})

    def results(self, after: int, outcome: str) -> Step:
        return Step(after=after, do="outcome", fields={"outcome": outcome})


_SCRIPTS: dict[Card, Callable[[_Day], list[Step]]] = {
    Card.CALL: lambda day: [day.call(), day.call(9)],
    Card.CALL_MEETING: lambda day: [
        day.call(),
        Step(after=3, do="meeting", fields={"subject": "Demo"}),
        day.results(4, "Meeting"),
    ],
    Card.EMAIL: lambda day: [
        Step(after=0, do="email", fields={"subject": "Your question"}),
        Step(after=1, do="reply", fields={"subject": "Re: Your question"}),
        day.call(2),
    ],
    Card.TASK: lambda _: [Step(after=0, do="tick")],
    Card.VERDICT: lambda day: [Step(after=0, do="accept"), day.call(1), day.results(6, "Qualified")],
    Card.ALREADY: lambda day: [day.says("Already working it")],
    Card.CONVERT: lambda day: [day.call(), day.converts(3)],
    Card.IGNORE: lambda _: [],
    Card.WRONG_PERSON: lambda day: [day.says("Wrong person")],
    Card.DATA_WRONG: lambda day: [day.says("Data wrong")],
    Card.NOT_TARGET: lambda day: [day.says("Not our target")],
    Card.NOT_NOW_BACK: lambda day: day.not_now(day.rng.randint(8, 11)),
    Card.NOT_NOW_EARLY: lambda day: day.not_now(15),
    Card.NOT_NOW_IDLE: lambda day: day.not_now(day.rng.randint(8, 12)),
    Card.NOT_NOW_OPEN: lambda day: day.not_now(None),
    Card.NO_BUDGET_RAISES: lambda day: [day.call(), day.ends(1, "No budget")],
    Card.NO_BUDGET: lambda day: [day.call(), day.ends(1, "No budget")],
    Card.NO_NEED: lambda day: [day.call(), day.ends(1, "No need")],
    Card.CHOSE_ANOTHER: lambda day: [day.call(), day.ends(1, "Chose another", days=245)],
    Card.UNREACHABLE: lambda day: [day.rings(), day.rings(2), day.rings(4), day.ends(5, "Unreachable")],
    Card.LEFT_COMPANY: lambda day: [day.rings(), day.ends(1, "Left company")],
}


def day_of(part: int) -> int:
    """The day of the run, from 1, that a half day belongs to."""
    return part // PARTS_A_DAY + 1


def date_of(part: int) -> date:
    return people.FIRST_DAY + timedelta(days=day_of(part) - 1)


def morning(day: int) -> int:
    """The first half day of a day of the run."""
    return PARTS_A_DAY * (day - 1)
