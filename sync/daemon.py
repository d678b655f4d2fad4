"""The loop as threads: a puller per connection, one decider, two pushers per connection.

They share the store and nothing else; each has connectors of its own. The decider keeps the runs:
what the others did since its last look becomes one run.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connectors.contract import Lane
from domain.errors import FencedError, LeadloopError
from store import audit, runs
from sync.cycle import Tally, add_pushed, decide_and_plan, guarded, recover_claims
from sync.loop import Loop
from sync.pull import pull
from sync.push import push
from sync.schedule import Job

log = structlog.get_logger(__name__)

LOOK_S = 5.0
"""How often decider and pushers look whether there is something to do: an indexed query each."""


@dataclass(slots=True, kw_only=True)
class Daemon:
    """The jobs of a leading daemon. `loops`: thread name → a loop with connectors of its own.

    `now` reads the installation's clock at the start of each job; `stop` is set when the lead is lost.
    """

    loops: Mapping[str, Loop]
    now: Callable[[], datetime]
    stop: threading.Event
    _tally: Tally = field(default_factory=Tally)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last_run: datetime | None = None

    def jobs(self) -> list[Job]:
        decider = self.loops["decide"]
        recover_claims(decider, now=self.now())
        schedule = decider.settings.schedule
        pulls_s = min(schedule.cycle_minutes * 60.0, float(schedule.hand_raise_seconds))
        jobs = [Job(name="decide", every_s=LOOK_S, run=self._bulkhead("decide", self._decide))]
        for name in decider.connections:
            jobs.append(Job(name=f"pull:{name}", every_s=pulls_s, run=self._pulling(name)))
            jobs += [Job(name=f"push:{name}:{lane}", every_s=LOOK_S, run=self._pushing(name, lane)) for lane in Lane]
        return jobs

    def _bulkhead(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        """A job's errors end the job, not the daemon; losing the lead ends the daemon."""

        def run() -> None:
            try:
                work()
            except FencedError:
                log.warning("lead_lost", step=name)
                self.stop.set()
            except LeadloopError as error:
                log.error("job_failed", step=name, error=type(error).__name__, reason=str(error))

        return run

    def _pulling(self, name: str) -> Callable[[], None]:
        loop = self.loops[f"pull:{name}"]

        def work() -> None:
            now, tally = self.now(), Tally()

            def step() -> None:
                tally.pulled[name] = pull(loop, name, now=now)

            guarded(loop, name, "pull", tally, step, now=now)
            self._add(tally)

        return self._bulkhead(f"pull:{name}", work)

    def _pushing(self, name: str, lane: Lane) -> Callable[[], None]:
        loop = self.loops[f"push:{name}:{lane}"]

        def work() -> None:
            now, tally = self.now(), Tally()

            def step() -> None:
                tally.pushed[name] = push(loop, name, now=now, lane=lane)

            guarded(loop, name, "push", tally, step, now=now)
            self._add(tally)

        return self._bulkhead(f"push:{name}:{lane}", work)

    def _add(self, tally: Tally) -> None:
        with self._lock:
            for name, pulled in tally.pulled.items():
                self._tally.pulled[f"{name}#{len(self._tally.pulled)}"] = pulled
            for name, pushed in tally.pushed.items():
                add_pushed(self._tally, name, pushed)
            self._tally.failures += tally.failures

    def _decide(self) -> None:
        loop, now = self.loops["decide"], self.now()
        with self._lock:
            tally, self._tally = self._tally, Tally()
        decide_and_plan(loop, tally, now=now, run_id=None)
        due = self._last_run is None or now - self._last_run >= timedelta(minutes=loop.settings.schedule.cycle_minutes)
        if not due and not any(tally.counts().values()) and not tally.failures:
            return
        with loop.store.write(loop.epoch) as tx:
            run_id = runs.start(tx, "schedule", now=self._last_run or now)
            audit.seal(tx, now=now)
            runs.finish(tx, run_id, now=now, counts=tally.counts(), failures=tally.failures)
        self._last_run = now
