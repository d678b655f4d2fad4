"""Joining and leaving lists: both in one call, portions that shrink where HubSpot refuses one, its odd answer keys."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from domain.change import Change, ChangeKind, ReceiptOutcome
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess
from tests.unit.connectors.hubspot.portal import Portal, connected, refusal

APPLIED, GONE, REFUSED, UNCHANGED = (
    ReceiptOutcome.APPLIED,
    ReceiptOutcome.GONE,
    ReceiptOutcome.REFUSED,
    ReceiptOutcome.UNCHANGED,
)
NAME = "LL · Nurture · Timing"


@pytest.fixture(params=["v3", "2026-03"])
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def member(contact: str, name: str, *, joins: bool = True) -> Change:
    key = f"{contact}-{joins}"
    return Change(key=key, kind=ChangeKind.MEMBER, object="contacts", id=contact, list=name, member=joins)


def members(rig: HubSpotRig, name: str) -> list[str]:
    (found,) = [one for one in rig.simulator.objects("lists", system="hubspot") if one["name"] == name]
    return sorted(found["members"])


def moves(rig: HubSpotRig, since: int) -> list[str]:
    return [line["path"].rsplit("/", 1)[1] for line in rig.simulator.log(since) if "/memberships/" in line["path"]]


def test_who_joins_and_who_leaves_go_in_one_call(rig: HubSpotRig) -> None:
    stays, leaves, joins, removed = rig.seed(4)
    name = f"{NAME} {rig.begin}"
    connector = rig.connector()
    list(connector.write([member(stays, name), member(leaves, name)]))
    rig.remove(removed)
    since = rig.simulator.seq()
    changes = [
        member(joins, name),
        member(leaves, name, joins=False),
        member(stays, name),
        member(removed, name),
    ]
    receipts = list(connector.write(changes))
    assert [receipt.key for receipt in receipts] == [change.key for change in changes]
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED, UNCHANGED, GONE]
    assert members(rig, name) == sorted([stays, joins])
    assert moves(rig, since) == ["add-and-remove"]


def capped(most: int, *, bad: Collection[str] = (), answered: list[int] | None = None) -> Portal:
    """A portal that takes so many records in a call, and refuses any call with a bad one."""

    def answer(_: str, path: str, told: Any) -> Any:
        if "/name/" in path:
            return {"list": {"listId": "7", "processingType": "MANUAL"}}
        if len(told) > most or not set(bad).isdisjoint(told):
            return refusal(400, "VALIDATION_ERROR")
        if answered is not None:
            answered.append(len(told))
        return {"recordsIdsAdded": told, "recordIdsRemoved": [], "recordIdsMissing": []}

    return Portal(answer)


def test_a_portion_that_is_too_large_is_halved_until_it_passes() -> None:
    answered: list[int] = []
    portal = capped(100, answered=answered)
    with connected(portal) as connector:
        receipts = list(connector.write([member(str(n), NAME) for n in range(1, 501)]))
    assert {receipt.outcome for receipt in receipts} == {APPLIED}
    assert (sum(answered), max(answered)) == (500, 66)
    assert len(portal.calls("/memberships/add")) <= 20


@pytest.mark.parametrize("bad", ["1", "250", "500"])
def test_one_record_that_is_refused_stops_no_other(bad: str) -> None:
    portal = capped(500, bad=[bad])
    with connected(portal) as connector:
        receipts = list(connector.write([member(str(n), NAME) for n in range(1, 501)]))
    assert [receipt.key for receipt in receipts if receipt.outcome is REFUSED] == [f"{bad}-True"]
    assert len(portal.calls("/memberships/add")) <= 30


def test_a_few_bad_records_in_a_row_look_like_a_bad_list_but_the_rest_is_tried_again() -> None:
    bad, everybody = ["100", "101", "102"], [member(str(n), NAME) for n in range(1, 501)]
    with connected(capped(500, bad=bad)) as connector:
        first = list(connector.write(everybody))
        waiting = [change for change, receipt in zip(everybody, first, strict=True) if receipt.retryable]
        again = list(connector.write(waiting))
    assert [one.key for one in first if one.outcome is REFUSED and not one.retryable] == [f"{n}-True" for n in bad]
    assert {one.outcome for one in again} == {APPLIED}
    assert sum(one.outcome is APPLIED for one in (*first, *again)) == 497


def test_a_list_that_takes_nobody_costs_no_call_per_record() -> None:
    portal = capped(0)
    with connected(portal) as connector:
        receipts = list(connector.write([member(str(n), NAME) for n in range(1, 501)]))
    assert {(receipt.outcome, receipt.code) for receipt in receipts} == {(REFUSED, "VALIDATION_ERROR")}
    assert len(portal.calls("/memberships/add")) <= 16


def test_a_list_that_hubspot_fills_is_asked_once(rig: HubSpotRig) -> None:
    contacts = rig.seed(8)
    name = f"{NAME} {rig.begin}"
    rig.simulator.seed(lists=[{"name": name, "processingType": "DYNAMIC"}])
    since = rig.simulator.seq()
    receipts = list(rig.connector().write([member(each, name) for each in contacts]))
    assert {(receipt.outcome, receipt.code) for receipt in receipts} == {(REFUSED, "ILS.CANNOT_EDIT_DYNAMIC_LIST")}
    assert moves(rig, since) == ["add"]
