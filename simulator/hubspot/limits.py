"""Rate limits: two windows on the wall's time, one daily count on simulated time in the portal's own zone."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.hubspot.refusals import RefusedError
from simulator.hubspot.settings import PortalSettings

BURST_WINDOW_S = 10.0
SEARCH_WINDOW_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose limits a request counts against."""

    app: str
    oauth: bool
    wall_s: float
    now: datetime


@dataclass(slots=True)
class Window:
    """A rolling window: the moments of the requests still in it."""

    length_s: float
    taken: deque[float] = field(default_factory=deque)

    def take(self, wall_s: float, limit: int) -> bool:
        """Count one request unless `limit` are in the window already."""
        while self.taken and self.taken[0] <= wall_s - self.length_s:
            self.taken.popleft()
        if len(self.taken) >= limit:
            return False
        self.taken.append(wall_s)
        return True


class Limits:
    """Every limit of the portal; a refused request counts nowhere."""

    def __init__(self, settings: PortalSettings) -> None:
        self._settings = settings
        self._bursts: dict[str, Window] = {}
        self._associations: dict[str, Window] = {}
        self._search = Window(SEARCH_WINDOW_S)
        self._day = ""
        self.used_today = 0
        self.associations_today = 0

    def search(self, caller: Caller) -> None:
        """Count one search: five a second for the whole account, and the daily limit."""
        if not self._search.take(caller.wall_s, self._settings.search_per_s):
            raise secondly(self._settings)
        self.daily(caller)

    def call(self, caller: Caller) -> None:
        """Count one ordinary request."""
        window = self._bursts.setdefault(caller.app, Window(BURST_WINDOW_S))
        if not window.take(caller.wall_s, self.burst(caller)):
            raise ten_secondly(self._settings, self.headers(caller))
        self.daily(caller)

    def association(self, caller: Caller) -> None:
        """Count one call of the association endpoints: they know no burst, but limits of their own."""
        window = self._associations.setdefault(caller.app, Window(BURST_WINDOW_S))
        if not window.take(caller.wall_s, self._settings.associations):
            raise ten_secondly(self._settings, self.headers(caller))
        self._turn(caller.now)
        if self.associations_today >= self._settings.association_daily:
            raise daily(self._settings, self.headers(caller))
        self.daily(caller)
        self.associations_today += 1

    def daily(self, caller: Caller) -> None:
        if caller.oauth:
            return
        self._turn(caller.now)
        if self.used_today >= self._settings.daily_calls["hubspot"]:
            raise daily(self._settings, self.headers(caller))
        self.used_today += 1

    def burst(self, caller: Caller) -> int:
        return self._settings.oauth_burst_per_10_s if caller.oauth else self._settings.burst_per_10_s

    def headers(self, caller: Caller) -> dict[str, str]:
        """What ordinary answers carry; searches have none, OAuth calls no daily ones."""
        limit = self.burst(caller)
        window = self._bursts.get(caller.app)
        shown = {
            "X-HubSpot-RateLimit-Max": str(limit),
            "X-HubSpot-RateLimit-Remaining": str(max(0, limit - len(window.taken) if window else limit)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }
        if not caller.oauth:
            allowed = self._settings.daily_calls["hubspot"]
            shown["X-HubSpot-RateLimit-Daily"] = str(allowed)
            shown["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, allowed - self.used_today))
        return shown

    def usage(self, now: datetime) -> tuple[int, datetime]:
        """Calls counted today and when the count starts anew."""
        self._turn(now)
        return self.used_today, self.midnight(now)

    def midnight(self, now: datetime) -> datetime:
        """The next one in the portal's time zone."""
        zone = ZoneInfo(self._settings.time_zone)
        day = now.astimezone(zone).date() + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=zone)

    def _turn(self, now: datetime) -> None:
        day = now.astimezone(ZoneInfo(self._settings.time_zone)).date().isoformat()
        if day != self._day:
            self._day, self.used_today, self.associations_today = day, 0, 0


def _refusal(settings: PortalSettings, name: str, policy: str, headers: dict[str, str], wait_s: int) -> RefusedError:
    return RefusedError(
        429,
        f"You have reached your {name} limit.",
        category=None,
        headers={**headers, **({"Retry-After": str(wait_s)} if settings.retry_after else {})},
        errorType="RATE_LIMIT",
        policyName=policy,
        groupName="publicapi:crm" if policy != "DAILY" else "publicapi:private-apps:daily",
    )


def secondly(settings: PortalSettings) -> RefusedError:
    return _refusal(settings, "secondly", "SECONDLY", {}, 1)


def ten_secondly(settings: PortalSettings, headers: dict[str, str]) -> RefusedError:
    return _refusal(settings, "ten_secondly_rolling", "TEN_SECONDLY_ROLLING", headers, 10)


def daily(settings: PortalSettings, headers: dict[str, str]) -> RefusedError:
    return _refusal(settings, "daily", "DAILY", headers, 3600)
