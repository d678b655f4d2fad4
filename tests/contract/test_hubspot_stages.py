"""A lifecycle stage goes forward only: what is not sent, what is cleared first, what HubSpot ignores all the same."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.testing import failure_of, one_receipt
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import TransientError
from domain.values import Value
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess
from tests.unit.connectors.hubspot.portal import Portal, change, connected, page, reply, row, saved

APPLIED, CONFLICTED, REFUSED = ReceiptOutcome.APPLIED, ReceiptOutcome.CONFLICTED, ReceiptOutcome.REFUSED
STAGE = "lifecyclestage"
MQL, SQL, LEAD = "marketingqualifiedlead", "salesqualifiedlead", "lead"


@pytest.fixture(params=["v3", "2026-03"])
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def staged(contact: str, wanted: str, *, key: str = "k1", expected: Value = SQL, **values: Value) -> Change:
    return Change(
        key=key,
        kind=ChangeKind.FIELDS,
        object="contacts",
        id=contact,
        values={STAGE: wanted, **values},
        expected={STAGE: expected},
        guarded=frozenset({STAGE}),
    )


def at_sql(rig: HubSpotRig, count: int = 1) -> list[str]:
    contacts = list(rig.seed(count))
    for contact in contacts:
        rig.simulator.act("edit", system="hubspot", id=contact, lifecyclestage=SQL)
    return contacts


def calls(rig: HubSpotRig, since: int) -> list[str]:
    lines = [line for line in rig.simulator.log(since) if line["path"].endswith(("/batch/update", "/batch/read"))]
    return [line["path"].rsplit("/", 1)[1] for line in lines]


def stages_set(rig: HubSpotRig, since: int) -> list[list[Any]]:
    """Per request the stages that it set."""
    told = [[e["after"][STAGE] for e in line["effects"] if STAGE in e["after"]] for line in rig.simulator.log(since)]
    return [one for one in told if one]


def test_a_step_back_is_not_sent_and_said_so(rig: HubSpotRig) -> None:
    contact, other = at_sql(rig, 2)
    since = rig.simulator.seq()
    changes = [staged(contact, LEAD, ll_score=5), rig.change("k2", other, 7)]
    refused, written = rig.connector().write(changes)
    assert (refused.outcome, refused.code, refused.retryable) == (REFUSED, "STAGE_ONLY_FORWARD", False)
    assert "lifecycle_steps_back" in refused.message
    assert written.outcome is APPLIED
    held = rig.held("contacts")[contact]
    assert (held[STAGE], held.get("ll_score")) == (SQL, None)
    assert stages_set(rig, since) == []


def test_where_it_is_allowed_it_is_cleared_looked_at_set_and_looked_at(rig: HubSpotRig) -> None:
    """Each a request of its own: HubSpot gives no order to two changes of one record in a batch."""
    contacts = at_sql(rig, 3)
    since = rig.simulator.seq()
    changes = [staged(each, LEAD, key=each, ll_score=4) for each in contacts]
    receipts = list(rig.connector(lifecycle_steps_back=True).write(changes))
    assert [(receipt.key, receipt.outcome) for receipt in receipts] == [(each, APPLIED) for each in contacts]
    held = rig.held("contacts")
    assert [(held[each][STAGE], held[each]["ll_score"]) for each in contacts] == [(LEAD, "4")] * 3
    assert stages_set(rig, since) == [[None] * 3, [LEAD] * 3]
    assert calls(rig, since) == ["read", "update", "read", "update", "read"]


def test_a_change_that_is_refused_for_another_field_leaves_the_stage_as_it_was(rig: HubSpotRig) -> None:
    """It was cleared for a step back that then did not come."""
    bad, good = at_sql(rig, 2)
    changes = [staged(bad, LEAD, key="k1", ll_stage="nonsense"), staged(good, LEAD, key="k2")]
    receipts = list(rig.connector(lifecycle_steps_back=True).write(changes))
    assert [(receipt.key, receipt.outcome) for receipt in receipts] == [("k1", REFUSED), ("k2", APPLIED)]
    held = rig.held("contacts")
    assert (held[bad][STAGE], held[good][STAGE]) == (SQL, LEAD)


def test_a_step_forward_costs_one_look_more_and_is_never_cleared(rig: HubSpotRig) -> None:
    contacts = at_sql(rig, 2)
    since = rig.simulator.seq()
    changes = [staged(each, "opportunity", key=each) for each in contacts]
    receipts = list(rig.connector(lifecycle_steps_back=True).write(changes))
    assert [receipt.outcome for receipt in receipts] == [APPLIED, APPLIED]
    assert stages_set(rig, since) == [["opportunity"] * 2]
    assert calls(rig, since) == ["read", "update", "read"]


def test_decided_on_an_older_stage_it_is_decided_again(rig: HubSpotRig) -> None:
    """HubSpot fills the stage of a new contact in by itself, which is nobody's change: here it filled in customer."""
    contact = rig.seed(1)[0]
    rig.simulator.act("edit", system="hubspot", id=contact, lifecyclestage="customer")
    receipt = one_receipt(rig.connector(), staged(contact, MQL, expected=None))
    assert (receipt.outcome, receipt.code, receipt.shown) == (CONFLICTED, "STAGE_ONLY_FORWARD", {STAGE: "customer"})
    assert rig.held("contacts")[contact][STAGE] == "customer"


