"""How fast we may send: a rolling log of send times per bucket, shared by every thread of a connection.

Vendors count what arrives in a window that rolls, so tokens that refill would allow twice the limit
around a boundary. Burst windows run on wall time, also against a simulator whose records do not.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """Wall time as connectors need it: seconds that only grow, and a way to let them pass."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `sends` in any `window_s` seconds."""

    sends: int
    window_s: float


class Pacing:
    """Lets sends through no faster than each bucket's limit; a bucket without a limit is not paced."""

    def __init__(self, limits: Mapping[str, Limit], wall: Wall) -> None:
        self._limits = dict(limits)
        self._wall = wall
        self._sent: dict[str, deque[float]] = {bucket: deque() for bucket in limits}
        self._closed_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, bucket: str) -> float:
        """Return when a send may go out, which is then booked; the answer is the seconds waited."""
        waited = 0.0
        while (pause := self._book(bucket)) > 0:
            self._wall.sleep(pause)
            waited += pause
        return waited

    def hold(self, bucket: str, seconds: float) -> None:
        """Let nothing through for `seconds`: the vendor said so to one thread, all of them keep to it."""
        with self._lock:
            until = self._wall.monotonic() + seconds
            self._closed_until[bucket] = max(until, self._closed_until.get(bucket, until))

    def _book(self, bucket: str) -> float:
        """Book a send now and return 0, or return the seconds until it is worth asking again."""
        with self._lock:
            now = self._wall.monotonic()
            if (closed := self._closed_until.get(bucket, now)) > now:
                return closed - now
            limit = self._limits.get(bucket)
            if limit is None:
                return 0.0
            sent = self._sent[bucket]
            while sent and sent[0] + limit.window_s <= now:
                sent.popleft()
            if len(sent) >= limit.sends:  # above 0: the loop just compared the very same sum
                return sent[0] + limit.window_s - now
            sent.append(now)
            return 0.0


_shared: dict[str, Pacing] = {}
_shared_lock = threading.Lock()


def shared_pacing(key: str, limits: Mapping[str, Limit], wall: Wall) -> Pacing:
    """The one pacing of a system in this process; every thread's own connector object asks with the same key."""
    with _shared_lock:
        return _shared.setdefault(key, Pacing(limits, wall))
