"""The one place where a call to a system is paced, paid for, limited in time and size, retried and logged.

Seconds are retried here and nowhere else, and only what provably was not sent or may be sent twice;
hours are the outbox row's. What a vendor's answer means is the vendor connector's `judge`.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import tenacity

from connectors.contract import Exchange, Surroundings
from connectors.masking import masked_body, masked_path
from connectors.pacing import Limit, Pacing, Rest, Wall, shared_pacing
from connectors.wire import Answer, Deadline, Opener, receive
from domain.errors import LeadloopError, RateLimitedError, TransientError

DEADLINE_S = 60.0
BODY_CAP_BYTES = 10 * 1024 * 1024
BULK_CAP_BYTES = 128 * 1024 * 1024
ATTEMPTS = 4
LONGEST_PAUSE_S = 20.0
LONGEST_REST_S = 86_400.0
"""No system counts longer than a day: one wrong header must not silence a connection for good."""
SYSTEM_WALL = Wall(monotonic=time.monotonic, sleep=tenacity.nap.sleep)

_TROUBLE = frozenset({406, 408, 420, 425, 429})
"""Beside every 5xx: answers of a front door that say nothing about the request (406 and 420 are Salesforce Edge's)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as policy sees it.

    `idempotent`: sent twice it has the effect of once (a read, an upsert by key, absolute values by
    id). `calls`: what it costs of the day's quota (0: a token request). `bucket`: which pacing limit.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    idempotent: bool = False
    calls: int = 1
    bucket: str = "all"
    cap_bytes: int = BODY_CAP_BYTES
    deadline_s: float = DEADLINE_S


Judge = Callable[[Answer], LeadloopError | None]
"""Says whether an answer is a failure of the whole call; None hands it to the caller."""

Usage = Callable[[Mapping[str, str]], tuple[int, int | None] | None]
"""Reads (used, limit) of the day out of an answer's headers, where the system tells."""

Window = Callable[[Mapping[str, str]], tuple[int, int] | None]
"""Reads (allowed, left) of the burst window out of an answer's headers, where the system tells."""

Reset = Callable[[], datetime | None]
"""When the system counts the day's calls from nought again; None where that is not known, or the day rolls."""


class Http:
    """One connector's way out. SDK objects are the caller's; pacing is shared by the whole process."""

    def __init__(
        self,
        surroundings: Surroundings,
        pacing: Pacing,
        *,
        judge: Judge,
        usage: Usage | None = None,
        window: Window | None = None,
        reset: Reset | None = None,
        wall: Wall = SYSTEM_WALL,
    ) -> None:
        self._surroundings = surroundings
        self._pacing = pacing
        self._judge = judge
        self._usage = usage
        self._window = window
        self._reset = reset
        self._wall = wall

    def exchange(self, call: Call, opener: Opener) -> Answer:
        """Send until it is answered or must not be sent again; raises the judge's error or a TransientError."""
        deadline = Deadline(self._wall, call.deadline_s)

        def out_of_time(state: tenacity.RetryCallState) -> bool:
            return state.attempt_number >= ATTEMPTS or state.upcoming_sleep >= deadline.left()

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: may_send_again(error, idempotent=call.idempotent)),
            wait=_pause,
            stop=out_of_time,
            sleep=self._wall.sleep,
            reraise=True,
        )
        return retrying(self._attempt, call, opener, deadline)

    def pause(self, attempt: int) -> None:
        """Let a row's lock pass: for the caller that sends single rows of a batch again (1, 2, …)."""
        self._wall.sleep(min(0.5 * 2**attempt, LONGEST_PAUSE_S))

    def _attempt(self, call: Call, opener: Opener, deadline: Deadline) -> Answer:
        self._refuse_in_a_rest()
        deadline.extend(self._pacing.wait(call.bucket))
        if call.calls:
            self._surroundings.budget.spend(self._surroundings.connection, self._surroundings.lane, calls=call.calls)
        with _Logged(self._surroundings, call, self._wall) as log:
            answer = receive(opener, deadline=deadline, cap_bytes=call.cap_bytes)
            log.answer = answer
        self._take_hint(answer, call.bucket)
        problem = self._judge(answer)
        if isinstance(problem, RateLimitedError):
            problem = self._slow_down(problem, call.bucket)
        if problem is not None:
            raise problem
        return answer

    def _refuse_in_a_rest(self) -> None:
        now = self._surroundings.clock.now()
        rest = self._pacing.rest(now)
        if rest is not None:
            why = "the day's calls are used up" if rest.daily else "the system asked for it"
            raise RateLimitedError(
                f"'{self._surroundings.connection}' rests until {rest.until:%Y-%m-%d %H:%M} UTC: {why}",
                retry_after_s=(rest.until - now).total_seconds(),
                daily=rest.daily,
            )

    def _slow_down(self, error: RateLimitedError, bucket: str) -> RateLimitedError:
        """Hold one bucket for seconds; rest for what is longer, and for a day that is used up until it ends."""
        now, reset = self._surroundings.clock.now(), self._reset() if self._reset else None
        if error.daily:
            if reset is None:
                return error
            error = RateLimitedError(str(error), retry_after_s=(reset - now).total_seconds(), daily=True)
        if error.retry_after_s <= LONGEST_PAUSE_S:
            self._pacing.hold(bucket, error.retry_after_s)
        else:
            self._pacing.take_rest(Rest(until=now + timedelta(seconds=error.retry_after_s), daily=error.daily))
        return error

    def _take_hint(self, answer: Answer, bucket: str) -> None:
        window = self._window(answer.headers) if self._window else None
        if window is not None:
            allowed, left = window
            self._pacing.correct(bucket, allowed=allowed, left=left)
        told = self._usage(answer.headers) if self._usage else None
        if told is not None:
            used, limit = told
            resets_at = self._reset() if self._reset else None
            self._surroundings.budget.hint(self._surroundings.connection, used=used, limit=limit, resets_at=resets_at)


