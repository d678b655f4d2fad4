"""The call budget: shares by lane, the vendor's figure where it is higher, and memory across restarts."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from domain.errors import RateLimitedError
from store.budget import BudgetLimit, StoreBudget, Usage
from store.engine import Store
from tests.unit.store.examples import NOON


@dataclass
class Hand:
    """A clock that stands until it is moved."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment


def budget(store: Store, clock: Hand, daily: int = 1000) -> StoreBudget:
    return StoreBudget(store, {"hubspot": BudgetLimit(daily=daily)}, clock)


def test_the_background_stops_at_its_own_share_and_handoffs_go_on(store: Store) -> None:
    calls = budget(store, Hand())
    calls.spend("hubspot", "background", calls=300)
    with pytest.raises(RateLimitedError, match="used 300 of 1000 calls") as refused:
        calls.spend("hubspot", "background")
    assert refused.value.daily is True
    assert refused.value.retry_after_s == 3600
    calls.spend("hubspot", "handoff", calls=650)
    with pytest.raises(RateLimitedError):
        calls.spend("hubspot", "handoff")
    assert calls.usage("hubspot") == Usage(own=950, background=300, used=950, limit=1000)


def test_nobody_uses_the_reserve_whatever_share_a_lane_was_given(store: Store) -> None:
    everything = BudgetLimit(
        daily=1000, background_own_percent=100, background_account_percent=100, handoff_percent=100
    )
    calls = StoreBudget(store, {"hubspot": everything}, Hand())
    calls.spend("hubspot", "background", calls=900)
    calls.spend("hubspot", "handoff", calls=50)
    for lane in ("background", "handoff"):
        with pytest.raises(RateLimitedError):
            calls.spend("hubspot", lane)
    assert calls.usage("hubspot").own == 950


def test_the_background_stops_when_others_have_used_the_account(store: Store) -> None:
    calls = budget(store, Hand())
    calls.hint("hubspot", used=799, limit=1000)
    calls.spend("hubspot", "background")
    with pytest.raises(RateLimitedError):
        calls.spend("hubspot", "background")
    calls.spend("hubspot", "handoff", calls=150)
    with pytest.raises(RateLimitedError):
        calls.spend("hubspot", "handoff")


def test_the_vendors_limit_stands_over_the_assumed_one(store: Store) -> None:
    calls = budget(store, Hand(), daily=100)
    calls.hint("hubspot", used=0, limit=10_000)
    calls.spend("hubspot", "background", calls=3_000)
    assert calls.usage("hubspot").limit == 10_000


def test_a_late_figure_does_not_forget_what_was_sent(store: Store) -> None:
    calls = budget(store, Hand())
    calls.hint("hubspot", used=500, limit=None)
    calls.spend("hubspot", "background", calls=20)
    calls.hint("hubspot", used=490, limit=None)
    assert calls.usage("hubspot").used == 520


