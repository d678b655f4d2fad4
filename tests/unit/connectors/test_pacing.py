"""No window ever holds more sends than its limit."""

import threading
from collections import deque
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.pacing import Limit, Pacing, Rest, Wall, shared_pacing

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class StepWall:
    """A wall clock that moves only when somebody sleeps, or is pushed."""

    def __init__(self) -> None:
        self.now = 0.0
        self.wall = Wall(monotonic=lambda: self.now, sleep=self.push)

    def push(self, seconds: float) -> None:
        self.now += seconds


TEN_S, SECOND_S = 10.25, 1.025
"""The vendors' windows as we keep to them."""


@settings(max_examples=80, deadline=None)
@given(
    sends=st.integers(1, 6),
    window_s=st.sampled_from([0.5, 1.0, 10.0]),
    pauses=st.lists(st.floats(0, 12, allow_nan=False), min_size=1, max_size=60),
)
def test_no_rolling_window_holds_more_than_the_limit(sends: int, window_s: float, pauses: list[float]) -> None:
    step = StepWall()
    pacing = Pacing({"all": Limit(sends=sends, window_s=window_s)}, step.wall)
    sent: deque[float] = deque()
    for pause in pauses:
        step.push(pause)
        pacing.wait("all")
        sent.append(step.now)
        if len(sent) > sends:
            assert sent[-1] - sent[-1 - sends] >= window_s - 1e-6


@settings(max_examples=80, deadline=None)
@given(
    steps=st.lists(st.tuples(st.floats(0, 4, allow_nan=False), st.integers(0, 5)), min_size=1, max_size=60),
    allowed=st.integers(2, 8),
)
def test_with_the_vendors_word_ours_and_the_others_sends_stay_in_its_window(
    steps: list[tuple[float, int]], allowed: int
) -> None:
    """Others send through the same app before each of our calls, as far as the vendor lets them."""
    step = StepWall()
    pacing = Pacing({"all": Limit(sends=100, window_s=10)}, step.wall)
    counted: deque[float] = deque()
    refused = 0
    for pause, others in steps:
        step.push(pause)
        waited = pacing.wait("all")
        while counted and counted[0] + 10 <= step.now:
            counted.popleft()
        refused += len(counted) >= allowed
        taken = min(others + 1, allowed - len(counted))
        counted.extend([step.now] * max(0, taken))
        pacing.correct("all", allowed=allowed, left=allowed - len(counted))
        assert waited <= TEN_S + 1e-6
    assert refused == 0


def test_sends_that_arrive_a_little_late_stay_in_the_vendors_window() -> None:
    step = StepWall()
    pacing = Pacing({"all": Limit(sends=2, window_s=10)}, step.wall)
    late_s = [0.24, 0.24, 0.0, 0.0]
    arrived = []
    for late in late_s:
        pacing.wait("all")
        arrived.append(step.now + late)
    assert arrived[2] - arrived[0] >= 10


def test_the_lower_of_our_limit_and_the_vendors_counts() -> None:
    step = StepWall()
    pacing = Pacing({"all": Limit(sends=3, window_s=10)}, step.wall)
    pacing.correct("all", allowed=190, left=190)
    assert [pacing.wait("all") for _ in range(4)] == [0, 0, 0, TEN_S]
    pacing.correct("all", allowed=2, left=1)
    assert [pacing.wait("all") for _ in range(3)] == [0, TEN_S, 0]


def test_what_others_send_takes_nothing_of_our_limit_while_the_vendor_has_room() -> None:
    pacing = Pacing({"all": Limit(sends=3, window_s=10)}, StepWall().wall)
    pacing.correct("all", allowed=190, left=90)
    assert [pacing.wait("all") for _ in range(2)] == [0, 0]
    pacing.correct("all", allowed=190, left=0)
    assert pacing.wait("all") == TEN_S


def test_a_word_of_any_size_about_what_others_sent_takes_no_room() -> None:
    step = StepWall()
    pacing = Pacing({"all": Limit(sends=3, window_s=10)}, step.wall)
    pacing.correct("all", allowed=10**12, left=0)
    step.push(1)
    pacing.correct("all", allowed=10**12, left=0)
    assert [pacing.wait("all") for _ in range(2)] == [TEN_S - 1, 0]


def test_what_the_vendor_has_not_counted_yet_stays_counted() -> None:
    step = StepWall()
    pacing = Pacing({"all": Limit(sends=2, window_s=10)}, step.wall)
    pacing.wait("all")
    pacing.wait("all")
    pacing.correct("all", allowed=2, left=1)
    assert pacing.wait("all") == TEN_S


def test_a_rest_is_told_until_it_is_over_and_the_longer_one_counts() -> None:
    pacing = Pacing({}, StepWall().wall)
    pacing.take_rest(Rest(until=NOON + timedelta(hours=24)))
    pacing.take_rest(Rest(until=NOON + timedelta(hours=1), daily=True))
    told = pacing.rest(NOON + timedelta(hours=24) - timedelta(seconds=1))
    assert told == Rest(until=NOON + timedelta(hours=24))
    assert pacing.rest(NOON + timedelta(hours=24)) is None


def test_buckets_do_not_slow_each_other() -> None:
    step = StepWall()
    pacing = Pacing({"search": Limit(sends=1, window_s=1), "all": Limit(sends=9, window_s=1)}, step.wall)
    pacing.wait("search")
    assert pacing.wait("all") == 0
    assert pacing.wait("search") == SECOND_S


def test_a_bucket_without_a_limit_is_only_held() -> None:
    step = StepWall()
    pacing = Pacing({}, step.wall)
    assert [pacing.wait("login") for _ in range(100)] == [0] * 100
    pacing.hold("login", 3)
    pacing.hold("login", 1)
    assert pacing.wait("login") == 3


def test_threads_share_one_pacing() -> None:
    step = StepWall()
    pacing = Pacing({"all": Limit(sends=50, window_s=1)}, step.wall)
    threads = [threading.Thread(target=lambda: [pacing.wait("all") for _ in range(10)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert step.now == 0
    assert pacing.wait("all") == SECOND_S


def test_the_same_system_gets_the_same_pacing() -> None:
    step = StepWall()
    first = shared_pacing("one system", {}, step.wall)
    assert shared_pacing("one system", {}, step.wall) is first
    assert shared_pacing("another", {}, step.wall) is not first
