"""The inbox: told twice is kept once, followed once, and forgotten after a week."""

from datetime import timedelta
from threading import Thread

import pytest

from domain.hint import Hint, HintKind
from store import inbox
from store.engine import Store
from store.inbox import Backlog
from store.retention import purge
from tests.unit.store.examples import NOON


def hint(number: int, *, connection: str = "hubspot", kind: HintKind = HintKind.CHANGED) -> Hint:
    return Hint(
        connection=connection,
        key=f"1:contact.propertyChange:{number}:jobtitle:5",
        object="contacts",
        record_id=str(number),
        kind=kind,
        occurred_at=NOON - timedelta(seconds=1),
    )


def taken(store: Store, *, at: timedelta = timedelta(), limit: int = 10) -> list[Hint]:
    with store.read() as tx:
        return [each.hint for each in inbox.take(tx, "hubspot", now=NOON + at, limit=limit)]


def test_what_was_added_is_taken_as_it_was_longest_waiting_first(store: Store) -> None:
    with store.write() as tx:
        assert inbox.add(tx, [hint(2), hint(3, kind=HintKind.MERGED)], now=NOON) == 2
        assert inbox.add(tx, [hint(1)], now=NOON + timedelta(seconds=1)) == 1
    assert taken(store) == [hint(2), hint(3, kind=HintKind.MERGED)]
    assert taken(store, at=timedelta(seconds=1)) == [hint(2), hint(3, kind=HintKind.MERGED), hint(1)]
    assert taken(store, limit=1) == [hint(2)]


def test_told_twice_is_kept_once_in_one_call_and_in_two(store: Store) -> None:
    with store.write() as tx:
        assert inbox.add(tx, [hint(1), hint(1), hint(2)], now=NOON) == 2
        assert inbox.add(tx, [hint(2), hint(3)], now=NOON) == 1
        assert inbox.add(tx, [hint(1, connection="other")], now=NOON) == 1
        assert inbox.add(tx, [], now=NOON) == 0
        assert inbox.counts(tx) == {"hubspot": 3, "other": 1}


def test_a_repetition_of_what_was_followed_is_not_followed_again(store: Store) -> None:
    with store.write() as tx:
        inbox.add(tx, [hint(1), hint(2)], now=NOON)
        (first, _) = inbox.take(tx, "hubspot", now=NOON, limit=9)
        inbox.settle(tx, [first.id], now=NOON)
        assert inbox.add(tx, [hint(1)], now=NOON + timedelta(hours=23)) == 0
        assert inbox.counts(tx) == {"hubspot": 1}
    assert taken(store, at=timedelta(days=1)) == [hint(2)]


def test_what_was_put_off_waits_and_remembers_how_often(store: Store) -> None:
    with store.write() as tx:
        inbox.add(tx, [hint(1)], now=NOON)
        for times in range(2):
            (waiting,) = inbox.take(tx, "hubspot", now=NOON + timedelta(minutes=times), limit=9)
            assert waiting.attempts == times
            inbox.put_off(tx, [waiting.id], until=NOON + timedelta(minutes=times + 1))
    assert taken(store, at=timedelta(seconds=119)) == []
    assert taken(store, at=timedelta(seconds=120)) == [hint(1)]


@pytest.mark.parametrize(
    ("connection", "seconds", "due"), [("hubspot", 0, True), ("hubspot", -1, False), ("x", 0, False)]
)
def test_whether_anything_is_due_is_told_without_taking_it(
    store: Store, connection: str, seconds: int, *, due: bool
) -> None:
    with store.write() as tx:
        inbox.add(tx, [hint(1)], now=NOON)
        assert inbox.has_due(tx, connection, now=NOON + timedelta(seconds=seconds)) is due


def test_the_backlog_tells_how_many_wait_since_when_and_how_many_were_tried(store: Store) -> None:
    later = NOON + timedelta(hours=1)
    with store.write() as tx:
        assert inbox.backlog(tx) == []
        inbox.add(tx, [hint(1)], now=NOON)
        inbox.add(tx, [hint(2), hint(3), hint(1, connection="other")], now=later)
        (first, second) = inbox.take(tx, "hubspot", now=later, limit=2)
        inbox.settle(tx, [first.id], now=later)
        inbox.put_off(tx, [second.id], until=later)
        assert inbox.backlog(tx) == [
            Backlog(connection="hubspot", hints=2, oldest_at=later, failed=1),
            Backlog(connection="other", hints=1, oldest_at=later, failed=0),
        ]


def test_hints_are_forgotten_a_week_after_they_came_followed_or_not(store: Store) -> None:
    with store.write() as tx:
        inbox.add(tx, [hint(1), hint(2)], now=NOON)
        inbox.add(tx, [hint(3)], now=NOON + timedelta(days=1))
        (first, *_) = inbox.take(tx, "hubspot", now=NOON, limit=9)
        inbox.settle(tx, [first.id], now=NOON)
        assert purge(tx, now=NOON + timedelta(days=7)).hints == 0
        assert purge(tx, now=NOON + timedelta(days=7, seconds=1)).hints == 2
        assert inbox.counts(tx) == {"hubspot": 1}


def test_ten_callers_at_once_keep_the_same_hundred_once(store: Store) -> None:
    added: list[int] = []

    def call(shift: int) -> None:
        told = [hint((number + shift) % 100) for number in range(100)]
        added.append(store.transact(lambda tx: inbox.add(tx, told, now=NOON)))

    callers = [Thread(target=call, args=(number * 10,)) for number in range(10)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sum(added) == 100
    with store.read() as tx:
        assert inbox.counts(tx) == {"hubspot": 100}


def test_looking_for_hints_reads_the_index_and_not_the_table(store: Store) -> None:
    query = "SELECT due_at FROM hint WHERE connection = 'x' AND settled_at IS NULL AND due_at <= 5 LIMIT 1"
    with store.read() as tx:
        if store.is_postgresql:  # which scans tables as small as this one, rightly, unless it may not
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if store.is_postgresql else "EXPLAIN QUERY PLAN"
        plan = " ".join(str(row) for row in tx.exec_driver_sql(f"{explain} {query}"))
    assert "ix_hint_open" in plan
