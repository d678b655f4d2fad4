"""The loop as threads: a puller per connection, one decider, two pushers per connection.

They share the store and nothing else; each has connectors of its own. The decider keeps the runs:
what the others did since its last look becomes one run. What operators file has the loop to itself.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from connectors.abilities import Refresher
from connectors.contract import Lane, Pace, Reader
from domain.run import ConnectionStatus
from store import connections, held, proposals, requests, runs
from store import rules as rule_store
from store.engine import Tx
from sync.away import AWAY_S, Patience
from sync.bulkheads import Bulkheads
from sync.cycle import (
    Tally,
    add_pushed,
    decide_and_plan,
    follow_hints,
    guarded,
    hear_answers,
    observing,
    pull_one,
    recover_claims,
)
from sync.golive import follow_step, take_baseline
from sync.hints import has_hints
from sync.loop import Loop
from sync.pressing import has_presses
from sync.push import push
from sync.retain import retain
from sync.schedule import Job
from sync.sealing import seal

log = structlog.get_logger(__name__)

LOOK_S = 5.0
"""How often decider and pushers look whether there is something to do: an indexed query each."""

HINTS_S = 1.0
"""How often hints are looked for, where systems may tell us something: the saving of minutes is what they are for."""

HURRY_S = 1.0
"""How long whoever took something in waits for the decider or a pusher that is busy."""

OPERATORS_S = 1.0
"""How often requests and publications are looked for: a person waits for them."""

ALERTS_S = 60.0
"""How often it is looked whether the installation stands as it did."""

BOOKS_S = 60.0
"""How often it is asked whether the day's decisions about where people came from, and closings, are due."""

DELIVER_S = 60.0
"""How often it is looked whether a report is due."""

RETAIN_S = 60.0
"""How often it is asked whether the day's deletions are due; real seconds, where the installation's clock may leap."""


