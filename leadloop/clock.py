"""The only module of leadloop that reads a clock.

Between two answers of a system time runs on by a counter that nobody sets. A clock of this machine that is set an hour
back or a year ahead would otherwise let scores decay, deadlines pass and approvals run out.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import requests

from config.settings import moment_in
from domain.errors import SettingsError, TransientError

TIMEOUT_S = 5.0


MAY_DIFFER = timedelta(minutes=3)
"""Less is nobody's concern: clocks of machines drift, and an answer is heard up to two and a half minutes after its
system wrote the time on it. More would let what people just did lie in our future, where it waits."""
NEVER_BACK = timedelta(minutes=1)
"""What one thread has just seen must not lie in the future of another that decides on it: so much is waited for, not
gone back. More is a clock that was set."""
CUT = timedelta(seconds=1)
"""A header tells whole seconds: what has happened by then is not to lie in the future."""


def _wall() -> datetime:
    return datetime.now(UTC)


def _counter() -> float:
    """Seconds that nobody sets; where it can be had, those of a sleeping machine are among them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class SystemClock:
    """The wall's time, unless every system that told the time says that it is another one: then the nearest of theirs.

    `wall` and `counter` are this machine's own, whichever thread asks.
    """

    def __init__(self, *, wall: Callable[[], datetime] = _wall, counter: Callable[[], float] = _counter) -> None:
        self._wall, self._counter = wall, counter
        self._told: dict[str, tuple[datetime, float]] = {}
        self._last = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def hear(self, system: str, told: datetime) -> None:
        """What a system says the time is."""
        self._told[system] = (told, self._counter())

    def now(self) -> datetime:
        with self._lock:
            now = self._judged()
            self._last = self._last if timedelta() < self._last - now < NEVER_BACK else now
            return self._last

    def _judged(self) -> datetime:
        wall, counter = self._wall(), self._counter()
        theirs = [told + timedelta(seconds=counter - heard) for told, heard in tuple(self._told.values())]
        nearest = min(theirs, key=lambda each: abs(each - wall), default=wall)
        return wall if abs(nearest - wall) <= MAY_DIFFER else nearest + CUT

    def refresh(self) -> datetime:
        return self.now()


class SimulatorClock:
    """The simulator's time: the wall plus the offset it serves. Never runs backwards, whichever thread asks."""

    def __init__(self, address: str) -> None:
        self._url = f"{address.rstrip('/')}/_simulator/time"
        self._offset = timedelta.min
        self._last = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()
        self.refresh()

    def now(self) -> datetime:
        with self._lock:
            self._last = max(self._last, datetime.now(UTC) + self._offset)
            return self._last

    def refresh(self) -> datetime:
        """Ask the simulator again; call it at the start of whatever works on one `now`."""
        told = timedelta(seconds=self._ask())
        with self._lock:
            self._offset = max(self._offset, told)
        return self.now()

    def _ask(self) -> float:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the environment is not on the way to this machine
            try:
                return float(session.get(self._url, timeout=TIMEOUT_S).json()["offset_s"])
            except (requests.RequestException, ValueError, KeyError, TypeError) as error:
                raise TransientError(f"the simulator's clock at {self._url} does not answer") from error


class StoppedClock:
    """Always the same time: that of a simulated world which has come to its end."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def refresh(self) -> datetime:
        return self._at


AnyClock = SystemClock | SimulatorClock | StoppedClock


def clock_of(setting: str) -> AnyClock:
    """`system`, or of a simulated world (config has checked that every connection is loopback) the address, or the
    moment of its end."""
    if setting == "system":
        return SystemClock()
    stopped = moment_in(setting)
    if stopped is not None:
        return StoppedClock(stopped)
    try:
        return SimulatorClock(setting)
    except TransientError as error:
        raise SettingsError(f"{error}. Start it with `leadloop simulator`, or set `clock: system`.") from error


def monotonic() -> float:
    """Seconds that only grow, for durations."""
    return time.monotonic()
