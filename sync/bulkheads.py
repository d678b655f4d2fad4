"""How the daemon's jobs stand beside each other: each behind a bulkhead, and all of them out of the way of whoever
wants the loop to himself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import structlog

from connectors.contract import Lane
from domain.errors import FencedError, LeadloopError
from sync.loop import StopAskedError
from sync.schedule import Job

log = structlog.get_logger(__name__)

BETWEEN_COMMITS = frozenset(
    {"pull.page_idle", "pull.page_committed", "decide.committed", "plan.committed", "push.settled"}
    | {"books.committed", "books.closed"}
)
"""Points of the loop at which nothing is claimed and nothing half-done: here a stopping daemon ends its jobs."""

MAKING_ROOM = BETWEEN_COMMITS - {"decide.committed", "plan.committed"}
"""Where what may last for hours ends as well when an operator waits to be alone; it goes on from here."""


@dataclass(slots=True, kw_only=True)
class Bulkheads:
    """Makes jobs of pieces of work. `stop` ends all of them; it is set from outside, or when the lead is `lost`.

    `failed` is told of every failure, as `job: reason`.
    """

    stop: threading.Event
    failed: Callable[[str], None]
    lost: bool = False
    _busy: dict[str, threading.Lock] = field(default_factory=dict)
    _room_is_given: threading.Event = field(default_factory=threading.Event)
    """Set, except while somebody waits for the loop to himself."""
    _troubles: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._room_is_given.set()

    def job(self, name: str, every_s: float, work: Callable[[], None]) -> Job:
        busy = self._busy[name] = threading.Lock()

        def run() -> None:
            while self._made_room(name, busy, work):
                self._room_is_given.wait()

        return Job(name=name, every_s=every_s, run=run)

    def is_free(self, name: str, *, within_s: float = 0.0) -> bool:
        """Whether a job is not at work, or ends soon enough."""
        busy = self._busy[name]
        if not busy.acquire(timeout=within_s):
            return False
        busy.release()
        return True

    def _made_room(self, name: str, busy: threading.Lock, work: Callable[[], None]) -> bool:
        """Do a job; whether it ended early for somebody who wants the loop to himself, and is to be gone on with."""
        with busy:
            if self.stop.is_set():
                return False
            ended = self._bulkhead(name, work)
        return ended and not self.stop.is_set()

    def beside(self, name: str, every_s: float, work: Callable[[], None]) -> Job:
        """A job that an operator who wants the loop to himself does not wait for: it reads for long, and what it
        writes in between it writes in one go."""

        def run() -> None:
            if not self.stop.is_set():
                self._bulkhead(name, work)

        return Job(name=name, every_s=every_s, run=run)

    def _bulkhead(self, name: str, work: Callable[[], None]) -> bool:
        """A job's errors end the job, not the daemon; losing the lead ends the daemon. True: it was asked to end."""
        try:
            work()
        except StopAskedError:
            log.info("job_ended_between_commits", step=name)
            return True
        except FencedError:
            log.warning("lead_lost", step=name)
            self.lost = True
            self.stop.set()
        except LeadloopError as error:
            self._fail(name, str(error))
        except Exception as error:  # noqa: BLE001 - the bulkhead of design.md 7: one job
            self._fail(name, f"a bug: {type(error).__name__}")
        else:
            if self._troubles.pop(name, None) is not None:
                log.info("job_recovered", step=name)
        return False

    def _fail(self, name: str, reason: str) -> None:
        """Tell of it; log it once, with its place, and not again until it is another trouble."""
        self.failed(f"{name}: {reason}")
        if self._troubles.get(name) != reason:
            self._troubles[name] = reason
            log.error("job_failed", step=name, reason=reason, exc_info=True)

    def ending_at(self, reached: Callable[[str], None]) -> Callable[[str], None]:
        def reached_unless_stopping(point: str) -> None:
            reached(point)
            wanted = point in MAKING_ROOM and not self._room_is_given.is_set()
            if wanted or (point in BETWEEN_COMMITS and self.stop.is_set()):
                raise StopAskedError(point)

        return reached_unless_stopping

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For the job `operators`: wait for the others to end, and keep them from beginning.

        What may take long is waited for first: until it has ended, the others decide and hand off as ever.
        """
        others = sorted((name for name in self._busy if name != "operators"), key=_haste)
        with ExitStack() as stack:
            self._room_is_given.clear()
            try:
                for name in others:
                    stack.enter_context(self._busy[name])
            finally:
                self._room_is_given.set()
            yield


def _haste(name: str) -> int:
    """How soon a job's turn has to come again: readings least, then what is sent in the background."""
    if name.startswith("pull:"):
        return 0
    return 1 if name.endswith(f":{Lane.BACKGROUND}") else 2
