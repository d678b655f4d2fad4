"""Random histories of the outbox against a plain model: I13, nothing lost, nothing sent twice over a newer one."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.run import OutboxStatus
from store import outbox
from store.engine import Store, Tx
from store.outbox import OutboxRow, Settlement
from store.outbox_row import SUPERSEDED
from tests.unit.store.examples import at, creation, draft

PUT = st.tuples(
    st.just("put"),
    st.sampled_from(["00Q1", "00Q2"]),
    st.sampled_from(["handoff", "background"]),
    st.integers(0, 2),
)
CREATE = st.tuples(st.just("create"), st.sampled_from(["k1", "k2"]))
CLAIM = st.tuples(st.just("claim"), st.integers(1, 3))
SETTLE = st.tuples(
    st.just("settle"), st.integers(0, 30), st.sampled_from([each for each in OutboxStatus if each.value != "claimed"])
)
TAKE_OVER = st.tuples(st.just("take_over"))
RETRY = st.tuples(st.just("retry"), st.integers(0, 30))
IGNORE = st.tuples(st.just("ignore"), st.integers(0, 30))
HISTORIES = st.lists(
    st.one_of(PUT, PUT, PUT, CREATE, CLAIM, CLAIM, SETTLE, SETTLE, TAKE_OVER, RETRY, IGNORE), min_size=8, max_size=30
)

READY = {OutboxStatus.PENDING, OutboxStatus.WAITING}
ALLOWED = {
    OutboxStatus.PENDING: {OutboxStatus.CLAIMED, OutboxStatus.DONE},
    OutboxStatus.WAITING: {OutboxStatus.CLAIMED, OutboxStatus.PENDING, OutboxStatus.DONE},
    OutboxStatus.CLAIMED: set(OutboxStatus) - {OutboxStatus.CLAIMED},
    OutboxStatus.PARKED: {OutboxStatus.PENDING, OutboxStatus.DONE},
    OutboxStatus.UNSURE: set(OutboxStatus) - {OutboxStatus.UNSURE, OutboxStatus.CLAIMED},
    OutboxStatus.DONE: set(),
    OutboxStatus.GONE: set(),
}
"""Every way a row may go in one step; to `done` from a ready or parked one only as superseded."""


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_rows_only_go_where_they_may(
    store: Store, empty: Callable[[], None], history: list[tuple[object, ...]]
) -> None:
    check_history(store, empty, history)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_rows_only_go_where_they_may_on_postgresql(
    store: Store, empty: Callable[[], None], history: list[tuple[object, ...]]
) -> None:
    check_history(store, empty, history)


def check_history(store: Store, empty: Callable[[], None], history: list[tuple[object, ...]]) -> None:
    empty()
    before: dict[int, OutboxRow] = {}
    epoch = 1
    for minute, step in enumerate(history):
        epoch += step[0] == "take_over"
        with store.write() as tx:
            _do(tx, step, sorted(before), epoch=epoch, minute=minute)
        with store.read() as tx:
            after = {row.id: row for row in _every(tx)}
        _check_step(before, after, str(step[0]))
        before = after


def _every(tx: Tx) -> list[OutboxRow]:
    return list(outbox.get(tx, tx.exec_driver_sql("SELECT id FROM outbox").scalars().all()).values())


def _do(tx: Tx, step: tuple[object, ...], ids: list[int], *, epoch: int, minute: int) -> None:
    def pick(place: object) -> list[int]:
        return [ids[int(str(place)) % len(ids)]] if ids else []

    match step:
        case ("put", str(record), str(lane), int(value)):
            outbox.put(tx, [draft(record, lane=lane, values={"LL_Score__c": value})], now=at(minute))
        case ("create", str(key)):
            outbox.put(tx, [creation(key, unique=None)], now=at(minute))
        case ("claim", int(limit)):
            outbox.claim(tx, "salesforce", lane=None, limit=limit, owner="a", epoch=epoch, now=at(minute))
        case ("settle", place, OutboxStatus() as status):
            chosen = [Settlement(row_id=number, status=status, due_at=at(minute)) for number in pick(place)]
            outbox.settle(tx, chosen, now=at(minute))
        case ("take_over",):
            outbox.reclaim(tx, epoch=epoch, now=at(minute))
        case ("retry", place):
            outbox.retry(tx, pick(place), now=at(minute))
        case ("ignore", place):
            outbox.ignore(tx, pick(place), now=at(minute))


def _check_step(before: dict[int, OutboxRow], after: dict[int, OutboxRow], step: str) -> None:
    assert before.keys() <= after.keys()
    for number, old in before.items():
        new = after[number]
        if new.status is not old.status:
            superseded = new.code == SUPERSEDED or old.status in {OutboxStatus.CLAIMED, OutboxStatus.UNSURE}
            parked = old.status is OutboxStatus.UNSURE and new.status is OutboxStatus.PARKED
            assert new.status in ALLOWED[old.status] or parked
            assert new.status is not OutboxStatus.DONE or superseded
        if old.status in {OutboxStatus.DONE, OutboxStatus.GONE}:
            assert new == old
        if old.status is OutboxStatus.CLAIMED and step in {"put", "create", "claim"}:
            assert new == old
        if old.status not in READY:
            assert new.change == old.change
    ready = [(row.change.object, row.change.id or row.key, row.lane) for row in after.values() if row.status in READY]
    assert len(ready) == len(set(ready))
    out = [
        (row.change.object, row.change.id or row.key) for row in after.values() if row.status is OutboxStatus.CLAIMED
    ]
    assert len(out) == len(set(out))
    keys = [row.key for row in after.values()]
    assert len(keys) == len(set(keys))
