"""The wire log: bounded in time, rows and width; failures always kept."""

from dataclasses import dataclass
from datetime import datetime

from store import wire
from store.engine import Store
from store.wire import StoreWireLog
from tests.unit.store.examples import NOON, at


@dataclass(frozen=True)
class Said:
    connection: str = "hubspot"
    method: str = "GET"
    path: str = "/crm/v3/objects/contacts"
    status: int | None = 200
    started_at: datetime = NOON
    seconds: float = 0.25
    request: str = ""
    response: str = "{}"


def statuses(store: Store) -> list[int | None]:
    with store.read() as tx:
        return [each.status for each in wire.exchanges(tx)]


def test_an_exchange_comes_back_cut_to_its_limit(store: Store) -> None:
    log = StoreWireLog(store, body_limit=4)
    log.keep(Said(response="12345678", request="a\x00b"))
    assert statuses(store) == []
    log.flush()
    with store.read() as tx:
        (kept,) = wire.exchanges(tx, "hubspot")
        assert list(wire.exchanges(tx, "salesforce")) == []
    assert (kept.method, kept.path, kept.status, kept.seconds) == ("GET", "/crm/v3/objects/contacts", 200, 0.25)
    assert (kept.request, kept.response, kept.started_at) == ("ab", "1234", NOON)


def test_fifty_exchanges_are_written_together(store: Store) -> None:
    log = StoreWireLog(store)
    for _ in range(51):
        log.keep(Said())
    assert len(statuses(store)) == 50


def test_every_failure_is_kept_and_one_in_so_many_of_the_rest(store: Store) -> None:
    log = StoreWireLog(store, one_in=10)
    for number in range(20):
        log.keep(Said(status=500 if number == 3 else 200))
    log.keep(Said(status=None))
    log.flush()
    assert statuses(store) == [None, 200, 200, 500]


def test_a_storm_of_calls_does_not_fill_the_disk(store: Store) -> None:
    log = StoreWireLog(store, max_rows=60)
    for number in range(200):
        log.keep(Said(status=400 + number))
    assert statuses(store) == list(range(599, 539, -1))


def test_after_seven_days_an_exchange_is_gone(store: Store) -> None:
    log = StoreWireLog(store)
    log.keep(Said(status=201))
    log.flush()
    log.keep(Said(status=202, started_at=at(7 * 24 * 60 + 1)))
    log.flush()
    assert statuses(store) == [202]
