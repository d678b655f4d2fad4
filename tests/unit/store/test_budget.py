"""The call budget: shares by lane, the vendor's figure where it is higher, and memory across restarts."""

from dataclasses import dataclass
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
    assert again.usage("hubspot") == Usage(own=40, background=10, used=400, limit=2000)
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
