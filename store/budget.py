"""The ledger of calls: how much of a system's daily limit we used, and who may still use more.

A day is the last 24 hours, as the vendors count it. Booking happens in memory, because every call
goes through it; the counts are written in batches, and a crash loses at most one batch of them
(the vendor's own figure, which is taken when it is higher, makes up for that).

The vendor's figure stops us only until something better is known. Whoever does not call hears no newer
one, and many answers bring none, so while nothing but that figure stands in the way the background may
ask once in ten minutes, and from the age of an hour the figure guards the reserve alone. The reserve
itself is never touched: there the figure stands for a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from sqlalchemy import select

from domain.errors import RateLimitedError
from store.engine import Store, Tx
from store.schema import call_count, call_limit
from store.upserts import insert_for, upsert

_DAY = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_PATIENCE = timedelta(minutes=10)
"""How long a refusing figure is left alone, and until when a lower one is taken for a late answer."""
_BATCH = 50


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLimit:
    """Calls a day, and the shares of them that each lane may use. What is in `untouched_percent` nobody uses."""

    daily: int
    background_account_percent: int = 80
    background_own_percent: int = 30
    handoff_percent: int = 95
    untouched_percent: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """`own`: by our ledger. `used`: that, or the vendor's figure where it is higher. `limit`: calls a day."""

    own: int
    background: int
    used: int
    limit: int


@dataclass(slots=True)
class _Counted:
    """One connection's counts per hour (hour → [handoff, background]) and the vendor's last word."""

    hours: dict[datetime, list[int]]
    hinted: int
    hinted_at: datetime | None
    own_since_hint: int
    vendor_limit: int | None
    asked_at: datetime | None = None
    unwritten: int = 0