def test_the_order_of_the_stages_is_the_portals_own(rig: HubSpotRig) -> None:
    """`other` stands last in HubSpot's list of options, whatever it means."""
    contact = rig.seed(1)[0]
    rig.simulator.act("edit", system="hubspot", id=contact, lifecyclestage="other")
    receipt = one_receipt(rig.connector(), staged(contact, MQL, expected="other"))
    assert (receipt.outcome, receipt.code) == (REFUSED, "STAGE_ONLY_FORWARD")


def test_a_stage_that_was_ignored_is_no_success() -> None:
    """Between our look and our write HubSpot moved it on by itself; the answer to the write shows what we sent."""
    looks = iter([LEAD, "customer"])

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/batch/read"):
            return page([row(1, lifecyclestage=next(looks), ll_score="5")])
        return saved(told)

    with connected(Portal(answer)) as connector:
        receipt = one_receipt(connector, staged("1", MQL, expected=LEAD, ll_score=5))
    assert (receipt.outcome, receipt.code) == (CONFLICTED, "STAGE_IGNORED")
    assert receipt.shown == {STAGE: "customer", "ll_score": 5}


def test_a_stage_that_is_set_back_as_soon_as_it_is_written_is_not_written_for_ever() -> None:
    """A workflow of the portal: decided again it would be the same change, at several calls each time."""
    looks = iter([SQL, SQL])

    def answer(_: str, path: str, told: Any) -> Any:
        if path.endswith("/batch/read"):
            return page([row(1, lifecyclestage=next(looks))])
        return saved(told)

    with connected(Portal(answer)) as connector:
        receipt = one_receipt(connector, staged("1", MQL, expected=SQL))
    assert (receipt.outcome, receipt.code, receipt.retryable) == (REFUSED, "STAGE_IGNORED", False)


def test_a_stage_that_could_not_be_looked_at_again_has_no_receipt() -> None:
    """So its row waits and is written once more; the others of the batch are told."""
    looks = iter([page([row(1, lifecyclestage=LEAD)]), reply({}, 502)])

    def answer(_: str, path: str, told: Any) -> Any:
        return next(looks, reply({}, 502)) if path.endswith("/batch/read") else saved(told)

    settled: list[Receipt] = []
    with connected(Portal(answer)) as connector:
        writing = connector.write([change(2), staged("1", MQL, expected=LEAD)])
        failure_of(TransientError, lambda: settled.extend(writing))
    assert [(receipt.key, receipt.outcome) for receipt in settled] == [("k2", APPLIED)]


def test_a_step_back_that_was_lost_halfway_is_decided_again_and_ends(rig: HubSpotRig) -> None:
    """Cleared, and then the portal went away: nobody's stage is no stage, and from there every step is forward."""
    contact = at_sql(rig)[0]
    connector = rig.connector(lifecycle_steps_back=True)
    rig.simulator.fault("slow", system="hubspot", path=r"/batch/update$", seconds=0.0)
    rig.simulator.fault("server_error", system="hubspot", path=r"/batch/update$", times=None, status=503)
    failure_of(TransientError, lambda: list(connector.write([staged(contact, LEAD)])))
    rig.simulator.clear()
    assert STAGE not in rig.held("contacts")[contact]
    assert one_receipt(connector, staged(contact, LEAD)).outcome is CONFLICTED
    assert one_receipt(connector, staged(contact, LEAD, expected=None)).outcome is APPLIED
    assert rig.held("contacts")[contact][STAGE] == LEAD
