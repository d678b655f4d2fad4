"""One pass of the loop: pull, decide, plan, push, each a bulkhead for the others' troubles."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import structlog

from connectors.abilities import Resting
from domain.audit import LOOP
from domain.errors import FencedError, LeadloopError, RateLimitedError, TransientError, WrongAccountError
from domain.run import ConnectionStatus, GoLive, Run
from store import connections, held, outbox, proposals, runs
from sync import histories, recover, schema_watch
from sync.cover_telling import plan_cover_digest
from sync.decide import Decided, decide_due
from sync.erase import erase_due
from sync.firstday import step_in_force
from sync.flapping import name_rivals
from sync.golive import follow_step, take_baseline
from sync.hearing import hear_again
from sync.hints import follow
from sync.intake import Pulled
from sync.introduce import introduce
from sync.loop import Loop, StopAskedError
from sync.noticing import plan_notices
from sync.outgoing import OpenRun, plan_due
from sync.pressing import show_answers, take_presses
from sync.pull import pull
from sync.push import Pushed, push
from sync.retain import retain
from sync.sealing import seal
from sync.widen import fill_back

log = structlog.get_logger(__name__)

ROUNDS = 4
"""How often a cycle may plan and push again: a created record lets its task follow in the same cycle."""


@dataclass(slots=True)
class Tally:
    """What a cycle did, in the words of `leadloop status`."""

    pulled: dict[str, Pulled] = field(default_factory=dict)
    decided: Decided = field(default_factory=Decided)
    planned: int = 0
    pushed: dict[str, Pushed] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)
    """Connections that did not answer, or said to come back later."""
    run_id: int | None = None
    """The run that what was planned belongs to; None while nothing was."""

    def counts(self) -> dict[str, int]:
        total = {
            "read": sum(each.records + each.activities for each in self.pulled.values()),
            "changed": sum(each.changed for each in self.pulled.values()),
            "rejected": sum(each.rejected for each in self.pulled.values()),
            "late": sum(each.late for each in self.pulled.values()),
            "planned": self.planned,
            "unreachable": len(self.unreachable),
        }
        total |= {f"decided_{name}": count for name, count in asdict(self.decided).items()}
        for name in asdict(Pushed()):
            total[name] = sum(getattr(each, name) for each in self.pushed.values())
        return total


def run_once(loop: Loop, *, now: datetime, trigger: str = "schedule", actor: str = LOOP) -> Run:
    """One whole cycle and its record. A failing connection is noted and the rest goes on."""
    tally = Tally()
    recover_claims(loop, now=now)
    with loop.store.write(loop.epoch) as tx:
        run_id = runs.start(tx, trigger, now=now, actor=actor)
    for name in loop.connections:
        pull_one(loop, name, tally, now=now)
        hear_answers(loop, name, tally, now=now)
    with loop.store.write(loop.epoch) as tx:
        take_baseline(tx, loop, now=now)
        follow_step(tx, loop, now=now)
        held.expire(tx, now=now)
        proposals.expire(tx, now=now)
    for _ in range(ROUNDS):
        planned = decide_and_plan(loop, tally, now=now, run_id=run_id)
        sent = 0 if observing(loop) else push_all(loop, tally, now=now)
        if not planned and not sent:
            break
    retain(loop, now=now)
    seal(loop, now=now)
    with loop.store.write(loop.epoch) as tx:
        runs.finish(tx, run_id, now=now, counts=tally.counts(), failures=tally.failures)
        return runs.get(tx, run_id)


def observing(loop: Loop) -> bool:
    """Whether the installation only watches yet: it reads and decides, and writes nothing."""
    with loop.store.read() as tx:
        return step_in_force(tx, loop.settings.go_live) is GoLive.OBSERVE


def pull_one(loop: Loop, name: str, tally: Tally, *, now: datetime, hot: timedelta = timedelta()) -> None:
    """Bring one connection up to date; `hot`: how long hot streams rest, for whoever looks more often than that."""

    def step() -> None:
        introduce(loop, name, now=now)
        schema_watch.look(loop, name, now=now)
        tally.pulled[name] = pull(loop, name, now=now, hot=hot)
        hear_again(loop, name, now=now)

    def again() -> None:
        tally.pulled[f"{name} again"] = fill_back(loop, name, now=now)

    schema_watch.wake(loop, name, now=now)
    guarded(loop, name, "pull", tally, step, now=now)
    guarded(loop, name, "back-fill", tally, again, now=now)
    guarded(loop, name, "history", tally, lambda: name_rivals(loop, name, now=now), now=now)
    guarded(loop, name, "history", tally, lambda: histories.ask(loop, name, now=now), now=now)
    _tell_what_rests(loop, name, now=now)


def _tell_what_rests(loop: Loop, name: str, *, now: datetime) -> None:
    """What a system does not give us stands beside its status, which stays running."""
    connector = loop.connections[name]
    if not isinstance(connector, Resting):
        return
    words = [f"{stream} is not read: {why}" for stream, why in sorted(connector.resting.items()) if why]
    with loop.store.read() as tx:
        known = connections.get(tx, name)
    if known is not None and known.status is ConnectionStatus.RUNNING and (known.reason or "") != "; ".join(words):
        with loop.store.write(loop.epoch) as tx:
            connections.set_status(tx, name, known.status, reason="; ".join(words) or None, now=now)


def follow_hints(loop: Loop, name: str, tally: Tally, *, now: datetime) -> None:
    """Read again what one connection's hints name."""

    def step() -> None:
        introduce(loop, name, now=now)
        tally.pulled[name] = follow(loop, name, now=now)

    guarded(loop, name, "hints", tally, step, now=now)


