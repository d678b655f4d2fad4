"""The ledger of calls: how much of a system's daily limit we used, and who may still use more.

Booking happens in memory, because every call goes through it; the counts are written in batches, and a
crash loses at most one batch of them (the vendor's own figure, which is taken when it is higher, makes up
for that).

Where the vendor tells when its day ends (HubSpot: midnight of the account), its figure stands until then.
Where the day rolls (Salesforce), the figure stops us only until something better is known. Whoever does not
call hears no newer one, and many answers bring none, so while nothing but that figure stands in the way the
background may ask once in ten minutes, and from the age of an hour the figure guards the reserve alone. The
reserve itself is never touched: there the figure stands for a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from sqlalchemy import select

from domain.errors import RateLimitedError
from store import installation
from store.counted import DAY, HOUR, Counted, hour_of
from store.engine import Store, Tx
from store.schema import call_count, call_limit
from store.upserts import insert_for, upsert

_BATCH = 50
_RESETS_AT = "calls_reset_at:"
"""Before a connection's name: where the installation remembers when its day of calls ends."""


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


class StoreBudget:
    """Satisfies the connectors' call budget; shared by every thread of a process."""

    def __init__(self, store: Store, limits: dict[str, BudgetLimit], clock: Clock) -> None:
        self._store = store
        self._limits = dict(limits)
        self._clock = clock
        self._lock = Lock()
        self._counted: dict[str, Counted] = {}
        self._deltas: dict[tuple[str, datetime], list[int]] = {}
        self._written_resets: dict[str, datetime] = {}

    def spend(self, connection: str, lane: str, *, calls: int = 1) -> None:
        """Book calls about to be sent; RateLimitedError(daily=True), nothing booked, when the lane's share is gone."""
        now = self._clock.now()
        with self._lock:
            counted = self._of(connection, now)
            free_at = self._free_at(connection, lane, counted, calls, now)
            if free_at > now:
                raise _refusal(connection, lane, self._usage(connection, counted, now), wait=free_at - now)
            handoff = lane == "handoff"
            counted.book(now, handoff=handoff, calls=calls)
            self._deltas.setdefault((connection, hour_of(now)), [0, 0])[0 if handoff else 1] += calls
            full = counted.unwritten >= _BATCH
        if full:
            self.flush()

    def hint(self, connection: str, *, used: int, limit: int | None, resets_at: datetime | None = None) -> None:
        """The vendor's figure, and from when it surely counts from nought again, where that is known.

        It may be late: what we sent since is counted on top of it.
        """
        now = self._clock.now()
        with self._lock:
            self._of(connection, now).take(used, limit, resets_at, now)

    def usage(self, connection: str) -> Usage:
        now = self._clock.now()
        with self._lock:
            return self._usage(connection, self._of(connection, now), now)

    def refusal(self, connection: str, lane: str) -> str | None:
        """Why a call of this lane would have to wait now, in words; None where it would not. Books nothing."""
        now = self._clock.now()
        with self._lock:
            counted = self._of(connection, now)
            free_at = self._free_at(connection, lane, counted, 1, now)
            if free_at <= now:
                return None
            return str(_refusal(connection, lane, self._usage(connection, counted, now), wait=free_at - now))

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
            resets = {name: each.resets_at for name, each in self._counted.items() if each.resets_at is not None}
            resets = {name: at for name, at in resets.items() if self._written_resets.get(name) != at}
            self._written_resets |= resets
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
            for name, at in resets.items():
                installation.put(tx, _RESETS_AT + name, at.isoformat())

        self._store.transact(write)

    def _free_at(self, connection: str, lane: str, counted: Counted, calls: int, now: datetime) -> datetime:
        """From when these calls may go out: `now` when they may."""
        limit = self._limits.get(connection, BudgetLimit(daily=100_000))
        usage = self._usage(connection, counted, now)
        later, most = counted.next_room(now), 100 - limit.untouched_percent

        def fits(used: int, percent: int) -> bool:
            return (used + calls) * 100 <= usage.limit * min(percent, most)

        if lane == "handoff":
            return now if fits(usage.used, limit.handoff_percent) else later
        own = fits(usage.own, min(limit.background_own_percent, limit.background_account_percent))
        if not own or not fits(usage.used, most):
            return later
        if fits(usage.used, limit.background_account_percent):
            return now
        return min(later, max(now, counted.next_question(now)))

    def _usage(self, connection: str, counted: Counted, now: datetime) -> Usage:
        own, background = counted.own(now)
        limit = counted.vendor_limit or self._limits.get(connection, BudgetLimit(daily=100_000)).daily
        return Usage(own=own, background=background, used=max(own, counted.vendor(now)), limit=limit)

    def _of(self, connection: str, now: datetime) -> Counted:
        if connection not in self._counted:
            self._counted[connection] = self._read(connection, now)
        counted = self._counted[connection]
        counted.forget_old(now)
        return counted

    def _read(self, connection: str, now: datetime) -> Counted:
        with self._store.read() as tx:
            rows = tx.execute(
                select(call_count).where(call_count.c.connection == connection, call_count.c.hour > now - DAY - HOUR)
            )
            hours = {row.hour: [row.handoff, row.background] for row in rows}
            hint = tx.execute(select(call_limit).where(call_limit.c.connection == connection)).first()
            told = installation.get(tx, _RESETS_AT + connection)
        resets_at = None if told is None else datetime.fromisoformat(told)
        if hint is None:
            return Counted(hours)
        return Counted(hours, hint.used, hint.hinted_at, vendor_limit=hint.daily, resets_at=resets_at)


def _refusal(connection: str, lane: str, usage: Usage, *, wait: timedelta) -> RateLimitedError:
    return RateLimitedError(
        f"Connection '{connection}' has used {usage.used} of {usage.limit} calls of a day ({usage.own} by "
        f"leadloop): no more for the {lane} lane now. It goes on by itself when calls become free.",
        retry_after_s=wait.total_seconds(),
        daily=True,
    )
