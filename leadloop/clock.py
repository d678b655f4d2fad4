"""The only module of leadloop that reads a clock."""

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
    """The simulator's time: the wall plus the offset it serves. Never runs backwards."""

    def __init__(self, address: str) -> None:
        self._url = f"{address.rstrip('/')}/_simulator/time"
        self._offset: timedelta | None = None
        self._last = datetime.min.replace(tzinfo=UTC)
        self.refresh()

    def now(self) -> datetime:
        self._last = max(self._last, datetime.now(UTC) + (self._offset or timedelta()))
        return self._last

    def refresh(self) -> datetime:
        """Ask the simulator again; call it at the start of whatever works on one `now`."""
        try:
            answer = requests.get(self._url, timeout=TIMEOUT_S)
            offset_s = float(answer.json()["offset_s"])
        except (requests.RequestException, ValueError, KeyError) as error:
            raise TransientError(f"the simulator's clock at {self._url} does not answer: {error}") from error
        told = timedelta(seconds=offset_s)
        self._offset = told if self._offset is None else max(self._offset, told)
        return self.now()


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