def decide_and_plan(loop: Loop, tally: Tally, *, now: datetime, run_id: int | None) -> int:
    """Decide what is due and plan what it needs written; returns how many rows were planned.

    Without a run the first row opens one, which the tally names from then on: most looks find nothing to write.

    While the installation only observes nothing is planned: what waits is what `leadloop plan` shows.
    """
    erase_due(loop, now=now)
    decided = decide_due(loop, now=now)
    for name, count in asdict(decided).items():
        setattr(tally.decided, name, getattr(tally.decided, name) + count)
    run = OpenRun(number=run_id)
    try:
        planned = 0 if observing(loop) else _plan(loop, tally, now=now, run=run)
    finally:
        tally.run_id = run.number
    tally.planned += planned
    return planned


def _plan(loop: Loop, tally: Tally, *, now: datetime, run: OpenRun) -> int:
    """Leads first; trouble with telling people of them is noted and keeps nothing else from being done."""
    planned = plan_due(loop, now=now, run=run)
    for tell in (plan_notices, plan_cover_digest, show_answers):
        try:
            planned += tell(loop, now=now, run=run)
        except FencedError:
            raise
        except LeadloopError as error:
            tally.failures.append(f"notices: {error}")
            log.warning("notices_not_planned", reason=type(error).__name__)
    return planned


def hear_answers(loop: Loop, name: str, tally: Tally, *, now: datetime) -> int:
    """Have what people answered by a button decided on; returns how many answers that were."""
    taken: list[int] = []

    def step() -> None:
        taken.append(take_presses(loop, name, now=now))

    guarded(loop, name, "answers", tally, step, now=now)
    return sum(taken)


def push_all(loop: Loop, tally: Tally, *, now: datetime) -> int:
    """Push to every connection; returns the number of receipts."""
    sent = 0
    for name in loop.connections:
        done: list[Pushed] = []

        def step(name: str = name, done: list[Pushed] = done) -> None:
            done.append(push(loop, name, now=now))

        guarded(loop, name, "push", tally, step, now=now)
        for pushed in done:
            add_pushed(tally, name, pushed)
            sent += pushed.sent
    return sent


def add_pushed(tally: Tally, name: str, pushed: Pushed) -> None:
    """Add one push to what the cycle did to that connection."""
    before = tally.pushed.setdefault(name, Pushed())
    for field_name, count in asdict(pushed).items():
        setattr(before, field_name, getattr(before, field_name) + count)


def guarded(loop: Loop, name: str, step: str, tally: Tally, work: Callable[[], None], *, now: datetime) -> None:
    """Run one connection's step; its errors become the connection's status and never the other's.

    The bulkhead of design.md 7 for one job: a bug in one step is noted and the rest of the cycle goes on.
    """
    with loop.store.read() as tx:
        status = connections.get(tx, name)
    if status is not None and status.status in {ConnectionStatus.PAUSED, ConnectionStatus.SUSPENDED}:
        return
    try:
        work()
    except (FencedError, StopAskedError):
        raise
    except LeadloopError as error:
        if isinstance(error, WrongAccountError):
            loop.introduced.discard(name)
        with loop.store.write(loop.epoch) as tx:
            reaction = recover.note(tx, name, error, now=now)
        tally.failures.append(f"{name}: {step}: {reaction.reason}")
        if isinstance(error, TransientError | RateLimitedError):
            tally.unreachable.add(name)
        if status is None or status.reason != reaction.reason:
            log.warning("connection_failed", connection=name, step=step, status=reaction.status, reason=reaction.reason)
        return
    except Exception as error:
        tally.failures.append(f"{name}: {step}: a bug: {type(error).__name__}")
        log.error("job_failed", connection=name, step=step, exc_info=True)
        return
    if status is not None and status.status is ConnectionStatus.DEGRADED and step == "pull":
        with loop.store.write(loop.epoch) as tx:
            recover.take_up_again(tx, name, now=now)
        log.info("connection_recovered", connection=name)


def recover_claims(loop: Loop, *, now: datetime) -> int:
    """Take back what an earlier holder of the lead had claimed when it died."""
    with loop.store.write(loop.epoch) as tx:
        return len(outbox.reclaim(tx, epoch=loop.epoch, now=now))
