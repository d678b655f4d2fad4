"""The daemon's jobs, run one by one on this thread over a real store without a system."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from config.settings import Settings
from connectors.abilities import Refreshed
from connectors.contract import Holds, Pace
from domain.errors import TransientError
from domain.hint import Hint, HintKind
from domain.record import Cursor, Page, Record
from domain.run import ConnectionStatus, GoLive
from domain.values import RecordRef
from store import connections, inbox, leads, outbox, records, requests, runs
from store import rules as rule_store
from sync.firstday import go_live
from sync.loop import InForce
from tests.rig import ROOT
from tests.unit.sync.daemons import NOON, Stage, daemon_of, recorded, version_of
from tests.unit.sync.looping import Reading, stream


@dataclass(slots=True, kw_only=True)
class Hearing(Reading):
    """A system that is told on, and followed `asked` times."""

    name: str = "hubspot"
    followed: int = 0

    def refresh(self, hints: Sequence[Hint]) -> Iterator[Refreshed]:
        self.followed += 1
        yield Refreshed(stream="contacts", hints=tuple(hints))


@dataclass(slots=True, kw_only=True)
class Told:
    """The job that follows hints, over a system that leaves a hint waiting; `looks` counts every job's beginning."""

    system: Hearing
    run: Callable[[], None]
    looks: list[datetime] = field(default_factory=list)


@pytest.fixture
def told(stage: Stage) -> Told:
    system = Hearing(streams={"contacts": stream("contacts", Holds.PEOPLE)})
    epoch = stage.daemon.loops["decide"].epoch
    names = ("decide", "operators", "pull:hubspot", "push:hubspot:handoff", "push:hubspot:background", "hints:hubspot")
    daemon = daemon_of(stage.store, epoch, *names, systems=[system])
    found = Told(system=system, run={job.name: job.run for job in daemon.jobs()}["hints:hubspot"])

    def now() -> datetime:
        found.looks.append(stage.now)
        return stage.now

    daemon.now = now
    found.looks.clear()
    hint = Hint(
        connection="hubspot", key="1", object="contacts", record_id="1", kind=HintKind.CHANGED, occurred_at=NOON
    )
    with stage.store.write(epoch) as tx:
        connections.ensure(tx, ["hubspot"], now=NOON)
        inbox.add(tx, [hint], now=NOON)
    return found


def test_one_run_is_recorded_per_cycle_and_none_between_when_nothing_moves(stage: Stage) -> None:
    for minutes in (0, 1, 4, 5, 6):
        stage.now = NOON + timedelta(minutes=minutes)
        stage.run("decide")
    assert len(recorded(stage)) == 2


def test_what_moved_is_a_run_also_between_cycles(stage: Stage) -> None:
    stage.run("decide")
    with stage.store.write() as tx:
        leads.create(tx, 1, now=NOON, installation="LL")
    stage.now = NOON + timedelta(minutes=1)
    stage.run("decide")
    with stage.store.read() as tx:
        assert [run.counts["decided_leads"] for run in runs.last(tx, 10)] == [1, 0]


def test_operators_are_served_when_something_was_filed_or_published(stage: Stage, rules: InForce) -> None:
    stage.run("operators")
    stage.run("operators")
    assert (stage.answered, stage.published) == ([], ["yes"])
    with stage.store.write() as tx:
        requests.file(tx, "run", {}, now=NOON)
        rule_store.publish(tx, version_of(rules, "other"))
    stage.run("operators")
    stage.run("operators")
    assert (stage.answered, stage.published) == ([1, 1], ["yes", "yes"])


def test_every_transaction_of_the_loop_carries_the_epoch_that_it_leads_under() -> None:
    bare = [
        f"{file.stem}: {ast.unparse(call)}"
        for file in sorted((ROOT / "sync").glob("*.py"))
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).endswith(("store.write", "store.transact"))
        and not any("epoch" in ast.unparse(each) for each in (*call.args, *call.keywords))
    ]
    assert bare == ["introduce: store.write()"], "that one is for commands, which do not lead"


def test_what_was_told_is_followed_and_decided_and_sent_at_once(told: Told) -> None:
    told.run()
    told.run()
    assert told.system.followed == 1
    assert len(told.looks) == 2 + 2, "each run looks for hints, and the first lets the decider look twice"


