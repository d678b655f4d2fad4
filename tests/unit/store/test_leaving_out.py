"""Of a write that waits, what cannot be written is left out and the rest goes, on both databases."""

from dataclasses import replace
from typing import Any

import pytest

from domain.change import ChangeKind
from domain.run import OutboxStatus
from domain.values import Value
from store import leads, outbox
from store.engine import Store, Tx
from store.leaving_out import LEFT_OUT, REDEFINED, leave_out, let_go, replan_stopped, waiting_with
from store.outbox import OutboxRow, Settlement
from tests.unit.store.examples import NOON, at, creation, draft, found

GONE = {"Lead": {"LL_Score__c"}}
WHY = "Lead.LL_Score__c cannot be seen any more"


def put(tx: Tx, record_id: str, values: dict[str, Value], **more: Any) -> int:
    one = draft(record_id, values=values)
    change = replace(one.change, expected=dict.fromkeys(values), guarded=frozenset(values), **more)
    (number,) = outbox.put(tx, [replace(one, change=change, before=dict.fromkeys(values))], now=NOON)
    return number


def without_gone(tx: Tx) -> list[int]:
    rows = waiting_with(tx, "salesforce", GONE, after=0, limit=2)
    leave_out(tx, rows, GONE, why=WHY, now=at(9))
    return [row.id for row in rows]


def one(tx: Tx, number: int) -> OutboxRow:
    return outbox.get(tx, [number])[number]


def test_the_rest_of_a_waiting_row_goes_at_once(store: Store) -> None:
    with store.write() as tx:
        number = put(tx, "00Q1", {"LL_Score__c": 74, "Status": "MQL"})
        outbox.claim(tx, "salesforce", lane=None, limit=1, owner="a", epoch=1, now=NOON)
        outbox.settle(tx, [Settlement(row_id=number, status=OutboxStatus.WAITING, due_at=at(20))], now=NOON)
        assert without_gone(tx) == [number]
        row = one(tx, number)
    assert (row.status, row.due_at, row.change.values) == (OutboxStatus.PENDING, at(9), {"Status": "MQL"})
    assert (dict(row.change.expected), dict(row.before)) == ({"Status": None}, {"Status": None})
    assert row.change.guarded == {"Status"}


def test_a_row_of_which_nothing_is_left_is_settled_unsent(store: Store) -> None:
    with store.write() as tx:
        number = put(tx, "00Q1", {"LL_Score__c": 74})
        without_gone(tx)
        row = one(tx, number)
        assert waiting_with(tx, "salesforce", GONE, after=0, limit=9) == []
    assert (row.status, row.code, row.message, row.settled_at) == (OutboxStatus.DONE, LEFT_OUT, WHY, at(9))


def test_portions_find_every_row_and_nothing_else(store: Store) -> None:
    with store.write() as tx:
        wanted = [put(tx, f"00Q{n}", {"LL_Score__c": n, "Status": "MQL"}) for n in range(3)]
        put(tx, "00Q7", {"Status": "MQL"})
        put(tx, "0031", {"LL_Score__c": 1}, object="Contact")
        first = waiting_with(tx, "salesforce", GONE, after=0, limit=2)
        second = waiting_with(tx, "salesforce", GONE, after=first[-1].id, limit=2)
        assert waiting_with(tx, "hubspot", GONE, after=0, limit=2) == []
    assert [row.id for row in (*first, *second)] == wanted


def test_what_is_out_with_a_pusher_is_not_touched(store: Store) -> None:
    with store.write() as tx:
        number = put(tx, "00Q1", {"LL_Score__c": 74})
        outbox.claim(tx, "salesforce", lane=None, limit=1, owner="a", epoch=1, now=NOON)
        assert without_gone(tx) == []
        assert one(tx, number).status is OutboxStatus.CLAIMED


@pytest.mark.parametrize(("gone", "left"), [("LL_Score__c", True), ("LL_Key__c", False)], ids=["a field", "its key"])
def test_a_creation_goes_without_a_field_and_never_without_its_key(store: Store, gone: str, left: bool) -> None:
    one_of = creation("k1")
    change = replace(
        one_of.change,
        kind=ChangeKind.CREATE,
        object="Task",
        values={"LL_Key__c": "k1", "LL_Score__c": 3, "Subject": "Call"},
        unique="LL_Key__c",
    )
    with store.write() as tx:
        outbox.put(tx, [replace(one_of, change=change)], now=NOON)
        rows = waiting_with(tx, "salesforce", {"Task": {gone}}, after=0, limit=9)
        assert bool(rows) is left
        leave_out(tx, rows, {"Task": {gone}}, why=WHY, now=at(1))
        kept = next(iter(outbox.list_open(tx, "salesforce"))).change.values
    assert kept == {name: value for name, value in change.values.items() if not left or name != gone}


def test_the_leads_of_parked_rows_are_planned_again(store: Store) -> None:
    with store.write() as tx:
        (ann, ben) = found(tx, "00Q1", "00Q2")
        numbers = outbox.put(
            tx,
            [
                replace(draft("00Q1", values={"LL_Score__c": 1}), lead_id=ann),
                replace(draft("00Q2", values={"Status": "MQL"}), lead_id=ben),
            ],
            now=NOON,
        )
        outbox.claim(tx, "salesforce", lane=None, limit=9, owner="a", epoch=1, now=NOON)
        outbox.settle(tx, [Settlement(row_id=each, status=OutboxStatus.PARKED) for each in numbers], now=NOON)
        replan_stopped(tx, "salesforce", GONE)
        assert leads.plan_due(tx, limit=None) == [ann]


def test_what_was_refused_for_a_field_that_is_another_one_now_stands_in_nobodys_way(store: Store) -> None:
    same, other = {"LL_Score__c": 1}, {"Status": "MQL"}
    with store.write() as tx:
        (ann, ben) = found(tx, "00Q1", "00Q2")
        drafts = [replace(draft("00Q1", values=same), lead_id=ann), replace(draft("00Q2", values=other), lead_id=ben)]
        numbers = outbox.put(tx, drafts, now=NOON)
        outbox.claim(tx, "salesforce", lane=None, limit=9, owner="a", epoch=1, now=NOON)
        outbox.settle(tx, [Settlement(row_id=each, status=OutboxStatus.PARKED) for each in numbers], now=NOON)
        let_go(tx, "salesforce", GONE, now=at(9))
        rows = [one(tx, number) for number in numbers]
        assert [row.status for row in rows] == [OutboxStatus.DONE, OutboxStatus.PARKED]
        assert (rows[0].message, leads.plan_due(tx, limit=None)) == (f"I{REDEFINED[1:]}.", [ann])
        (again,) = outbox.put(tx, drafts[:1], now=at(10))
        assert one(tx, again).status is OutboxStatus.PENDING
