"""How fast we may send: a rolling log of send times per bucket, shared by every thread of a connection.

Vendors count what arrives in a window that rolls, so tokens that refill would allow twice the limit around a
boundary. What was sent at one moment may arrive later than what is sent after it, so our window is a little longer
than theirs. Burst windows run on wall time, also against a simulator whose records do not. A rest, which may last a
day, is told by the clock: nothing is sent until it is over, and nobody sleeps through it.
"""

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """Wall time as connectors need it: seconds that only grow, and a way to let them pass."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


LONGER = 1.025
"""How much longer than the vendor's a window lasts here: a quarter of a second of ten, for sends that arrive late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `sends` in any `window_s` seconds, as the vendor counts them."""

    sends: int
    window_s: float

    @property
    def ours_s(self) -> float:
        """The window as we keep to it."""
        return self.window_s * LONGER


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Nothing is sent until then. `daily`: because the day's calls are used up."""

    until: datetime
    daily: bool = False


class _Log:
    """Sends, oldest first. Many at one moment are one entry: a header about others may name any number."""

    def __init__(self) -> None:
        self._entries: deque[tuple[float, int]] = deque()
        self.count = 0

    @property
    def oldest(self) -> float:
        return self._entries[0][0] if self._entries else math.inf

    def add(self, at: float, *, sends: int) -> None:
        """Of none there is nothing to note."""
        if sends > 0:
            self._entries.append((at, sends))
            self.count += sends

    def drop(self, window_s: float, now: float) -> None:
        """Forget what is no longer in the window."""
        while self._entries and self._entries[0][0] + window_s <= now:
            self.count -= self._entries.popleft()[1]

    def within(self, window_s: float, now: float) -> int:
        """How many are in a window shorter than ours; nothing is forgotten."""
        return sum(sends for at, sends in self._entries if at + window_s > now)


class Pacing:
    """Lets sends through no faster than each bucket's limit; a bucket without a limit is not paced."""

    def __init__(self, limits: Mapping[str, Limit], wall: Wall) -> None:
        self._limits = dict(limits)
        self._wall = wall
        self._sent: dict[str, _Log] = {bucket: _Log() for bucket in limits}
        self._others: dict[str, _Log] = {bucket: _Log() for bucket in limits}
        self._allowed: dict[str, int] = {}
        self._closed_until: dict[str, float] = {}
        self._rest: Rest | None = None
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

    def correct(self, bucket: str, *, allowed: int, left: int) -> None:
        """Take the vendor's word for its window: what it allows in all, and sends of it that we do not know of.

        Others may use the same app, and our own log does not survive a restart. A send that we know of and the
        vendor has not counted yet stays counted.
        """
        with self._lock:
            limit = self._limits.get(bucket)
            if limit is None or allowed < 1:
                return
            now = self._wall.monotonic()
            self._allowed[bucket] = allowed
            logs = (self._sent[bucket], self._others[bucket])
            known = sum(log.within(limit.window_s, now) for log in logs)
            self._others[bucket].add(now, sends=allowed - left - known)

    def take_rest(self, rest: Rest) -> None:
        """Every thread keeps to it; the longer of two counts."""
        with self._lock:
            if self._rest is None or self._rest.until < rest.until:
                self._rest = rest

    def rest(self, now: datetime) -> Rest | None:
        """The rest that is not over yet."""
        with self._lock:
            return self._rest if self._rest is not None and self._rest.until > now else None

    def _book(self, bucket: str) -> float:
        """Book a send now and return 0, or return the seconds until it is worth asking again."""
        with self._lock:
            now = self._wall.monotonic()
            if (closed := self._closed_until.get(bucket, now)) > now:
                return closed - now
            limit = self._limits.get(bucket)
            if limit is None:
                return 0.0
            sent, others = self._sent[bucket], self._others[bucket]
            for log in (sent, others):
                log.drop(limit.ours_s, now)
            full = sent.count >= limit.sends
            if not full and sent.count + others.count < self._allowed.get(bucket, limit.sends):
                sent.add(now, sends=1)
                return 0.0
            oldest = sent.oldest if full else min(sent.oldest, others.oldest)
            return oldest + limit.ours_s - now  # above 0: the window just compared the very same sum


_shared: dict[str, Pacing] = {}
_shared_lock = threading.Lock()


def shared_pacing(key: str, limits: Mapping[str, Limit], wall: Wall) -> Pacing:
    """The one pacing of a system in this process; every thread's own connector object asks with the same key."""
    with _shared_lock:
        return _shared.setdefault(key, Pacing(limits, wall))
