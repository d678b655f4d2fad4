"""Lists by name: found, made, joined and left; what HubSpot does not know, and what somebody else made of a name."""

import pytest
import requests

from connectors.testing import failure_of, one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import ContractError, TransientError
from domain.record import Record
from tests.contract.hubspot_rig import HubSpotRig
from tests.unit.connectors.hubspot.portal import Portal, connected, refusal

APPLIED, GONE, REFUSED, UNCHANGED = (
    ReceiptOutcome.APPLIED,
    ReceiptOutcome.GONE,
    ReceiptOutcome.REFUSED,
    ReceiptOutcome.UNCHANGED,
)
NO_BUDGET = "LL · Nurture · No budget"


def member(contact: str, name: str, *, joins: bool = True, key: str = "k") -> Change:
    return Change(key=key, kind=ChangeKind.MEMBER, object="contacts", id=contact, list=name, member=joins)


def named(rig: HubSpotRig, name: str) -> list[Record]:
    (page,) = rig.connector().read("lists", None)
    return [record for record in page.records if record.values["name"] == name]


def made(rig: HubSpotRig, since: int) -> list[str]:
    lines = rig.simulator.log(since)
    return [
        e["after"]["name"] for line in lines for e in line["effects"] if (e["type"], e["op"]) == ("lists", "create")
    ]


@pytest.mark.parametrize("suffix", ["", " 50 % / Q1?", " #1 & more", " ü"])
def test_a_list_is_made_once_and_found_by_its_name(rig: HubSpotRig, suffix: str) -> None:
    """No name may break an address."""
    first, second = rig.seed(2)
    name = f"{NO_BUDGET} {rig.begin}{suffix}"
    since = rig.simulator.seq()
    for contact in (first, second):
        assert one_receipt(rig.connector(), member(contact, name)).outcome is APPLIED
    assert made(rig, since) == [name]
    (record,) = named(rig, name)
    assert record.values == {"name": name, "members": f"{first};{second}", "member_object": "contacts"}


