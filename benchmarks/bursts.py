"""P2: how much of a rolling limit our pacing uses, and how often it goes too far.

A server enforces the limit as vendors do. Eight threads of one process share a log of send times; and a second process
takes over from the first in the middle, as a standby does, and knows nothing of what the first one sent.
"""

import multiprocessing
import threading
import time
from collections.abc import Iterator

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
OK = 200


def measure() -> Iterator[Row]:
    with fake(sends=SENDS, window_s=WINDOW_S) as url:
        sent = _process(url, WINDOWS * WINDOW_S)
        refused = _refused(url)
    possible = SENDS * WINDOWS
    name = "P2 share of the limit: one process, 8 threads"
    yield at_least(Row(name=name, figure=sent / possible, unit="", note=f"{sent} of {possible} calls"), SHARE)
    yield at_most(Row(name="P2 refusals: one process, 8 threads", figure=refused, unit="of HTTP 429"), 0)
    with fake(sends=SENDS, window_s=WINDOW_S) as url:
        _take_over(url)
        refused = _refused(url)
    share = refused / (2 * WINDOWS * SENDS)
    yield Row(name="P2 refusals: a takeover", figure=refused, unit="of HTTP 429", note=f"{share:.1%} of all calls")


def _take_over(url: str) -> None:
    """The first process ends as the second begins."""
    context = multiprocessing.get_context("spawn")
    for _ in range(2):
        process = context.Process(target=_process, args=(url, WINDOWS * WINDOW_S))
        process.start()
        process.join()


def _process(url: str, seconds: float) -> int:
    pacing = Pacing({"burst": Limit(sends=SENDS, window_s=WINDOW_S)}, Wall(monotonic=time.monotonic, sleep=time.sleep))
    end, counts = time.monotonic() + seconds, [0] * THREADS
    with urllib3.PoolManager(maxsize=THREADS) as pool:

        def send(number: int) -> None:
            while time.monotonic() < end:
                pacing.wait("burst")
                if time.monotonic() < end and pool.request("GET", f"{url}/limited").status == OK:
                    counts[number] += 1

        threads = [threading.Thread(target=send, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(counts)


def _refused(url: str) -> int:
    with urllib3.PoolManager() as pool:
        refused: int = orjson.loads(pool.request("GET", f"{url}/refused").data)["refused"]
        return refused
