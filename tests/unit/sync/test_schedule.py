"""Jobs run at once and at their interval, and end when asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Semaphore, Thread

import pytest

from sync import schedule
from sync.schedule import Job, start, wait_and_stop

NEVER_S = 86_400.0
PATIENCE_S = 20.0


def test_every_job_runs_at_once_and_a_stop_lets_running_ones_end() -> None:
    ran, stop = threading.Event(), threading.Event()
    scheduler = start([Job(name="decide", every_s=NEVER_S, run=ran.set)], now=datetime.now(UTC))
    assert ran.wait(PATIENCE_S)
    stop.set()
    assert wait_and_stop(scheduler, stop, grace_s=PATIENCE_S) is True
    assert not scheduler.running


def test_a_job_that_hangs_is_not_waited_for_longer_than_the_grace() -> None:
    begun, let_go, stop = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        let_go.wait(PATIENCE_S)

    scheduler = start([Job(name="pull", every_s=NEVER_S, run=hang)], now=datetime.now(UTC))
    assert begun.wait(PATIENCE_S)
    stop.set()
    assert wait_and_stop(scheduler, stop, grace_s=0.05) is False
    let_go.set()


@contextmanager
def beating(every_s: float, *, next_after: timedelta) -> Iterator[Semaphore]:
    """A job that ran once, and whose next run lies so far from now: as after a clock that was set."""
    ran, stop = Semaphore(0), threading.Event()
    scheduler = start([Job(name="decide", every_s=every_s, run=ran.release)], now=datetime.now(UTC))
    assert ran.acquire(timeout=PATIENCE_S)
    scheduler.modify_job("decide", next_run_time=datetime.now(UTC) + next_after)
    waiting = Thread(target=wait_and_stop, args=(scheduler, stop), kwargs={"grace_s": PATIENCE_S})
    waiting.start()
    yield ran
    stop.set()
    waiting.join()


def test_a_clock_that_is_set_back_holds_up_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK_S", 0.05)
    with beating(60.0, next_after=timedelta(hours=1)) as ran:
        assert ran.acquire(timeout=PATIENCE_S)


def test_a_job_that_waits_for_its_turn_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK_S", 0.01)
    with beating(60.0, next_after=timedelta(seconds=59)) as ran:
        assert not ran.acquire(timeout=0.3)


def test_a_clock_that_leaps_a_year_is_one_turn_of_a_job_and_costs_no_counting() -> None:
    with beating(1.0, next_after=timedelta(days=-365)) as ran:
        assert ran.acquire(timeout=PATIENCE_S)
        assert not ran.acquire(timeout=0.5)
        assert ran.acquire(timeout=PATIENCE_S)
