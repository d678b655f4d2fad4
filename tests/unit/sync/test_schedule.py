"""Jobs run at once and at their interval, and end when asked."""

import threading
from datetime import UTC, datetime

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