@dataclass(slots=True, kw_only=True)
class Daemon:
    """The jobs of a leading daemon. `loops`: thread name → a loop with connectors of its own.

    `now` reads the installation's clock at the start of each job. `answer` carries out what operators
    filed; `published` is called when other rules came into force. `stop` ends the jobs; it is set
    from outside, or when the lead is `lost`.
    """

    loops: Mapping[str, Loop]
    now: Callable[[], datetime]
    answer: Callable[[Loop], None]
    published: Callable[[], None]
    stop: threading.Event
    heed: Callable[[], None] = lambda: None
    """Takes up what a person edited in the folder."""
    alert: Callable[[Loop], None] | None = None
    """Tells operations of a change of the installation's standing."""
    keep_books: Callable[[Loop], None] | None = None
    """Keeps what reports are to say for good."""
    deliver: Callable[[Loop], None] | None = None
    """Makes the reports that are due and puts them out."""
    _bulkheads: Bulkheads = field(init=False)
    _tally: Tally = field(default_factory=Tally)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _in_turn: list[Job] = field(default_factory=list)
    _away: set[str] = field(default_factory=set)
    """Systems that did not answer whoever called last."""
    _last_run: datetime | None = None
    _open_run: int | None = None
    """What the decider has planned since the last record belongs to it."""
    _rules: str | None = None

    def __post_init__(self) -> None:
        self._bulkheads = Bulkheads(stop=self.stop, failed=self._note_failure)

    @property
    def lost(self) -> bool:
        """Whether somebody else leads by now."""
        return self._bulkheads.lost

    def jobs(self) -> list[Job]:
        """Everything to be scheduled; what a former leader left claimed is taken back first."""
        decider = self.loops["decide"]
        recover_claims(decider, now=self.now())
        for loop in self.loops.values():
            loop.reached = self._bulkheads.ending_at(loop.reached)
        found = [self._bulkheads.job("decide", LOOK_S, self._decide)]
        for name in decider.connections:
            pulling = self._pulling(name)
            found += [pulling, self._looking_for(name, pulling)]
            found += [self._bulkheads.job(f"push:{name}:{lane}", LOOK_S, self._pushing(name, lane)) for lane in Lane]
        self._in_turn = [found[0], *sorted((job for job in found if job.name.startswith("push:")), key=_turn)]
        found += [self._hearing(name) for name in decider.connections if self._hears(name)]
        found += [self._answering(name) for name in decider.connections if f"answers:{name}" in self.loops]
        if (alert := self.alert) is not None:
            found.append(self._bulkheads.job("alerts", ALERTS_S, lambda: alert(self.loops["alerts"])))
        if (keep_books := self.keep_books) is not None:
            found.append(self._bulkheads.job("books", BOOKS_S, lambda: keep_books(decider)))
        if (deliver := self.deliver) is not None:
            found.append(self._bulkheads.beside("deliver", DELIVER_S, lambda: deliver(self.loops["deliver"])))
        found.append(self._bulkheads.job("retain", RETAIN_S, lambda: retain(decider, now=self.now())))
        found.append(self._bulkheads.beside("lead", LOOK_S, decider.keep_lead))
        return [*found, self._bulkheads.job("operators", OPERATORS_S, self._serve_operators)]

    def _serve_operators(self) -> None:
        loop = self.loops["operators"]
        self.heed()
        with loop.store.read() as tx:
            rules = rule_store.hash_in_force(tx)
            waiting = requests.open(tx)
        if rules is not None and rules != self._rules:
            with self._bulkheads.alone():
                self.published()
            self._rules = rules
            log.info("rules_in_force", rule_hash=rules[:8])
        if waiting:
            with self._bulkheads.alone():
                self.answer(loop)

    def _pull_every_s(self, name: str) -> float:
        """Where people raise their hands is looked at more often than once per cycle."""
        loop = self.loops[f"pull:{name}"]
        schedule, reader = loop.settings.schedule, loop.connections[name]
        cycle_s = schedule.cycle_minutes * 60.0
        streams = reader.streams.values() if isinstance(reader, Reader) else ()
        raises = any(stream.pace is Pace.HAND_RAISE for stream in streams)
        return min(cycle_s, float(schedule.hand_raise_seconds)) if raises else cycle_s

    def _pulling(self, name: str) -> Job:
        loop = self.loops[f"pull:{name}"]
        # A job that starts a moment early must not skip a whole cycle's read.
        hot = timedelta(minutes=loop.settings.schedule.cycle_minutes) - timedelta(seconds=LOOK_S)

        def work() -> bool:
            tally = Tally()
            pull_one(loop, name, tally, now=self.now(), hot=timedelta() if name in self._away else hot)
            with self._lock:
                self._away.discard(name)
            self._add(tally)
            return any(each.changed for each in tally.pulled.values())

        return self._taking_in(f"pull:{name}", self._pull_every_s(name), work)

    def _looking_for(self, name: str, pulling: Job) -> Job:
        """Read sooner than its turn comes where somebody found the system away: what waits for it goes out then."""
        patience = Patience()

        def look() -> None:
            if patience.is_over(is_away=name in self._away) and self._bulkheads.is_free(pulling.name):
                pulling.run()

        return Job(name=f"away:{name}", every_s=AWAY_S, run=look)

    def _hears(self, name: str) -> bool:
        """Whether there is a thread for what this connection is told, and a connector that can follow it."""
        loop = self.loops.get(f"hints:{name}")
        return loop is not None and isinstance(loop.connections[name], Refresher)

    def _hearing(self, name: str) -> Job:
        loop = self.loops[f"hints:{name}"]

        def work() -> bool:
            now = self.now()
            if not has_hints(loop, name, now=now):
                return False
            tally = Tally()
            follow_hints(loop, name, tally, now=now)
            self._add(tally)
            # Not of a connection that stands still: there hints wait for days. Also where a poll was quicker to keep
            # what was told.
            return bool(tally.pulled)

        return self._taking_in(f"hints:{name}", HINTS_S, work)

    def _answering(self, name: str) -> Job:
        """What people answered by a button: they look at the message until it says so."""
        loop = self.loops[f"answers:{name}"]

        def work() -> bool:
            now = self.now()
            if not has_presses(loop, name, now=now):
                return False
            tally = Tally()
            heard = hear_answers(loop, name, tally, now=now)  # of a connection that stands still: none
            self._add(tally)
            return bool(heard)

        return self._taking_in(f"answers:{name}", HINTS_S, work)

    def _taking_in(self, name: str, every_s: float, work: Callable[[], bool]) -> Job:
        """A job that says whether it brought news: these are decided on and sent at once."""
        has_news = False

        def take_in() -> None:
            nonlocal has_news
            has_news = work()

        look = self._bulkheads.job(name, every_s, take_in)

        def run() -> None:
            nonlocal has_news
            has_news = False
            look.run()
            if has_news:
                self._hurry()

        return replace(look, run=run)

    def _hurry(self) -> None:
        """Decide and send at once what was taken in: waiting for the others' own looks would cost ten seconds.

        Twice, for a task follows the record that was created for it. The thread holds no lock of its own here. One
        that is busy for longer looks again by itself: a long push must not keep us from hearing more.
        """
        for job in self._in_turn * 2:
            if self._bulkheads.is_free(job.name, within_s=HURRY_S):
                job.run()

    def _pushing(self, name: str, lane: Lane) -> Callable[[], None]:
        loop = self.loops[f"push:{name}:{lane}"]

        def work() -> None:
            if observing(loop):
                return
            now, tally = self.now(), Tally()

            def step() -> None:
                add_pushed(tally, name, push(loop, name, now=now, lane=lane))

            guarded(loop, name, "push", tally, step, now=now)
            self._add(tally)

        return work

    def _note_failure(self, words: str) -> None:
        with self._lock:
            self._tally.failures.append(words)

    def _add(self, tally: Tally) -> None:
        """Keep what a job did until the decider makes a run of it."""
        with self._lock:
            for name, pulled in tally.pulled.items():
                self._tally.pulled[f"{name}#{len(self._tally.pulled)}"] = pulled
            for name, pushed in tally.pushed.items():
                add_pushed(self._tally, name, pushed)
            self._tally.failures += tally.failures
            self._tally.unreachable |= tally.unreachable
            self._away |= tally.unreachable

    def _decide(self) -> None:
        loop, now = self.loops["decide"], self.now()
        with loop.store.write(loop.epoch) as tx:
            held.expire(tx, now=now)
            proposals.expire(tx, now=now)
            follow_step(tx, loop, now=now)
            if not take_baseline(tx, loop, now=now) and not _stands_still(tx):
                return
        mine = Tally()
        try:
            decide_and_plan(loop, mine, now=now, run_id=self._open_run)
        finally:
            self._open_run = mine.run_id or self._open_run
        with self._lock:
            tally, self._tally = self._tally, Tally()
        tally.decided, tally.planned = mine.decided, mine.planned
        self._record(loop, tally, now=now)

    def _record(self, loop: Loop, tally: Tally, *, now: datetime) -> None:
        """One run per cycle, and one whenever something moved or failed."""
        cycle = timedelta(minutes=loop.settings.schedule.cycle_minutes)
        due = self._last_run is None or now - self._last_run >= cycle
        moved = self._open_run is not None or any(tally.counts().values()) or tally.failures
        if not due and not moved:
            return
        seal(loop, now=now)
        with loop.store.write(loop.epoch) as tx:
            run_id = self._open_run or runs.start(tx, "schedule", now=self._last_run or now)
            runs.finish(tx, run_id, now=now, counts=tally.counts(), failures=tally.failures)
        self._open_run, self._last_run = None, now


def _turn(job: Job) -> tuple[bool, str]:
    """Handoffs overtake."""
    return (not job.name.endswith(Lane.HANDOFF), job.name)


def _stands_still(tx: Tx) -> bool:
    """Whether a system takes no part until a person acts: the first day does not wait for it."""
    still = {ConnectionStatus.SUSPENDED, ConnectionStatus.PAUSED}
    return any(each.status in still for each in connections.all(tx))
