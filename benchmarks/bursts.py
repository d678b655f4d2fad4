"""P2: how much of a rolling limit our pacing uses, and how often it goes too far.

A server enforces the limit as vendors do, and says what is left of it. Eight threads of one process share a log of send
times; and a second process takes over from the first in the middle, as a standby does, and knows only what it is told.
"""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event

import orjson
import urllib3

from benchmarks.fake import fake
from benchmarks.measure import Row, at_least, at_most
from connectors.pacing import Limit, Pacing, Wall

SENDS, WINDOW_S = 190, 2.0
"""HubSpot's 190 in ten seconds, five times as fast."""
WINDOWS = 5
THREADS = 8
SHARE = 0.97


def measure() -> Iterator[Row]:
    with fake(sends=SENDS, window_s=WINDOW_S) as url:
        took = _process(url, SENDS * WINDOWS + 1)
        refused = _refused(url)
    name = "P2 share of the limit: one process, 8 threads"
    share = Row(name=name, figure=WINDOWS * WINDOW_S / took, unit="", note=f"{SENDS * WINDOWS + 1} calls")
    yield at_least(share, SHARE)
    yield at_most(Row(name="P2 refusals: one process, 8 threads", figure=refused, unit="of HTTP 429"), 0)
    with fake(sends=SENDS, window_s=WINDOW_S) as url:
        _take_over(url)
        refused = _refused(url)
    share_refused = refused / (2 * WINDOWS * SENDS)
    note = f"{share_refused:.1%} of all calls"
    yield Row(name="P2 refusals: a takeover", figure=refused, unit="of HTTP 429", note=note)


def _take_over(url: str) -> None:
    """The second process stands by, and begins as the first one ends."""
    context = multiprocessing.get_context("spawn")
    ready, begin = context.Event(), context.Event()
    standby = context.Process(target=_stand_by, args=(url, ready, begin))
    standby.start()
    ready.wait()
    _process(url, SENDS * WINDOWS)
    begin.set()
    standby.join()


def _stand_by(url: str, ready: Event, begin: Event) -> None:
    ready.set()
    begin.wait()
    _process(url, SENDS * WINDOWS)


def _process(url: str, calls: int) -> float:
    """Send so many as fast as may be; the seconds from the first to the last."""
    pacing = Pacing({"burst": Limit(sends=SENDS, window_s=WINDOW_S)}, Wall(monotonic=time.monotonic, sleep=time.sleep))
    numbers, sent_at, lock = iter(range(calls)), list[float](), threading.Lock()
    with urllib3.PoolManager(maxsize=THREADS) as pool:

        def send() -> None:
            while True:
                with lock:
                    if next(numbers, None) is None:
                        return
                pacing.wait("burst")
                sent_at.append(time.monotonic())
                headers = pool.request("GET", f"{url}/limited").headers
                allowed, left = headers["x-hubspot-ratelimit-max"], headers["x-hubspot-ratelimit-remaining"]
                pacing.correct("burst", allowed=int(allowed), left=int(left))

        threads = [threading.Thread(target=send) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return max(sent_at) - min(sent_at)


def _refused(url: str) -> int:
    with urllib3.PoolManager() as pool:
        refused: int = orjson.loads(pool.request("GET", f"{url}/refused").data)["refused"]
        return refused