class StoreBudget:
    """Satisfies the connectors' call budget; shared by every thread of a process."""

    def __init__(self, store: Store, limits: dict[str, BudgetLimit], clock: Clock) -> None:
        self._store = store
        self._limits = dict(limits)
        self._clock = clock
        self._lock = Lock()
        self._counted: dict[str, _Counted] = {}
        self._deltas: dict[tuple[str, datetime], list[int]] = {}

    def spend(self, connection: str, lane: str, *, calls: int = 1) -> None:
        """Book calls about to be sent; RateLimitedError(daily=True), nothing booked, when the lane's share is gone."""
        now = self._clock.now()
        with self._lock:
            counted = self._of(connection, now)
            free_at = self._free_at(connection, lane, counted, calls, now)
            if free_at > now:
                raise _refusal(connection, lane, self._usage(connection, counted, now), wait=free_at - now)
            hour, column = _hour(now), 0 if lane == "handoff" else 1
            counted.asked_at = now if lane != "handoff" else counted.asked_at
            counted.hours.setdefault(hour, [0, 0])[column] += calls
            self._deltas.setdefault((connection, hour), [0, 0])[column] += calls
            counted.own_since_hint += calls
            counted.unwritten += calls
            full = counted.unwritten >= _BATCH
        if full:
            self.flush()

    def hint(self, connection: str, *, used: int, limit: int | None) -> None:
        """The vendor's figure. It may be late: what we sent since is counted on top of it.

        A lower one soon after is an answer that took longer, a lower one after ten minutes is news.
        """
        now = self._clock.now()
        with self._lock:
            counted = self._of(connection, now)
            if counted.hinted_at is not None and used < counted.hinted and now - counted.hinted_at < _PATIENCE:
                return
            counted.hinted, counted.hinted_at, counted.own_since_hint = used, now, 0
            counted.vendor_limit = limit if limit is not None else counted.vendor_limit

    def usage(self, connection: str) -> Usage:
        now = self._clock.now()
        with self._lock:
            return self._usage(connection, self._of(connection, now), now)

    def flush(self) -> None:
        """Write what was booked since the last time."""
        with self._lock:
            deltas, self._deltas = self._deltas, {}
            hints = [
                {"connection": name, "used": each.hinted + each.own_since_hint}
                | {"daily": each.vendor_limit, "hinted_at": each.hinted_at}
                for name, each in sorted(self._counted.items())
                if each.hinted_at is not None
            ]
            for each in self._counted.values():
                each.unwritten = 0
        if not deltas and not hints:
            return
        rows = [
            {"connection": name, "hour": hour, "handoff": counts[0], "background": counts[1]}
            for (name, hour), counts in sorted(deltas.items())
        ]

        def write(tx: Tx) -> None:
            if rows:
                statement = insert_for(tx, call_count)
                more = {lane: call_count.c[lane] + statement.excluded[lane] for lane in ("handoff", "background")}
                tx.execute(statement.on_conflict_do_update(index_elements=["connection", "hour"], set_=more), rows)
            upsert(tx, call_limit, hints)

        self._store.transact(write)

    def _free_at(self, connection: str, lane: str, counted: _Counted, calls: int, now: datetime) -> datetime:
        """From when these calls may go out: `now` when they may."""
        limit = self._limits.get(connection, BudgetLimit(daily=100_000))
        usage = self._usage(connection, counted, now)
        next_hour, most = _hour(now) + _HOUR, 100 - limit.untouched_percent

        def fits(used: int, percent: int) -> bool:
            return (used + calls) * 100 <= usage.limit * min(percent, most)

        if lane == "handoff":
            return now if fits(usage.used, limit.handoff_percent) else next_hour
        own = fits(usage.own, min(limit.background_own_percent, limit.background_account_percent))
        if not own or not fits(usage.used, most):
            return next_hour
        if fits(usage.used, limit.background_account_percent):
            return now
        return min(next_hour, max(now, _next_question(counted, now)))

    def _usage(self, connection: str, counted: _Counted, now: datetime) -> Usage:
        recent = [counts for hour, counts in counted.hours.items() if hour > now - _DAY - _HOUR]
        own = sum(sum(counts) for counts in recent)
        vendor = counted.hinted + counted.own_since_hint
        if counted.hinted_at is None or now - counted.hinted_at > _DAY:
            vendor = 0
        limit = counted.vendor_limit or self._limits.get(connection, BudgetLimit(daily=100_000)).daily
        return Usage(own=own, background=sum(counts[1] for counts in recent), used=max(own, vendor), limit=limit)

    def _of(self, connection: str, now: datetime) -> _Counted:
        if connection not in self._counted:
            self._counted[connection] = self._read(connection, now)
        counted = self._counted[connection]
        for hour in [hour for hour in counted.hours if hour <= now - _DAY - _HOUR]:
            del counted.hours[hour]
        return counted

    def _read(self, connection: str, now: datetime) -> _Counted:
        with self._store.read() as tx:
            rows = tx.execute(
                select(call_count).where(call_count.c.connection == connection, call_count.c.hour > now - _DAY - _HOUR)
            )
            hours = {row.hour: [row.handoff, row.background] for row in rows}
            hint = tx.execute(select(call_limit).where(call_limit.c.connection == connection)).first()
        if hint is None:
            return _Counted(hours=hours, hinted=0, hinted_at=None, own_since_hint=0, vendor_limit=None)
        return _Counted(hours, hint.used, hint.hinted_at, 0, hint.daily)


def _next_question(counted: _Counted, now: datetime) -> datetime:
    """From when the background may go on though the vendor's figure, and nothing else, is over its share."""
    if counted.hinted_at is None or now - counted.hinted_at >= _HOUR:
        return now
    return max(counted.hinted_at, counted.asked_at or counted.hinted_at) + _PATIENCE


def _refusal(connection: str, lane: str, usage: Usage, *, wait: timedelta) -> RateLimitedError:
    return RateLimitedError(
        f"Connection '{connection}' has used {usage.used} of {usage.limit} calls in 24 hours ({usage.own} by "
        f"leadloop): no more for the {lane} lane now. It goes on by itself when calls become free.",
        retry_after_s=wait.total_seconds(),
        daily=True,
    )


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