def http_for(
    surroundings: Surroundings,
    origin: str,
    limits: Mapping[str, Limit],
    *,
    judge: Judge,
    usage: Usage | None = None,
    window: Window | None = None,
    reset: Reset | None = None,
    wall: Wall = SYSTEM_WALL,
) -> Http:
    """The usual `Http`: paced together with every other connector object of this connection and host."""
    pacing = shared_pacing(f"{surroundings.connection} {origin} {id(wall)}", limits, wall)
    return Http(surroundings, pacing, judge=judge, usage=usage, window=window, reset=reset, wall=wall)


def may_send_again(error: BaseException, *, idempotent: bool) -> bool:
    """Whether a second try in seconds can help and cannot harm."""
    if isinstance(error, RateLimitedError):
        return not error.daily and error.retry_after_s <= LONGEST_PAUSE_S
    return isinstance(error, TransientError) and (idempotent or not error.sent)


def trouble(answer: Answer, *, retry_after_s: float = 5.0) -> LeadloopError | None:
    """What every judge begins with: an overloaded or broken front door, whatever the body says."""
    if answer.status == 429:
        return RateLimitedError("the system asks to slow down", retry_after_s=retry_after(answer) or retry_after_s)
    if answer.status >= 500 or answer.status in _TROUBLE:
        return TransientError(f"the system answered HTTP {answer.status}")
    return None


def retry_after(answer: Answer) -> float | None:
    """Seconds of a Retry-After header, a day at most; the form with a date is not used by these systems."""
    try:
        told = float(answer.headers.get("retry-after", ""))
    except ValueError:
        return None
    return min(max(0.0, told), LONGEST_REST_S) if math.isfinite(told) else None


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, RateLimitedError):
        return error.retry_after_s
    return tenacity.wait_random_exponential(multiplier=0.5, max=LONGEST_PAUSE_S)(state)


class _Logged:
    """Keeps one masked line of an exchange, also when it failed."""

    def __init__(self, surroundings: Surroundings, call: Call, wall: Wall) -> None:
        self._surroundings = surroundings
        self._call = call
        self._wall = wall
        self._began = wall.monotonic()
        self._started_at = surroundings.clock.now()
        self.answer: Answer | None = None

    def __enter__(self) -> "_Logged":
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        answer = self.answer
        types = {name.lower(): value for name, value in self._call.headers.items()}
        said = _masked(answer) if answer else type(error).__name__
        self._surroundings.wire.keep(
            Exchange(
                connection=self._surroundings.connection,
                method=self._call.method,
                path=masked_path(self._call.url),
                status=answer.status if answer else None,
                started_at=self._started_at,
                seconds=self._wall.monotonic() - self._began,
                request=masked_body(self._call.body, types.get("content-type", "application/json")),
                response=said,
            )
        )


def _masked(answer: Answer) -> str:
    return masked_body(answer.body, answer.headers.get("content-type", ""), decode=lambda: answer.value)


__all__ = [
    "BODY_CAP_BYTES",
    "BULK_CAP_BYTES",
    "SYSTEM_WALL",
    "Answer",
    "Call",
    "Http",
    "Reset",
    "http_for",
    "may_send_again",
    "retry_after",
    "trouble",
]
