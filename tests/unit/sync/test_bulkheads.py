"""Jobs end one by one, and make room for whoever wants the loop to himself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from structlog.testing import capture_logs

from connectors.contract import Holds
from domain.errors import FencedError, TransientError
from domain.record import Cursor, Page
from store import requests
from sync.loop import Loop, StopAskedError
from tests.unit.sync.daemons import NOON, Stage, daemon_of, recorded
from tests.unit.sync.looping import Reading, lose_the_lead, stream


def test_a_failing_job_is_noted_in_the_run_and_logged_once_until_it_recovers(stage: Stage) -> None:
    def fail(_loop: Loop) -> None:
        raise TransientError("the simulator's clock does not answer")

    stage.run("operators")
    with stage.store.write() as tx:
        requests.file(tx, "run", {}, now=NOON)
    works, stage.daemon.answer = stage.daemon.answer, fail
    with capture_logs() as heard:
        stage.run("operators")
        stage.run("operators")
        stage.daemon.answer = works
        stage.run("operators")
    stage.run("decide")
    assert [line["event"] for line in heard] == ["job_failed", "job_recovered"]
    assert recorded(stage) == [("operators: the simulator's clock does not answer",) * 2]


def test_a_bug_ends_the_job_and_not_the_daemon_and_its_text_is_not_repeated(stage: Stage) -> None:
    def fail(_loop: Loop) -> None:
        raise KeyError("ana@globex.example")

    stage.run("operators")
    with stage.store.write() as tx:
        requests.file(tx, "run", {}, now=NOON)
    stage.daemon.answer = fail
    stage.run("operators")
    stage.run("decide")
    assert recorded(stage) == [("operators: a bug: KeyError",)]
    assert not stage.daemon.stop.is_set()


def test_losing_the_lead_ends_the_daemon(stage: Stage) -> None:
    lose_the_lead(stage.store)
    stage.run("decide")
    assert stage.daemon.lost
    assert stage.daemon.stop.is_set()
    assert recorded(stage) == []


def test_nothing_begins_once_the_end_was_asked_for(stage: Stage) -> None:
    stage.daemon.stop.set()
    stage.run("decide")
    stage.run("operators")
    assert (recorded(stage), stage.published) == ([], [])


@pytest.mark.parametrize(
    "point", ["pull.page_idle", "pull.page_committed", "decide.committed", "plan.committed", "push.settled"]
)
def test_a_job_ends_between_two_commits_when_asked(stage: Stage, point: str) -> None:
    reached = stage.daemon.loops["decide"].reached
    reached(point)
    stage.daemon.stop.set()
    with pytest.raises(StopAskedError):
        reached(point)


@pytest.mark.parametrize("point", ["push.claimed", "push.answered", "pull.before_commit", "decide.computing"])
def test_a_job_goes_on_where_something_is_half_done(stage: Stage, point: str) -> None:
    stage.daemon.stop.set()
    stage.daemon.loops["decide"].reached(point)


class Endless(Reading):
    """Gives pages for as long as somebody reads; `begun` once the first was taken, each one after `waits`."""

    def __init__(self, waits: Event) -> None:
        super().__init__(streams={"contacts": stream("contacts", Holds.PEOPLE)}, name="hubspot")
        self.begun, self.waits = Event(), waits

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        while True:
            yield Page(stream=stream, cursor=Cursor(position="on"))
            self.begun.set()
            self.waits.wait(30)


@contextmanager
def reading(stage: Stage, system: Endless) -> Iterator[dict[str, Callable[[], None]]]:
    """The jobs of a daemon that is in the middle of reading this system."""
    epoch = stage.daemon.loops["decide"].epoch
    names = ("decide", "operators", "pull:hubspot", "push:hubspot:handoff", "push:hubspot:background")
    daemon = daemon_of(stage.store, epoch, *names, systems=[system])
    daemon.published = lambda: stage.published.append("yes")
    jobs = {job.name: job.run for job in daemon.jobs()}
    puller = Thread(target=jobs["pull:hubspot"])
    puller.start()
    assert system.begun.wait(10)
    try:
        yield jobs
    finally:
        daemon.stop.set()
        system.waits.set()
        puller.join(10)


def test_a_long_reading_makes_room_for_an_operator_between_two_commits(stage: Stage) -> None:
    waits = Event()
    waits.set()
    with reading(stage, Endless(waits)) as jobs:
        operator = Thread(target=jobs["operators"])
        operator.start()
        operator.join(10)
        assert stage.published == ["yes"]


def test_a_reading_that_made_room_goes_on_at_once_and_not_a_minute_later(stage: Stage) -> None:
    waits = Event()
    waits.set()
    system = Endless(waits)
    with reading(stage, system) as jobs:
        operator = Thread(target=jobs["operators"])
        operator.start()
        operator.join(10)
        system.begun.clear()
        assert system.begun.wait(10)


def test_an_operator_who_waits_for_a_long_call_keeps_nobody_from_deciding_and_sending(stage: Stage) -> None:
    with reading(stage, Endless(Event())) as jobs:
        operator = Thread(target=jobs["operators"])
        operator.start()
        operator.join(0.5)
        others = [Thread(target=jobs[name], daemon=True) for name in ("decide", "push:hubspot:handoff")]
        for other in others:
            other.start()
        for other in others:
            other.join(10)
        assert [other.is_alive() for other in others] == [False, False]
        assert stage.published == []
    operator.join(10)
    assert stage.published == ["yes"]


def test_a_fenced_error_is_not_taken_for_a_failure(stage: Stage) -> None:
    def fenced(_loop: Loop) -> None:
        raise FencedError("another leads")

    with stage.store.write() as tx:
        requests.file(tx, "run", {}, now=NOON)
    stage.daemon.answer = fenced
    stage.run("operators")
    assert stage.daemon.lost
