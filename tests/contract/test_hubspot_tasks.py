"""Rep tasks in HubSpot: made with their contact, once per key, also when an answer is lost and search lags."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.testing import failure_of, one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import TransientError
from domain.values import Value
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess
from tests.unit.connectors.hubspot.portal import Portal, connected, page, reply

APPLIED, REFUSED, UNCHANGED, UNKNOWN = (
    ReceiptOutcome.APPLIED,
    ReceiptOutcome.REFUSED,
    ReceiptOutcome.UNCHANGED,
    ReceiptOutcome.UNKNOWN,
)


@pytest.fixture(params=["v3", "2026-03"])
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def task(contact: Value, key: str, **more: Value) -> Change:
    values: dict[str, Value] = {
        "ll_key": key,
        "associatedcontactid": contact,
        "hs_task_subject": "Call Ana",
        "hs_task_body": "She asked for a demo.",
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "CALL",
        "hs_task_priority": "High",
        "hs_timestamp": "2026-11-23T09:00:00Z",
    }
    return Change(key=key, kind=ChangeKind.CREATE, object="tasks", values=values | more, unique="ll_key")


def tasks_of(rig: HubSpotRig, contact: str) -> list[dict[str, Any]]:
    rows = rig.simulator.objects("tasks", system="hubspot")
    return [row["properties"] for row in rows if contact in row["joined"].get("contacts", ())]


def test_a_task_is_made_with_its_contact_and_says_its_key(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    receipt = one_receipt(rig.connector(), task(contact, f"t{rig.begin}"))
    assert receipt.outcome is APPLIED
    (made,) = tasks_of(rig, contact)
    assert (made["hs_task_subject"], made["hs_task_priority"]) == ("Call Ana", "HIGH")
    assert made["hs_task_body"] == f"She asked for a demo.\n\n[leadloop t{rig.begin}]"
    assert made["hs_object_id"] == receipt.id


def test_a_task_whose_answer_was_lost_is_found_though_search_lags(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    key = f"t{rig.begin}"
    rig.simulator.settings(lag_s={"hubspot": 900.0})
    rig.stack.callback(rig.simulator.settings, lag_s={"hubspot": 0.0})
    rig.simulator.fault("reply_lost", system="hubspot", path=r"/tasks/batch/create$", after_commit=True)
    connector = rig.connector()
    failure_of(TransientError, lambda: list(connector.write([task(contact, key)])))
    assert len(tasks_of(rig, contact)) == 1, "the creation was not sent again by itself"
    settled = rig.connector().settle(task(contact, key))
    assert settled is not None
    assert settled.outcome is UNCHANGED
    assert one_receipt(rig.connector(), task(contact, key)).id == settled.id
    assert len(tasks_of(rig, contact)) == 1


def test_a_task_that_never_arrived_is_known_not_to_be_there(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    key = f"t{rig.begin}"
    rig.simulator.fault("reply_lost", system="hubspot", path=r"/tasks/batch/create$", after_commit=False)
    connector = rig.connector()
    failure_of(TransientError, lambda: list(connector.write([task(contact, key)])))
    assert connector.settle(task(contact, key)) is None
    assert one_receipt(connector, task(contact, key)).outcome is APPLIED
    assert len(tasks_of(rig, contact)) == 1


def test_a_task_that_its_rep_edited_is_left_alone(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    change = task(contact, f"t{rig.begin}")
    made = one_receipt(rig.connector(), change)
    rig.simulator.act("edit", system="hubspot", id=str(made.id), object="tasks", hs_task_subject="Call her on Monday")
    assert one_receipt(rig.connector(), change).outcome is UNCHANGED
    assert [one["hs_task_subject"] for one in tasks_of(rig, contact)] == ["Call her on Monday"]


def test_one_bad_task_among_many_stops_no_other(rig: HubSpotRig) -> None:
    contacts = rig.seed(5)
    changes = [task(each, f"t{rig.begin}-{each}") for each in contacts]
    changes[2] = task(contacts[2], f"t{rig.begin}-bad", hs_task_type="NO_SUCH_TYPE")
    receipts = list(rig.connector().write(changes))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED, REFUSED, APPLIED, APPLIED]
    assert [len(tasks_of(rig, each)) for each in contacts] == [1, 1, 0, 1, 1]


@pytest.mark.parametrize("contact", [None, "", "not an id"])
def test_a_task_about_nobody_is_refused_before_anything_is_sent(contact: Value) -> None:
    portal = Portal(lambda *_: page([]))
    with connected(portal) as connector:
        receipt = one_receipt(connector, task(contact, "t1"))
        assert connector.settle(task(contact, "t1")) is None
    assert (receipt.outcome, receipt.code) == (REFUSED, "MISSING_CONTACT")
    assert portal.asked == []


def test_a_task_that_a_partial_answer_leaves_out_is_not_sent_again() -> None:
    """It may be there: the row is unsure, and is looked for before anything else."""

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/batch/create"):
            first = told["inputs"][0]
            return reply({"results": [{"id": "1", **first}], "numErrors": 1, "errors": [{"message": "no"}]}, 207)
        return page([])

    portal = Portal(answer)
    with connected(portal) as connector:
        receipts = list(connector.write([task("1", "t1"), task("2", "t2")]))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, UNKNOWN]
    assert len(portal.calls("/tasks/batch/create")) == 1
