"""A step of one connection is a bulkhead: what breaks in it is noted, and the rest of the cycle goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from domain.errors import ContractError, CredentialsError, FencedError, RateLimitedError, TransientError
from domain.record import AccountInfo
from domain.run import ConnectionStatus, GoLive
from store import connections, leadership, runs
from store.engine import Store
from sync.cycle import Tally, pull_one
from sync.loop import Loop, StopAskedError
from sync.retain import retain
from tests.stores import empty_store

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Breaking:
    """A system whose first answer is an error."""

    error: Exception
    name: str = "odd"

    def account(self) -> AccountInfo:
        raise self.error


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield made
    made.dispose()


def pull(store: Store, error: Exception) -> Tally:
    lead, tally = leadership.acquire(store, holder="test"), Tally()
    loop = Loop(
        store=store,
        settings=Settings(go_live=GoLive.LIVE),
        connections={"odd": Breaking(error)},
        holder="test",
        epoch=lead.epoch,
        types={},
    )
    with store.write(lead.epoch) as tx:
        connections.ensure(tx, ["odd"], now=NOON)
    try:
        pull_one(loop, "odd", tally, now=NOON)
    finally:
        lead.release()
    return tally


def status_of(store: Store) -> ConnectionStatus:
    with store.read() as tx:
        (found,) = connections.all(tx)
    return found.status


@pytest.mark.parametrize(
    ("error", "status", "unreachable"),
    [
        pytest.param(TransientError("no answer", sent=False), ConnectionStatus.DEGRADED, {"odd"}, id="does not answer"),
        pytest.param(RateLimitedError("slow down", retry_after_s=5), ConnectionStatus.DEGRADED, {"odd"}, id="busy"),
        pytest.param(ContractError("odd answer"), ConnectionStatus.DEGRADED, set(), id="says something unknown"),
        pytest.param(CredentialsError("who are you?"), ConnectionStatus.SUSPENDED, set(), id="does not know us"),
    ],
)
def test_a_systems_error_becomes_its_status(
    store: Store, error: Exception, status: ConnectionStatus, unreachable: set[str]
) -> None:
    tally = pull(store, error)
    assert (status_of(store), tally.unreachable, len(tally.failures)) == (status, unreachable, 1)


def test_a_bug_in_one_connections_step_is_noted_and_blames_no_system(store: Store) -> None:
    tally = pull(store, KeyError("ana@globex.example"))
    assert tally.failures == ["odd: pull: a bug: KeyError"]
    assert status_of(store) is ConnectionStatus.RUNNING


@pytest.mark.parametrize("error", [FencedError("another process leads"), StopAskedError("asked to end")])
def test_losing_the_lead_or_being_asked_to_end_goes_through(store: Store, error: Exception) -> None:
    with pytest.raises(type(error)):
        pull(store, error)


def test_what_was_kept_long_enough_is_deleted_once_a_day(store: Store) -> None:
    lead = leadership.acquire(store, holder="test")
    loop = Loop(
        store=store, settings=Settings(go_live=GoLive.LIVE), connections={}, holder="test", epoch=lead.epoch, types={}
    )
    for days_ago in (100, 91, 89):
        with store.write(lead.epoch) as tx:
            run_id = runs.start(tx, "schedule", now=NOON - timedelta(days=days_ago))
            runs.finish(tx, run_id, now=NOON - timedelta(days=days_ago), counts={}, failures=[])
    retain(loop, now=NOON)
    retain(loop, now=NOON + timedelta(hours=19))
    with store.read() as tx:
        assert [NOON - run.started_at for run in runs.last(tx, 10)] == [timedelta(days=89)]
    retain(loop, now=NOON + timedelta(days=2))
    with store.read() as tx:
        assert runs.last(tx, 10) == []
    lead.release()
