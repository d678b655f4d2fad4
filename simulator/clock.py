"""The one clock of the simulated world: the wall's time plus an offset that only grows."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Simulated now; `start` moves the first moment elsewhere, `advance` jumps forward."""

    def __init__(self, *, start: datetime | None = None) -> None:
        wall = datetime.now(UTC)
        self._offset = (start or wall) - wall

    @property
    def offset_s(self) -> float:
        """Seconds to add to the wall clock to get simulated time."""
        return self._offset.total_seconds()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> datetime:
        """Jump `seconds` ahead (ValueError below zero) and return the new simulated time."""
        if seconds < 0:
            raise ValueError(f"the clock only grows: advance_s must be at least 0, got {seconds}")
        self._offset += timedelta(seconds=seconds)
        return self.now()