def test_calls_become_free_after_a_day(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.spend("hubspot", "background", calls=300)
    clock.moment = NOON + timedelta(hours=23)
    with pytest.raises(RateLimitedError):
        calls.spend("hubspot", "background")
    clock.moment = NOON + timedelta(hours=25)
    calls.spend("hubspot", "background", calls=300)


def test_a_restart_remembers_what_was_written(store: Store) -> None:
    clock = Hand()
    first = budget(store, clock)
    first.hint("hubspot", used=400, limit=2000)
    first.spend("hubspot", "handoff", calls=30)
    first.spend("hubspot", "background", calls=10)
    first.flush()
    first.flush()
    again = budget(store, clock)
    assert again.usage("hubspot") == Usage(own=40, background=10, used=440, limit=2000)
    again.spend("hubspot", "handoff", calls=5)
    again.flush()
    assert budget(store, clock).usage("hubspot").own == 45


def test_a_batch_is_written_by_itself(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    for _ in range(60):
        calls.spend("hubspot", "background")
    assert budget(store, clock).usage("hubspot").own == 50


def test_each_connection_has_an_account_of_its_own(store: Store) -> None:
    calls = budget(store, Hand())
    calls.spend("hubspot", "background", calls=300)
    calls.spend("salesforce", "background", calls=300)
    assert calls.usage("salesforce") == Usage(own=300, background=300, used=300, limit=100_000)


def test_while_only_the_vendors_figure_refuses_the_background_asks_every_ten_minutes(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=804, limit=1000)
    waits = {}
    for minute in range(0, 60, 5):
        clock.moment = NOON + timedelta(minutes=minute)
        try:
            calls.spend("hubspot", "background")
            waits[minute] = 0.0
        except RateLimitedError as refused:
            waits[minute] = refused.retry_after_s
    assert waits == {0: 600} | {minute: 0 if minute % 10 == 0 else 300 for minute in range(5, 60, 5)}


def test_a_lower_figure_ends_it_and_a_higher_one_starts_the_ten_minutes_anew(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=804, limit=1000)
    clock.moment = NOON + timedelta(minutes=10)
    calls.spend("hubspot", "background")
    calls.hint("hubspot", used=806, limit=1000)
    clock.moment = NOON + timedelta(minutes=19)
    with pytest.raises(RateLimitedError):
        calls.spend("hubspot", "background")
    clock.moment = NOON + timedelta(minutes=20)
    calls.spend("hubspot", "background")
    calls.hint("hubspot", used=1, limit=1000)
    calls.spend("hubspot", "background", calls=200)
    assert calls.usage("hubspot").used == 202


def test_a_figure_of_an_hour_ago_guards_the_reserve_alone(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=900, limit=1000)
    clock.moment = NOON + timedelta(hours=1)
    calls.spend("hubspot", "background", calls=50)
    clock.moment = NOON + timedelta(hours=23)
    with pytest.raises(RateLimitedError, match="used 950 of 1000"):
        calls.spend("hubspot", "background")


def test_nobody_asks_inside_the_reserve(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.hint("hubspot", used=950, limit=1000)
    for hours in (1, 12, 24):
        clock.moment = NOON + timedelta(hours=hours)
        for lane in ("background", "handoff"):
            with pytest.raises(RateLimitedError):
                calls.spend("hubspot", lane)
    clock.moment = NOON + timedelta(hours=24, seconds=1)
    calls.spend("hubspot", "background")


def test_our_own_share_lets_nobody_ask(store: Store) -> None:
    clock = Hand()
    calls = budget(store, clock)
    calls.spend("hubspot", "background", calls=300)
    calls.hint("hubspot", used=804, limit=1000)
    clock.moment = NOON + timedelta(minutes=59)
    with pytest.raises(RateLimitedError):
        calls.spend("hubspot", "background")


@dataclass
class Account:
    """A vendor that counts from midnight on, and that others use as well."""

    chance: random.Random
    tells: float
    limit: int = 1000
    day: datetime = NOON
    used: int = field(default=0)

    def answer(self, now: datetime, *, greed: float) -> int | None:
        """Take a call; the figure, where the answer brings one. What others do is told with the next figure."""
        if now - self.day >= timedelta(days=1):
            self.day, self.used = self.day + timedelta(days=1), 0
        self.used += 1
        if self.chance.random() >= self.tells:
            return None
        if self.chance.random() < greed:
            self.used = min(self.limit, self.used + self.chance.randrange(120))
        return self.used


def schedules(seeds: range) -> Iterator[tuple[int, Account, float]]:
    for seed in seeds:
        chance = random.Random(seed)
        account = Account(chance=chance, tells=chance.choice([1.0, 0.5, 0.1]))
        account.day = NOON - timedelta(minutes=chance.randrange(1440))
        yield seed, account, chance.choice([0.0, 0.02, 0.1, 0.5])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_reserve_is_untouched_in_a_thousand_schedules(store: Store) -> None:
    broken: list[tuple[int, datetime]] = []
    let_through = 0
    for seed, account, greed in schedules(range(1000)):
        clock, name = Hand(), f"hubspot {seed}"
        calls = StoreBudget(store, {name: BudgetLimit(daily=1000)}, clock)
        while clock.moment < NOON + timedelta(hours=36):
            clock.moment += timedelta(minutes=account.chance.choice([0, 0, 0, 0, 1, 5, 5, 30, 240]))
            lane = account.chance.choice(["background", "background", "handoff"])
            try:
                calls.spend(name, lane)
            except RateLimitedError:
                continue
            if lane == "background":
                let_through += 1
                fresh = clock.moment - account.day >= timedelta(days=1)
                broken += [(seed, clock.moment)] if not fresh and account.limit - account.used <= 50 else []
            told = account.answer(clock.moment, greed=greed)
            if told is not None:
                calls.hint(name, used=told, limit=1000)
    assert broken == []
    assert let_through > 30_000


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("figure", range(801, 950, 8))
def test_within_a_quarter_of_an_hour_after_a_reset_the_background_goes_on(store: Store, figure: int) -> None:
    clock = Hand()
    calls = budget(store, clock)
    reset = NOON + timedelta(minutes=317 + figure % 7)
    gone_on_at = None
    calls.hint("hubspot", used=figure, limit=1000)
    while gone_on_at is None:
        clock.moment += timedelta(minutes=5)
        try:
            calls.spend("hubspot", "background")
            calls.hint("hubspot", used=0 if clock.moment >= reset else figure, limit=1000)
            calls.spend("hubspot", "background")
        except RateLimitedError:
            continue
        gone_on_at = clock.moment
    assert reset <= gone_on_at <= reset + timedelta(minutes=15)
