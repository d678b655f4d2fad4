"""A day that ends at the account's midnight: what was told before it is nothing after it, and stands until then."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from domain.errors import RateLimitedError
from store.budget import BudgetLimit, StoreBudget, Usage
from store.engine import Store
from tests.unit.store.examples import NOON
from tests.unit.store.test_budget import Hand

DAY, LIMIT, RESERVE = timedelta(days=1), 1000, 50
MIDNIGHT = NOON + timedelta(hours=17)
"""In New York."""


def budget(store: Store, clock: Hand) -> StoreBudget:
    return StoreBudget(store, {"hubspot": BudgetLimit(daily=LIMIT)}, clock)


def test_a_figure_inside_the_reserve_stands_until_midnight_and_no_longer(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=960, limit=LIMIT, resets_at=MIDNIGHT)
    clock.moment = MIDNIGHT - timedelta(seconds=1)
    for lane in ("background", "handoff"):
        with pytest.raises(RateLimitedError) as refused:
            calls.spend("hubspot", lane)
        assert (refused.value.retry_after_s, refused.value.daily) == (1.0, True)
    clock.moment = MIDNIGHT
    calls.spend("hubspot", "background")
    assert calls.usage("hubspot") == Usage(own=1, background=1, used=1, limit=LIMIT)


def test_our_own_calls_of_yesterday_are_free_at_midnight(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=0, limit=LIMIT, resets_at=MIDNIGHT)
    calls.spend("hubspot", "background", calls=300)
    with pytest.raises(RateLimitedError) as refused:
        calls.spend("hubspot", "background")
    assert refused.value.retry_after_s == 17 * 3600
    clock.moment = MIDNIGHT
    calls.spend("hubspot", "background", calls=300)


def test_nobody_asks_before_midnight_what_the_vendor_has_said(store: Store) -> None:
    """Where the end is known a question in between learns nothing."""
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=804, limit=LIMIT, resets_at=MIDNIGHT)
    for minutes in range(0, 17 * 60, 20):
        clock.moment = NOON + timedelta(minutes=minutes)
        with pytest.raises(RateLimitedError):
            calls.spend("hubspot", "background")
    calls.spend("hubspot", "handoff")


def test_a_restart_remembers_when_the_day_ends(store: Store) -> None:
    clock = Hand()
    first = budget(store, clock)
    first.hint("hubspot", used=960, limit=LIMIT, resets_at=MIDNIGHT)
    first.flush()
    clock.moment = MIDNIGHT - timedelta(minutes=1)
    with pytest.raises(RateLimitedError) as refused:
        budget(store, clock).spend("hubspot", "background")
    assert refused.value.retry_after_s == 60
    clock.moment = MIDNIGHT
    budget(store, clock).spend("hubspot", "background")


def test_a_figure_without_an_end_keeps_the_end_that_is_known(store: Store) -> None:
    """Another connector object of the connection may not know the account's zone yet."""
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=100, limit=LIMIT, resets_at=MIDNIGHT)
    calls.hint("hubspot", used=960, limit=LIMIT)
    clock.moment = MIDNIGHT
    calls.hint("hubspot", used=3, limit=LIMIT)
    calls.spend("hubspot", "background")
    assert calls.usage("hubspot").used == 4


@dataclass
class Account:
    """A vendor that counts from its midnight on, on a clock of its own, and that others use as well."""

    chance: random.Random
    midnight: datetime
    ahead: timedelta
    tells: float
    greed: float
    used: int = 0
    ours: int = 0

    def turn(self, now: datetime) -> None:
        while now + self.ahead >= self.midnight:
            self.midnight, self.used, self.ours = self.midnight + DAY, 0, 0

    def answer(self) -> int | None:
        """Take a call; the figure, where the answer brings one. What others do is told with the next figure."""
        self.used, self.ours = self.used + 1, self.ours + 1
        if self.chance.random() >= self.tells:
            return None
        if self.chance.random() < self.greed:
            self.used = min(LIMIT, self.used + self.chance.randrange(120))
        return self.used


def accounts(seeds: range) -> Iterator[tuple[int, Account]]:
    for seed in seeds:
        chance = random.Random(seed)
        yield (
            seed,
            Account(
                chance=chance,
                midnight=NOON + timedelta(minutes=chance.randrange(1440)),
                ahead=timedelta(seconds=chance.randrange(-240, 240)),
                tells=chance.choice([1.0, 0.5, 0.1]),
                greed=chance.choice([0.0, 0.02, 0.1, 0.5]),
            ),
        )


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_in_a_thousand_schedules_nothing_of_the_reserve_goes_to_the_background_and_the_ledger_misses_no_call(
    store: Store,
) -> None:
    """Our clock differs from the account's by up to four minutes; the end is told five minutes late, as clients do."""
    broken, missed, let_through, soonest = list[int](), list[int](), 0, list[float]()
    for seed, account in accounts(range(1000)):
        clock, name = Hand(), f"hubspot {seed}"
        calls = StoreBudget(store, {name: BudgetLimit(daily=LIMIT)}, clock)
        while clock.moment < NOON + timedelta(hours=40):
            clock.moment += timedelta(minutes=account.chance.choice([0, 0, 0, 0, 1, 5, 5, 30, 240]))
            account.turn(clock.moment)
            lane = account.chance.choice(["background", "background", "handoff"])
            if account.chance.random() < 0.2:
                missed += [seed] if calls.usage(name).own < account.ours else []
            try:
                calls.spend(name, lane)
            except RateLimitedError as refused:
                soonest.append(refused.retry_after_s)
                continue
            if lane == "background":
                let_through += 1
                broken += [seed] if LIMIT - account.used <= RESERVE else []
            told = account.answer()
            if told is not None:
                calls.hint(name, used=told, limit=LIMIT, resets_at=_surely(account, clock.moment))
    assert (broken, missed) == ([], [])
    assert let_through > 30_000
    assert 0 < min(soonest) <= max(soonest) <= 24 * 3600 + 300


def _surely(account: Account, now: datetime) -> datetime:
    """The client knows the zone, hence the midnight by our clock, and adds five minutes."""
    grace = timedelta(minutes=5)
    midnight = account.midnight
    while midnight - DAY > now - grace:
        midnight -= DAY
    while midnight <= now - grace:
        midnight += DAY
    return midnight + grace
