"""The daily API limit: a rolling 24 hours of simulated time, and the header that tells how much is gone."""

from collections import deque
from datetime import datetime, timedelta

_DAY = timedelta(days=1)
_EVERY_NTH_SILENT = 37
_EVERY_NTH_LOW = 3


class Quota:
    """Counts calls by the minute of simulated time."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[datetime, int]] = deque()
        self._used = 0
        self._calls = 0

    def count(self, now: datetime) -> None:
        """One more call."""
        minute = now.replace(second=0, microsecond=0)
        if self._minutes and self._minutes[-1][0] == minute:
            self._minutes[-1] = (minute, self._minutes[-1][1] + 1)
        else:
            self._minutes.append((minute, 1))
        self._used += 1
        self._calls += 1

    def used(self, now: datetime) -> int:
        """Calls of the last 24 hours."""
        while self._minutes and now - self._minutes[0][0] >= _DAY:
            self._used -= self._minutes.popleft()[1]
        return self._used

    def header(self, now: datetime, limit: int) -> dict[str, str]:
        """Sforce-Limit-Info as recorded from real orgs: sometimes one low, sometimes not there."""
        if self._calls % _EVERY_NTH_SILENT == 0:
            return {}
        low = 1 if self._calls % _EVERY_NTH_LOW == 0 else 0
        return {"Sforce-Limit-Info": f"api-usage={max(0, self.used(now) - low)}/{limit}"}