def test_what_a_reading_brought_is_decided_on_and_sent_at_once(stage: Stage) -> None:
    ref = RecordRef(connection="hubspot", object="contacts", id="70001")
    ana = Record(ref=ref, values={"email": "ana@globex.example"}, modified_at=NOON)
    page = Page(stream="contacts", records=(ana,), cursor=Cursor(position="on"))
    system = Reading(streams={"contacts": stream("contacts", Holds.PEOPLE)}, name="hubspot", pages={"contacts": [page]})
    names = ("decide", "operators", "pull:hubspot", "push:hubspot:handoff", "push:hubspot:background")
    daemon = daemon_of(stage.store, stage.daemon.loops["decide"].epoch, *names, systems=[system])
    daemon.now = lambda: stage.now
    jobs = {job.name: job.run for job in daemon.jobs()}
    jobs["pull:hubspot"]()
    runs_before = recorded(stage)
    with stage.store.read() as tx:
        assert [run.counts["decided_leads"] for run in runs.last(tx, 10)] == [1]
    stage.now += timedelta(hours=1)
    jobs["pull:hubspot"]()
    assert system.asked == ["contacts@", "contacts@on"]
    assert recorded(stage) == runs_before, "the same page again is no news"


@pytest.mark.parametrize("status", [ConnectionStatus.PAUSED, ConnectionStatus.SUSPENDED])
def test_what_a_connection_that_stands_still_was_told_waits_and_hurries_nobody(
    told: Told, stage: Stage, status: ConnectionStatus
) -> None:
    """It is looked for every second: as long as a person needs, nothing else may run as often by it."""
    with stage.store.write() as tx:
        connections.set_status(tx, "hubspot", status, reason="a person's", now=NOON)
    for _ in range(3):
        told.run()
    assert (told.system.followed, len(told.looks)) == (0, 3)
    with stage.store.read() as tx:
        assert inbox.counts(tx) == {"hubspot": 1}


def test_what_the_decider_plans_belongs_to_a_run_and_a_look_that_finds_nothing_opens_none(
    stage: Stage, rules: InForce
) -> None:
    loop = stage.daemon.loops["decide"]
    loop.settings = Settings(go_live=GoLive.LIVE)
    stage.run("decide")
    ref = RecordRef(connection="salesforce", object="Lead", id="00Q1")
    with stage.store.write() as tx:
        go_live(tx, now=NOON)
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        records.upsert(tx, [Record(ref=ref, values={"Title": "VP"}, modified_at=NOON)], seen_at=NOON)
        records.assign(tx, {ref: lead.id})
    for minute in (1, 2, 3):
        stage.now = NOON + timedelta(minutes=minute)
        stage.run("decide")
    with stage.store.read() as tx:
        first, second = reversed(runs.last(tx, 10))
        assert (outbox.of_run(tx, first.id), second.counts["planned"]) == ([], 1)
        assert [row.change.id for row in outbox.of_run(tx, second.id)] == [ref.id]
        assert second.ended_at == stage.now - timedelta(minutes=2)


def test_a_system_that_was_found_away_is_read_before_its_turn_and_only_until_it_answers(stage: Stage) -> None:
    """Also what was read a moment ago: nothing else shows that it is back."""
    page = Page(stream="contacts", cursor=Cursor(position="on"))
    pages: list[Page | Exception] = [page]
    contacts = stream("contacts", Holds.PEOPLE, Pace.HOT)
    system = Reading(streams={"contacts": contacts}, name="hubspot", pages={"contacts": pages})
    epoch = stage.daemon.loops["decide"].epoch
    names = ("decide", "operators", "pull:hubspot", "push:hubspot:handoff", "push:hubspot:background")
    daemon = daemon_of(stage.store, epoch, *names, systems=[system])
    jobs = {job.name: job.run for job in daemon.jobs()}
    with stage.store.write(epoch) as tx:
        connections.ensure(tx, ["hubspot"], now=NOON)
    jobs["pull:hubspot"]()
    jobs["away:hubspot"]()
    assert len(system.asked) == 1
    daemon._away.add("hubspot")  # as a pusher does that had no answer
    pages[:] = [TransientError("away")]
    jobs["away:hubspot"]()
    jobs["away:hubspot"]()
    assert (len(system.asked), standing_of(stage)) == (3, ConnectionStatus.DEGRADED)
    pages[:] = [page]
    jobs["away:hubspot"]()
    jobs["away:hubspot"]()
    assert (len(system.asked), standing_of(stage)) == (4, ConnectionStatus.RUNNING)


def standing_of(stage: Stage) -> ConnectionStatus:
    with stage.store.read() as tx:
        (known,) = connections.all(tx)
    return known.status
