"""No window ever holds more sends than its limit."""

import threading
from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.pacing import Limit, Pacing, Wall, shared_pacing


class StepWall:
    """A wall clock that moves only when somebody sleeps, or is pushed."""

    def __init__(self) -> None:
        self.now = 0.0
        self.wall = Wall(monotonic=lambda: self.now, sleep=self.push)

    def push(self, seconds: float) -> None:
        self.now += seconds


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


def test_buckets_do_not_slow_each_other() -> None:
    step = StepWall()
    pacing = Pacing({"search": Limit(sends=1, window_s=1), "all": Limit(sends=9, window_s=1)}, step.wall)
    pacing.wait("search")
    assert pacing.wait("all") == 0
    assert pacing.wait("search") == 1


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
    assert pacing.wait("all") == 1


def test_the_same_system_gets_the_same_pacing() -> None:
    step = StepWall()
    first = shared_pacing("one system", {}, step.wall)
    assert shared_pacing("one system", {}, step.wall) is first
    assert shared_pacing("another", {}, step.wall) is not first
