"""A daemon and a command that write and a reader share one SQLite file: nobody hears that it is locked (F49)."""

import multiprocessing
import threading
import time
from multiprocessing.queues import Queue
from pathlib import Path

from sqlalchemy import text

from domain.errors import LeadloopError
from store import installation, leadership
from store.engine import Store
from tests.stores import empty_store

_FORKS = multiprocessing.get_context("fork")
SECONDS = 8.0


def lead(url: str, until: float, told: "Queue[object]") -> None:
    """As the daemon: fenced writes of many rows, one transaction after the other."""
    store, count = Store.open(url), 0
    held, thinking = leadership.acquire(store, holder="daemon"), threading.Event()
    while time.monotonic() < until:
        with store.write(held.epoch) as tx:
            for number in range(200):
                installation.put(tx, f"daemon {number}", str(count))
        count += 1
        thinking.wait(0.01)
    held.release()
    told.put(count)


def command(url: str, until: float, told: "Queue[object]") -> None:
    """As a command of every second: opened anew each time, read, then written."""
    count = 0
    while time.monotonic() < until:
        store = Store.open(url)
        with store.write() as tx:
            installation.put(tx, "command", str(count))
        store.dispose()
        count += 1
    told.put(count)


def look(url: str, until: float, told: "Queue[object]") -> None:
    """As the probes: what one transaction reads is of one moment."""
    store, count = Store.open_to_look(url), 0
    while time.monotonic() < until:
        with store.read() as tx:
            seen = tx.execute(
                text("SELECT count(DISTINCT value) FROM installation WHERE name LIKE 'daemon %'")
            ).scalar()
        assert seen in {0, 1}, seen
        count += 1
    told.put(count)


def _alone(work: object, url: str, until: float, told: "Queue[object]") -> None:
    try:
        work(url, until, told)  # type: ignore[operator]  # one of the three above
    except (LeadloopError, AssertionError) as error:
        told.put(f"{type(error).__name__}: {error}")


def test_three_processes_on_one_file_never_hear_that_it_is_locked(tmp_path: Path) -> None:
    url = empty_store(tmp_path / "leadloop.db")
    told: Queue[object] = _FORKS.Queue()
    until = time.monotonic() + SECONDS
    workers = [_FORKS.Process(target=_alone, args=(work, url, until, told)) for work in (lead, command, look)]
    for each in workers:
        each.start()
    found = [told.get(timeout=60) for _ in workers]
    for each in workers:
        each.join(60)
    assert [each for each in found if not isinstance(each, int)] == []
    assert min(each for each in found if isinstance(each, int)) >= 5, found
