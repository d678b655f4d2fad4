"""The only module of leadloop that reads a clock."""

import threading
import time
from datetime import UTC, datetime, timedelta

import requests

from domain.errors import SettingsError, TransientError

TIMEOUT_S = 5.0


class SystemClock:
    """The wall's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

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


AnyClock = SystemClock | SimulatorClock


def clock_of(setting: str) -> AnyClock:
    """`system`, or the simulator's address (config has checked that every connection is loopback)."""
    if setting == "system":
        return SystemClock()
    try:
        return SimulatorClock(setting)
    except TransientError as error:
        raise SettingsError(f"{error}. Start it with `leadloop simulator`, or set `clock: system`.") from error


def monotonic() -> float:
    """Seconds that only grow, for durations."""
    return time.monotonic()
