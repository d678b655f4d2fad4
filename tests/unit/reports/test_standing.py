"""The installation in a word."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.drift import Drift, DriftKind, Noticed, Told
from domain.hint import Hint, HintKind
from domain.place import FieldOf
from domain.run import Connection, ConnectionStatus, InstallationStatus, Run
from domain.values import LeadId
from reports.standing import Standing, WaitingHints, ago, judge, standing
from store import connections, drifts, held, inbox, installation, leads, runs
from store.engine import Store, Tx
from tests.stores import empty_store

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
CYCLE = timedelta(minutes=5)
RUNNING, PAUSED, SUSPENDED, DEGRADED = (
    Connection(name=name, status=status, reason="why")
    for name, status in (
        ("crm", ConnectionStatus.RUNNING),
        ("files", ConnectionStatus.PAUSED),
        ("marketing", ConnectionStatus.SUSPENDED),
        ("other", ConnectionStatus.DEGRADED),
    )
)


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    store = Store.open(empty_store(tmp_path / "leadloop.db"))
    with store.write() as opened:
        yield opened
    store.dispose()


def run_ended(minutes_ago: float) -> Run:
    at = NOON - timedelta(minutes=minutes_ago)
    return Run(id=1, trigger="schedule", started_at=at, ended_at=at)


@pytest.mark.parametrize(
    ("found", "last", "status", "reason"),
    [
        ([RUNNING], run_ended(1), InstallationStatus.HEALTHY, "every connection runs"),
        ([RUNNING, PAUSED], run_ended(1), InstallationStatus.HEALTHY, "files is paused"),
        ([PAUSED], run_ended(600), InstallationStatus.PAUSED, "every connection is paused"),
        ([RUNNING], None, InstallationStatus.LATE, "no run has ended yet"),
        ([RUNNING], run_ended(15), InstallationStatus.HEALTHY, "every connection runs"),
        ([RUNNING], run_ended(16), InstallationStatus.LATE, "the last run ended 16 min ago"),
        (
            [RUNNING, SUSPENDED, DEGRADED],
            run_ended(1),
            InstallationStatus.FAILING,
            "marketing is suspended: why; other is degraded: why",
        ),
        ([SUSPENDED], None, InstallationStatus.FAILING, "marketing is suspended: why"),
    ],
)
def test_the_word_and_the_reason(
    found: list[Connection], last: Run | None, status: InstallationStatus, reason: str
) -> None:
    assert judge(found, last, cycle=CYCLE, now=NOON) == (status, reason)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (3_600, "1 h"), (86_400, "1 d"), (200_000, "2 d")],
)
def test_a_stretch_of_time_is_said_in_its_largest_fitting_unit(seconds: int, words: str) -> None:
    assert ago(timedelta(seconds=seconds)) == words


def look(tx: Tx) -> Standing:
    return standing(tx, cycle=CYCLE, now=NOON)


def test_a_run_under_way_does_not_make_the_installation_late(tx: Tx) -> None:
    connections.ensure(tx, ["crm"], now=NOON)
    ended = runs.start(tx, "schedule", now=NOON - CYCLE)
    runs.finish(tx, ended, now=NOON - CYCLE, counts={"read": 1})
    runs.start(tx, "cli", now=NOON)
    found = look(tx)
    assert (found.status, found.last_run and found.last_run.id) == (InstallationStatus.HEALTHY, ended)


def test_a_look_counts_leads_held_ones_and_those_that_could_not_be_decided(tx: Tx) -> None:
    one, two = leads.create(tx, 2, now=NOON, installation="LL")
    held.hold(tx, "baseline", "above the line", [one.id], now=NOON)
    held.hold(tx, "handoff-day", "too many", [two.id], now=NOON)
    held.approve(tx, "handoff-day", by="admin", now=NOON, until=NOON + CYCLE)
    leads.fail(tx, LeadId(two.id), "ValueError", now=NOON)
    found = look(tx)
    assert found.stages == {"known": 2}
    assert found.held == {"baseline": 1}
    assert found.undecided == 1
    assert found.reason == "no run has ended yet; leads that could not be decided: 1"
    assert found.outbox == {}


def test_before_the_baseline_stands_the_reason_says_what_is_waited_for(tx: Tx) -> None:
    connections.ensure(tx, ["crm"], now=NOON)
    runs.finish(tx, runs.start(tx, "schedule", now=NOON), now=NOON, counts={})
    waits = "every connection runs; only scores are shown until the people of every system were read once"
    assert look(tx).reason == waits
    installation.put(tx, installation.WENT_LIVE, NOON.isoformat())
    assert look(tx).reason == "every connection runs"


def told(tx: Tx, connection: str, *, minutes_ago: int) -> datetime:
    at = NOON - timedelta(minutes=minutes_ago)
    key = f"{connection}:{minutes_ago}"
    hint = Hint(connection=connection, key=key, object="contacts", record_id="5", kind=HintKind.CHANGED, occurred_at=at)
    inbox.add(tx, [hint], now=at)
    return at


@pytest.mark.parametrize(
    ("status", "because"),
    [
        (ConnectionStatus.PAUSED, "crm is paused: they are followed once it runs again"),
        (ConnectionStatus.SUSPENDED, "crm is suspended: they are followed once it runs again"),
        (ConnectionStatus.RUNNING, ""),
    ],
)
def test_a_look_says_what_was_told_and_waits_and_whether_the_connection_rests(
    tx: Tx, status: ConnectionStatus, because: str
) -> None:
    connections.ensure(tx, ["crm", "other"], now=NOON)
    connections.set_status(tx, "crm", status, reason="why", now=NOON)
    oldest = told(tx, "crm", minutes_ago=90)
    told(tx, "crm", minutes_ago=3)
    assert look(tx).hints == (WaitingHints(connection="crm", hints=2, oldest_at=oldest, because=because),)


def test_a_look_says_of_hints_that_could_not_be_read_that_they_are_tried_again(tx: Tx) -> None:
    connections.ensure(tx, ["crm"], now=NOON)
    oldest = told(tx, "crm", minutes_ago=5)
    inbox.put_off(tx, [each.id for each in inbox.take(tx, "crm", now=NOON, limit=9)], until=NOON + CYCLE)
    told(tx, "crm", minutes_ago=1)
    because = "not read yet, tried again: 1"
    assert look(tx).hints == (WaitingHints(connection="crm", hints=2, oldest_at=oldest, because=because),)


@pytest.mark.parametrize(
    ("kind", "arrival", "told"),
    [
        (DriftKind.GONE, timedelta(hours=1), True),
        (DriftKind.GONE, None, True),
        (DriftKind.ABSENT, timedelta(hours=1), True),
        (DriftKind.ABSENT, None, False),
    ],
    ids=["gone", "gone, while nothing is written", "never there", "never there, while nothing is written"],
)
def test_a_field_that_drifted_is_told_with_what_stands_still(
    tx: Tx, kind: DriftKind, arrival: timedelta | None, told: bool
) -> None:
    place = FieldOf(connection="crm", object="Lead", field="Score")
    one = Told(drift=Drift(field=place, kind=kind), effect="score is not written to crm", mend="show it")
    drifts.settle(tx, "crm", "Lead", [one], noticed=Noticed.LOOK, now=NOON)
    found = standing(tx, cycle=CYCLE, arrival=arrival, now=NOON)
    words = {DriftKind.GONE: "cannot be seen any more", DriftKind.ABSENT: "is not there"}[kind]
    sentence = f"; crm Lead.Score {words} (since 2026-09-07 12:00 UTC): score is not written to crm"
    assert found.reason == f"no run has ended yet{sentence if told else ''}"
    assert [each.field for each in found.drifts] == [place]


def test_of_many_drifts_the_reason_names_a_few(tx: Tx) -> None:
    places = [FieldOf(connection="crm", object="Lead", field=f"F{n}") for n in range(5)]
    told = [Told(drift=Drift(field=at, kind=DriftKind.GONE), effect="", mend="") for at in places]
    drifts.settle(tx, "crm", "Lead", told, noticed=Noticed.LOOK, now=NOON)
    reason = look(tx).reason
    assert reason.count("cannot be seen any more") == 3
    assert reason.endswith("; and 2 more fields are not what the rules rely on")
