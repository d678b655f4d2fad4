"""The outbox: every write has one way through, and none back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, text

from domain.change import Change, ChangeKind
from domain.run import OutboxStatus
from domain.values import LeadId
from store import leads, outbox
from store.engine import Store, Tx
from store.outbox import OutboxRow, Settlement
from tests.unit.store.examples import NOON, RULES, at, creation, draft


def claim(tx: Tx, *, minute: float = 0, lane: str | None = None, limit: int = 10, epoch: int = 1) -> list[OutboxRow]:
    return outbox.claim(tx, "salesforce", lane=lane, limit=limit, owner="a:1", epoch=epoch, now=at(minute))


def status_of(tx: Tx, row_id: int) -> tuple[OutboxStatus, str]:
    row = outbox.get(tx, [row_id])[row_id]
    return row.status, row.code


def settled(row_id: int, status: OutboxStatus, *, minute: float | None = None, code: str = "") -> Settlement:
    return Settlement(row_id=row_id, status=status, code=code, due_at=None if minute is None else at(minute))


def test_a_row_holds_all_that_was_put(store: Store) -> None:
    change = Change(
        key="unused",
        kind=ChangeKind.FIELDS,
        object="Lead",
        id="00Q1",
        values={"Status": "MQL", "LL_Score__c": 74},
        expected={"Status": "New"},
        guarded=frozenset({"Status"}),
    )
    given = replace(draft(lead_id=LeadId(7)), change=change, before={"Status": "New"})
    with store.write() as tx:
        (number,) = outbox.put(tx, [given], now=NOON, run_id=3)
        row = outbox.get(tx, [number])[number]
        assert row.change == replace(change, key=row.key)
        assert (row.before, row.cause, row.rule_hash, row.run_id) == ({"Status": "New"}, "band rose", RULES, 3)
        assert (row.status, row.attempts, row.due_at, row.lane) == (OutboxStatus.PENDING, 0, NOON, "background")
        assert outbox.of_run(tx, 3) == [row]


def test_the_same_write_again_is_the_same_row(store: Store) -> None:
    with store.write() as tx:
        (first,) = outbox.put(tx, [draft()], now=NOON, run_id=1)
        assert outbox.put(tx, [draft(), draft()], now=at(1), run_id=2) == [first, first]
        assert outbox.get(tx, [first])[first].run_id == 1


def test_a_newer_write_takes_the_place_of_one_that_waits(store: Store) -> None:
    with store.write() as tx:
        (first,) = outbox.put(tx, [draft(values={"LL_Score__c": 10})], now=NOON)
        key = outbox.get(tx, [first])[first].key
        assert outbox.put(tx, [draft(values={"LL_Score__c": 20})], now=at(1)) == [first]
        row = outbox.get(tx, [first])[first]
        assert row.change.values == {"LL_Score__c": 20}
        assert row.key != key
        assert outbox.counts(tx) == {("salesforce", OutboxStatus.PENDING): 1}


def test_within_one_call_the_last_write_for_a_record_stands(store: Store) -> None:
    with store.write() as tx:
        ids = outbox.put(tx, [draft(values={"LL_Score__c": n}) for n in (1, 2, 3)], now=NOON)
        assert len(set(ids)) == 1
        assert outbox.get(tx, ids)[ids[0]].change.values == {"LL_Score__c": 3}


def test_a_claimed_row_is_never_touched(store: Store) -> None:
    with store.write() as tx:
        (first,) = outbox.put(tx, [draft(values={"LL_Score__c": 10})], now=NOON)
        (claimed,) = claim(tx)
        (second,) = outbox.put(tx, [draft(values={"LL_Score__c": 20})], now=NOON)
        assert second != first
        assert outbox.get(tx, [first])[first] == claimed
        assert outbox.put(tx, [draft(values={"LL_Score__c": 20})], now=NOON) == [second]


def test_what_is_on_its_way_is_not_put_again(store: Store) -> None:
    with store.write() as tx:
        (first,) = outbox.put(tx, [draft()], now=NOON)
        claim(tx)
        assert outbox.put(tx, [draft()], now=NOON) == [first]


def test_no_two_rows_of_one_record_are_out_at_once(store: Store) -> None:
    with store.write() as tx:
        background, handoff = outbox.put(tx, [draft(), draft(values={"Status": "MQL"}, lane="handoff")], now=NOON)
        assert [row.id for row in claim(tx)] == [handoff]
        assert claim(tx) == []
        outbox.settle(tx, [settled(handoff, OutboxStatus.DONE)], now=NOON)
        assert [row.id for row in claim(tx)] == [background]


def test_handoffs_go_before_the_background_and_the_oldest_due_first(store: Store) -> None:
    with store.write() as tx:
        late, early = (outbox.put(tx, [draft(name)], now=at(minute))[0] for name, minute in (("1", 2), ("2", 1)))
        (urgent,) = outbox.put(tx, [draft("3", lane="handoff")], now=at(3))
        (future,) = outbox.put(tx, [draft("4", lane="handoff")], now=at(9))
        assert [row.id for row in claim(tx, minute=5, lane="background", limit=1)] == [early]
        rows = claim(tx, minute=5)
        assert [row.id for row in rows] == [urgent, late]
        assert {row.attempts for row in rows} == {1}
        assert outbox.next_due(tx, "salesforce") == at(9)
        assert status_of(tx, future) == (OutboxStatus.PENDING, "")


def test_only_what_one_run_put_out_is_claimed_when_asked_so(store: Store) -> None:
    with store.write() as tx:
        outbox.put(tx, [draft("1")], now=NOON, run_id=1)
        (second,) = outbox.put(tx, [draft("2")], now=NOON, run_id=2)
        rows = outbox.claim(tx, "salesforce", lane=None, limit=9, owner="a", epoch=1, now=NOON, run_id=2)
        assert [row.id for row in rows] == [second]


@pytest.mark.parametrize("end", [OutboxStatus.DONE, OutboxStatus.PARKED, OutboxStatus.UNSURE, OutboxStatus.GONE])
def test_a_claimed_row_ends_as_it_was_settled(store: Store, end: OutboxStatus) -> None:
    with store.write() as tx:
        (number,) = outbox.put(tx, [draft()], now=NOON)
        claim(tx)
        done = Settlement(row_id=number, status=end, code="X", message="said so", remote_id="00Q1")
        outbox.settle(tx, [done], now=at(1))
        row = outbox.get(tx, [number])[number]
        assert (row.status, row.code, row.message, row.remote_id) == (end, "X", "said so", "00Q1")
        assert row.settled_at == at(1)


def test_a_settled_row_cannot_be_settled_again(store: Store) -> None:
    with store.write() as tx:
        (number,) = outbox.put(tx, [draft()], now=NOON)
        claim(tx)
        outbox.settle(tx, [settled(number, OutboxStatus.DONE)], now=NOON)
        for late in (OutboxStatus.PARKED, OutboxStatus.WAITING, OutboxStatus.PENDING, OutboxStatus.GONE):
            outbox.settle(tx, [settled(number, late, code="LATE")], now=at(1))
        outbox.retry(tx, [number], now=at(1))
        outbox.ignore(tx, [number], now=at(1))
        assert status_of(tx, number) == (OutboxStatus.DONE, "")


def test_a_waiting_row_comes_up_at_its_time(store: Store) -> None:
    with store.write() as tx:
        (number,) = outbox.put(tx, [draft()], now=NOON)
        claim(tx)
        outbox.settle(tx, [settled(number, OutboxStatus.WAITING, minute=20, code="UNABLE_TO_LOCK_ROW")], now=NOON)
        assert claim(tx, minute=19) == []
        (row,) = claim(tx, minute=20)
        assert (row.attempts, row.code) == (2, "UNABLE_TO_LOCK_ROW")


@pytest.mark.parametrize(("tries", "minutes"), [(1, 0.5), (3, 1.5), (10, 5), (12, 5)])
def test_what_waits_for_a_system_that_is_back_comes_up_as_soon_as_its_last_try_allows(
    store: Store, tries: int, minutes: float
) -> None:
    with store.write() as tx:
        (number,) = outbox.put(tx, [draft()], now=NOON)
        for attempt in range(1, tries + 1):
            assert len(claim(tx)) == 1
            minute = 1440 if attempt == tries else 0
            outbox.settle(tx, [settled(number, OutboxStatus.WAITING, minute=minute, code="TransientError")], now=NOON)
        outbox.hasten(tx, "hubspot", code="TransientError", tries=None, now=at(1))
        outbox.hasten(tx, "salesforce", code="RateLimitedError", tries=None, now=at(1))
        assert outbox.get(tx, [number])[number].due_at == at(1440)
        outbox.hasten(tx, "salesforce", code="TransientError", tries=tries - 1, now=at(1))
        assert outbox.get(tx, [number])[number].due_at == at(1440), "a system that only refuses this is not back"
        outbox.hasten(tx, "salesforce", code="TransientError", tries=None, now=at(0.25))
        assert outbox.get(tx, [number])[number].due_at == at(minutes)
        assert len(claim(tx, minute=minutes)) == 1


def test_a_row_that_would_wait_behind_a_newer_one_gives_way_and_its_lead_is_planned_again(store: Store) -> None:
    with store.write() as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        (older,) = outbox.put(tx, [draft(values={"LL_Score__c": 10}, lead_id=lead.id)], now=NOON)
        claim(tx)
        (newer,) = outbox.put(tx, [draft(values={"LL_Score__c": 20}, lead_id=lead.id)], now=NOON)
        outbox.settle(tx, [settled(older, OutboxStatus.WAITING, minute=20)], now=NOON)
        assert status_of(tx, older) == (OutboxStatus.DONE, "superseded")
        assert status_of(tx, newer) == (OutboxStatus.PENDING, "")
        assert leads.plan_due(tx, limit=9) == [lead.id]


def test_a_parked_write_is_not_tried_again_by_itself(store: Store) -> None:
    with store.write() as tx:
        (number,) = outbox.put(tx, [draft()], now=NOON)
        claim(tx)
        outbox.settle(tx, [settled(number, OutboxStatus.PARKED, code="REQUIRED_FIELD_MISSING")], now=NOON)
        assert outbox.put(tx, [draft()], now=at(1)) == [number]
        assert claim(tx, minute=9) == []
        (other,) = outbox.put(tx, [draft(values={"LL_Score__c": 75})], now=at(2))
        assert status_of(tx, number) == (OutboxStatus.DONE, "superseded")
        assert [row.id for row in claim(tx, minute=9)] == [other]


def test_a_person_retries_and_ignores(store: Store) -> None:
    with store.write() as tx:
        again, never = outbox.put(tx, [draft("1"), draft("2")], now=NOON)
        claim(tx)
        outbox.settle(tx, [settled(number, OutboxStatus.PARKED) for number in (again, never)], now=NOON)
        outbox.ignore(tx, [never], now=at(1))
        assert [row.id for row in outbox.list_open(tx)] == [again]
        assert [row.id for row in outbox.list_open(tx, "hubspot")] == []
        assert outbox.counts(tx) == {("salesforce", "parked"): 1}
        assert outbox.put(tx, [draft("2")], now=NOON) == [never]
        outbox.retry(tx, [again], now=at(1))
        assert [row.id for row in claim(tx, minute=1)] == [again]


def test_a_create_has_one_row_for_good(store: Store) -> None:
    with store.write() as tx:
        (number,) = outbox.put(tx, [creation("k1")], now=NOON)
        assert outbox.put(tx, [creation("k1")], now=NOON) == [number]
        (row,) = claim(tx)
        assert row.key == "k1"
        outbox.settle(tx, [settled(number, OutboxStatus.DONE)], now=NOON)
        assert outbox.put(tx, [creation("k1"), creation("k1")], now=NOON) == [number, number]
        assert claim(tx) == []


def test_one_key_creates_once_in_each_system(store: Store) -> None:
    with store.write() as tx:
        ids = outbox.put(tx, [creation("k1"), replace(creation("k1"), connection="hubspot")], now=NOON)
        assert len(set(ids)) == 2


def test_a_create_without_a_key_is_refused(store: Store) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="needs a key"):
        outbox.put(tx, [creation("")], now=NOON)


def test_a_row_that_is_asked_about_is_not_asked_about_again_for_a_while(store: Store) -> None:
    def due(minute: float) -> list[int]:
        return [row.id for row in outbox.unsure(tx, "salesforce", now=at(minute), limit=5)]

    with store.write() as tx:
        (number,) = outbox.put(tx, [creation("k1")], now=NOON)
        assert not outbox.put_off(tx, number, now=NOON, until=at(20)), "it is not unsure"
        claim(tx)
        outbox.settle(tx, [settled(number, OutboxStatus.UNSURE)], now=NOON)
        assert due(0) == [number]
        assert [outbox.put_off(tx, number, now=NOON, until=at(20)) for _ in range(2)] == [True, False]
        assert (due(19), due(20)) == ([], [number])
        outbox.retry(tx, [number], now=at(1))
        assert [row.id for row in claim(tx, minute=1)] == [number]


def test_what_a_former_leader_left_is_taken_back_and_an_unkeyed_create_becomes_unsure(store: Store) -> None:
    with store.write() as tx:
        fields, keyed, unkeyed = outbox.put(tx, [draft(), creation("k1"), creation("k2", unique=None)], now=NOON)
        claim(tx, epoch=1)
        assert outbox.reclaim(tx, epoch=1, now=at(1)) == []
        back = outbox.reclaim(tx, epoch=2, now=at(1))
        assert {row.id: row.status for row in back} == {
            fields: OutboxStatus.PENDING,
            keyed: OutboxStatus.PENDING,
            unkeyed: OutboxStatus.UNSURE,
        }
        assert sorted(row.id for row in claim(tx, minute=1, epoch=2)) == sorted([fields, keyed])
        outbox.settle(tx, [settled(unkeyed, OutboxStatus.DONE)], now=at(2))
        assert status_of(tx, unkeyed) == (OutboxStatus.DONE, "")


def test_a_late_answer_of_a_former_leader_changes_nothing_once_the_row_is_out_again(store: Store) -> None:
    """The epoch in `write` keeps him out; this is the second line: his row is no longer claimed."""
    with store.write() as tx:
        (number,) = outbox.put(tx, [draft()], now=NOON)
        claim(tx, epoch=1)
        outbox.reclaim(tx, epoch=2, now=at(1))
        outbox.settle(tx, [settled(number, OutboxStatus.GONE)], now=at(1))
        assert status_of(tx, number) == (OutboxStatus.PENDING, "")


def test_open_rows_of_a_lead_are_those_that_are_not_settled(store: Store) -> None:
    with store.write() as tx:
        mine, done, other = outbox.put(
            tx, [draft("1", lead_id=LeadId(1)), draft("2", lead_id=LeadId(1)), draft("3", lead_id=LeadId(2))], now=NOON
        )
        claim(tx)
        outbox.settle(tx, [settled(done, OutboxStatus.DONE)], now=NOON)
        rows = outbox.open_of(tx, [LeadId(1), LeadId(2), LeadId(3)])
        assert {lead: [row.id for row in several] for lead, several in rows.items()} == {1: [mine], 2: [other]}


def test_what_was_settled_long_ago_is_deleted(store: Store) -> None:
    with store.write() as tx:
        old, parked = outbox.put(tx, [draft("1"), draft("2")], now=NOON)
        claim(tx)
        outbox.settle(tx, [settled(old, OutboxStatus.DONE), settled(parked, OutboxStatus.PARKED)], now=NOON)
        assert outbox.purge(tx, before=NOON) == 0
        assert outbox.purge(tx, before=at(1)) == 1
        assert list(outbox.get(tx, [old, parked])) == [parked]


def test_many_writes_go_in_and_out_together(store: Store) -> None:
    with store.write() as tx:
        ids = outbox.put(tx, [draft(str(number)) for number in range(1300)], now=NOON)
        assert len(set(ids)) == 1300
        rows = claim(tx, limit=2000)
        assert [row.id for row in rows] == ids
        outbox.settle(tx, [settled(number, OutboxStatus.DONE) for number in ids], now=NOON)
        assert outbox.counts(tx) == {("salesforce", "done"): 1300}


def test_what_pushers_ask_every_few_seconds_reads_no_whole_table(store: Store) -> None:
    explain = "EXPLAIN " if store.is_postgresql else "EXPLAIN QUERY PLAN "
    with store.write() as tx:
        outbox.put(tx, [draft(str(number)) for number in range(20)], now=NOON)
        if store.is_postgresql:
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        asked = _selects(tx, lambda: _look_around(tx))
        plans = [" ".join(map(str, tx.exec_driver_sql(explain + query, values))) for query, values in asked]
    assert len(plans) == 4, "two lanes, what is unsure, what was claimed"
    for plan, index in zip(plans, ["next", "next", "stopped", "claimed"], strict=True):
        assert f"ix_outbox_{index}" in plan


def _look_around(tx: Tx) -> None:
    outbox.claim(tx, "salesforce", lane=None, limit=5, owner="a", epoch=1, now=at(-5))
    outbox.unsure(tx, "salesforce", now=NOON, limit=5)
    outbox.reclaim(tx, epoch=1, now=NOON)


def _selects(tx: Tx, work: Callable[[], None]) -> list[tuple[str, Any]]:
    """The questions about the outbox that `work` really asks, with their values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT") and "FROM outbox" in statement:
            asked.append((statement, values))

    event.listen(tx, "before_cursor_execute", note)
    work()
    event.remove(tx, "before_cursor_execute", note)
    return asked
