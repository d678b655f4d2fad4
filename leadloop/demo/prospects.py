"""What prospects, admins and marketers do from day to day: planned at the start, or promised on the way."""

import random
from collections.abc import Iterator, Sequence

from leadloop.demo import names, people, seed
from leadloop.demo.deck import morning
from leadloop.demo.people import Cast, Person
from leadloop.demo.seed import Row

RESERVE = 45
"""So many of the warm people are kept for crossing the line."""
DRIZZLE = range(9, people.BUSY_DAY)
"""Days on which the warm ones look once more, each once: they stay warm and below the line."""


class Agenda:
    """Acts by half day."""

    def __init__(self) -> None:
        self._acts: dict[int, list[Row]] = {}

    def put(self, part: int, *acts: Row) -> None:
        self._acts.setdefault(part, []).extend(acts)

    def take(self, part: int) -> list[Row]:
        return self._acts.pop(part, [])


def crossing(person: Person, rng: random.Random) -> tuple[list[Row], list[Row]]:
    """Sixty points in two goes: enough for the line whatever they did before."""
    first, second, third = rng.sample(names.GUIDES, 3)
    looks = [seed.views(person, seed.COMPARISON), seed.views(person, seed.PRICING)]
    return [*looks, seed.downloads(person, first)], [seed.downloads(person, second), seed.downloads(person, third)]


def plan(cast: Cast, rng: random.Random) -> Agenda:
    """Everything that is planned before day 1."""
    agenda = Agenda()
    *fresh, opted_out = cast.fresh
    reserve = list(cast.warm[-RESERVE:])
    rng.shuffle(fresh)
    rng.shuffle(reserve)
    pool = iter([*fresh, *reserve])
    _crosses(agenda, opted_out, day=2, rng=rng)
    for day in range(1, people.LAST_DAY):
        _hand_raises(agenda, pool, day=day, rng=rng)
        if day != people.BUSY_DAY:
            for _ in range(rng.choice((1, 1, 2))):
                _crosses(agenda, next(pool, None), day=day, rng=rng)
    for person in cast.warm[:-RESERVE]:
        agenda.put(_some_part(rng.choice(DRIZZLE), rng), seed.views(person, seed.COMPARISON))
    _noise(agenda, cast.cold, rng)
    _special(agenda, cast, rng)
    return agenda


def _some_part(day: int, rng: random.Random) -> int:
    return morning(day) + rng.randint(0, 1)


def _crosses(agenda: Agenda, person: Person | None, *, day: int, rng: random.Random) -> None:
    if person is not None:
        first, second = crossing(person, rng)
        agenda.put(morning(day), *first)
        agenda.put(morning(day) + 1, *second)


def _hand_raises(agenda: Agenda, pool: Iterator[Person], *, day: int, rng: random.Random) -> None:
    """Usually one a day; on the training day and on the busy day more, at both times of the day."""
    parts = [_some_part(day, rng) for _ in range(rng.choice((0, 1, 1, 2)))]
    if day == people.TRAINING_DAY:
        parts = [morning(day), morning(day) + 1]
    if day == people.BUSY_DAY:
        parts = [morning(day), morning(day), morning(day) + 1]
    for part in parts:
        person = next(pool, None)
        if person is not None:
            agenda.put(part, *raising(person, rng))


def raising(person: Person, rng: random.Random) -> list[Row]:
    """A look at the prices, then the request with what they typed."""
    return [seed.views(person, seed.PRICING), seed.asks_for_demo(person, rng.choice(names.MESSAGES))]


def _noise(agenda: Agenda, cold: Sequence[Person], rng: random.Random) -> None:
    for day in range(1, people.LAST_DAY + 1):
        for person in rng.sample(cold, rng.randint(3, 7)):
            click = seed.prospect("click", person, {"campaign": f"Newsletter week {day // 7 + 36}"})
            agenda.put(_some_part(day, rng), rng.choice((click, seed.views(person, rng.choice(seed.PAGES)))))
    for person in rng.sample(cold, 2):
        agenda.put(_some_part(rng.randint(5, 25), rng), seed.prospect("unsubscribe", person, {}))


def _special(agenda: Agenda, cast: Cast, rng: random.Random) -> None:
    """Those who never become a handoff: a competitor, an employee, testers, a customer, somebody in a deal."""
    for day, person in enumerate((*cast.barred, cast.customers[0], cast.in_deals[0]), start=5):
        agenda.put(_some_part(day, rng), *raising(person, rng))