def test_upper_and_lower_case_are_the_same_name(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    name = f"{NO_BUDGET} {rig.begin}"
    rig.simulator.seed(lists=[{"name": name.upper()}])
    assert one_receipt(rig.connector(), member(contact, name)).outcome is APPLIED
    assert [record.values["members"] for record in named(rig, name.upper())] == [contact]


def test_joining_and_leaving_twice_have_one_effect(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    name = f"{NO_BUDGET} {rig.begin}"
    connector = rig.connector()
    outcomes = [one_receipt(connector, member(contact, name, joins=joins)).outcome for joins in (True, True)]
    assert outcomes == [APPLIED, UNCHANGED]
    outcomes = [one_receipt(connector, member(contact, name, joins=joins)).outcome for joins in (False, False)]
    assert outcomes == [APPLIED, UNCHANGED]
    assert [record.values["members"] for record in named(rig, name)] == [""]


def test_the_last_of_two_moves_counts(rig: HubSpotRig) -> None:
    contact, other = rig.seed(2)
    name = f"{NO_BUDGET} {rig.begin}"
    moves = [
        member(other, name, joins=False, key="k1"),
        member(contact, name, key="k2"),
        member(contact, name, joins=False, key="k3"),
    ]
    receipts = list(rig.connector().write(moves))
    assert [(receipt.key, receipt.outcome) for receipt in receipts] == [
        ("k1", UNCHANGED),
        ("k2", APPLIED),
        ("k3", APPLIED),
    ]
    assert [record.values["members"] for record in named(rig, name)] == [""]


def test_a_record_that_is_not_there_is_gone_and_the_others_join(rig: HubSpotRig) -> None:
    first, removed, last = rig.seed(3)
    rig.remove(removed)
    name = f"{NO_BUDGET} {rig.begin}"
    changes = [member(each, name, key=each) for each in (first, removed, last)]
    assert [receipt.outcome for receipt in rig.connector().write(changes)] == [APPLIED, GONE, APPLIED]


def test_a_record_that_is_not_there_has_left(rig: HubSpotRig) -> None:
    """Never GONE: the answer does not tell a deleted record from one that was no member."""
    first, removed = rig.seed(2)
    name = f"{NO_BUDGET} {rig.begin}"
    connector = rig.connector()
    list(connector.write([member(each, name, key=each) for each in (first, removed)]))
    rig.remove(removed)
    receipts = connector.write([member(each, name, joins=False, key=each) for each in (first, removed)])
    assert [receipt.outcome for receipt in receipts] == [APPLIED, UNCHANGED]


def test_nothing_is_made_to_be_left(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    since = rig.simulator.seq()
    receipt = one_receipt(rig.connector(), member(contact, f"{NO_BUDGET} {rig.begin}", joins=False))
    assert receipt.outcome is UNCHANGED
    assert made(rig, since) == []


def test_a_list_that_hubspot_fills_itself_stops_no_other_write(rig: HubSpotRig) -> None:
    contact, other = rig.seed(2)
    name = f"{NO_BUDGET} {rig.begin}"
    rig.simulator.seed(lists=[{"name": name, "processingType": "DYNAMIC"}])
    receipts = list(rig.connector().write([member(contact, name), rig.change("k2", other, 5)]))
    assert [(receipt.outcome, receipt.code) for receipt in receipts] == [
        (REFUSED, "ILS.CANNOT_EDIT_DYNAMIC_LIST"),
        (APPLIED, ""),
    ]


def test_a_list_deleted_meanwhile_is_made_again(rig: HubSpotRig) -> None:
    first, second = rig.seed(2)
    name = f"{NO_BUDGET} {rig.begin}"
    connector = rig.connector()
    list(connector.write([member(first, name)]))
    (record,) = named(rig, name)
    address = f"{rig.simulator.hubspot}/crm/v3/lists/{record.ref.id}"
    assert requests.delete(address, headers={"Authorization": f"Bearer {rig.token}"}, timeout=10).ok
    assert one_receipt(connector, member(second, name)).outcome is APPLIED
    assert [record.values["members"] for record in named(rig, name)] == [second]


def test_many_members_go_in_portions_and_are_all_read(rig: HubSpotRig) -> None:
    contacts = rig.seed(260)
    name = f"{NO_BUDGET} {rig.begin}"
    since = rig.simulator.seq()
    receipts = rig.connector(members_per_call=200).write([member(each, name, key=each) for each in contacts])
    assert {receipt.outcome for receipt in receipts} == {APPLIED}
    assert sum(line["path"].endswith("/memberships/add") for line in rig.simulator.log(since)) == 2
    assert [record.values["members"] for record in named(rig, name)] == [";".join(contacts)]


def test_a_lost_answer_to_making_a_list_makes_no_second_one(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    name = f"{NO_BUDGET} {rig.begin}"
    since = rig.simulator.seq()
    rig.simulator.fault("reply_lost", system="hubspot", path=r"/crm/v3/lists/?$", after_commit=True)
    outcome = None
    for _ in range(2):
        try:
            outcome = one_receipt(rig.connector(), member(contact, name)).outcome
        except TransientError:
            continue
    assert outcome is APPLIED
    assert made(rig, since) == [name]


def test_a_name_that_no_address_can_hold_is_found_by_searching() -> None:
    """A front door that refuses %2F answers 404 for a list that is there."""

    def answer(method: str, path: str, told: object) -> object:
        if "/name/" in path:
            return refusal(404, "OBJECT_NOT_FOUND")
        if path.endswith("/lists/search"):
            return {"lists": [{"name": "LL · A/B", "listId": 7, "objectTypeId": "0-1"}], "hasMore": False}
        if path.endswith("/memberships/add"):
            return {"recordsIdsAdded": told, "recordIdsMissing": []}
        return refusal(400, "VALIDATION_ERROR", subCategory="ILS.DUPLICATE_LIST_NAMES")

    portal = Portal(answer)
    with connected(portal) as connector:
        assert one_receipt(connector, member("1", "LL · a/B")).outcome is APPLIED
    (asked,) = [path for _, path, _ in portal.asked if "/name/" in path]
    assert asked == "/crm/v3/lists/object-type-id/0-1/name/LL%20%C2%B7%20a%2FB"
    assert portal.calls("/crm/v3/lists/7/memberships/add") == [["1"]]


def test_leaving_is_never_gone_whatever_the_answer_calls_missing() -> None:
    def answer(_: str, path: str, __: object) -> object:
        if "/name/" in path:
            return {"list": {"listId": "7"}}
        return {"recordIdsRemoved": ["1"], "recordIdsMissing": ["2"]}

    with connected(Portal(answer)) as connector:
        receipts = connector.write([member(each, NO_BUDGET, joins=False, key=each) for each in ("1", "2")])
        assert [receipt.outcome for receipt in receipts] == [APPLIED, UNCHANGED]


@pytest.mark.parametrize("told", [{"hello": 1}, {"recordsIdsAdded": 5}, []], ids=["no key", "no list", "a list"])
def test_a_move_answered_in_another_shape_is_no_receipt(told: object) -> None:
    portal = Portal(lambda _, path, __: {"list": {"listId": "7"}} if "/name/" in path else told)
    with connected(portal) as connector:
        failure_of(ContractError, lambda: list(connector.write([member("1", NO_BUDGET)])))
