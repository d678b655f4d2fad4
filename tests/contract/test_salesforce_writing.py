"""What the Salesforce connector promises of its writes beyond the shipped laws, over the simulator's real HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.testing import one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


def member(key: str, lead: str, campaign: str, *, inside: bool) -> Change:
    return Change(key=key, kind=ChangeKind.MEMBER, object="Lead", id=lead, list=campaign, member=inside)


def test_a_locked_row_is_tried_again_in_seconds(rig: SalesforceRig) -> None:
    rows = rig.seed(2)
    connector = rig.connector()
    connector.describe("Lead")
    rig.simulator.fault("row_lock", system="salesforce", path="/composite/sobjects")
    receipts = list(connector.write([rig.change(f"k{n}", row, n + 80) for n, row in enumerate(rows)]))
    assert [receipt.outcome for receipt in receipts] == [ReceiptOutcome.APPLIED, ReceiptOutcome.APPLIED]
    assert rig.values(rows) == [80, 81]
    assert rig.fast.slept


def test_a_row_that_stays_locked_is_refused_for_now(rig: SalesforceRig) -> None:
    row = rig.seed(1)[0]
    rig.simulator.fault("row_lock", system="salesforce", path="/composite/sobjects", times=None)
    receipt = one_receipt(rig.connector(), rig.change("k1", row, 90))
    assert (receipt.outcome, receipt.code, receipt.retryable) == (ReceiptOutcome.REFUSED, "UNABLE_TO_LOCK_ROW", True)
    assert rig.values([row]) == [None]


def test_a_creation_without_a_key_is_sent_once_and_stays_unknown(rig: SalesforceRig) -> None:
    connector = rig.connector()
    subject = f"Keyless {rig.begin}"
    values = {"Subject": subject, "WhoId": rig.someone}
    change = Change(key="k1", kind=ChangeKind.CREATE, object="Task", values=values)
    connector.describe("Task")
    rig.lose_answer(after_effect=True)
    assert one_receipt(connector, change).outcome is ReceiptOutcome.UNKNOWN
    assert len([task for task in rig.held("Task").values() if task["Subject"] == subject]) == 1


def test_settle_finds_a_creation_by_its_key(rig: SalesforceRig) -> None:
    connector = rig.connector()
    done, never = rig.create("done"), rig.create("never")
    made = one_receipt(connector, done)
    settled = connector.settle(done)
    assert settled is not None
    assert (settled.outcome, settled.id) == (ReceiptOutcome.APPLIED, made.id)
    assert connector.settle(never) is None


def test_joining_and_leaving_a_campaign_have_one_effect_each(rig: SalesforceRig) -> None:
    lead, other = rig.seed(2)
    name = f"LL · Nurture · Timing {lead}"
    campaign = rig.simulator.seed(campaigns=[{"Name": name}])["Campaign"][0]
    connector = rig.connector()
    join = [member("j1", lead, name, inside=True), member("j2", other, campaign, inside=True)]
    for expected in (ReceiptOutcome.APPLIED, ReceiptOutcome.UNCHANGED):
        assert [receipt.outcome for receipt in connector.write(join)] == [expected, expected]
    leave = member("l1", lead, name, inside=False)
    assert [one_receipt(connector, leave).outcome for _ in range(2)] == [
        ReceiptOutcome.APPLIED,
        ReceiptOutcome.UNCHANGED,
    ]
    members = [row for row in rig.held("CampaignMember").values() if not row["IsDeleted"]]
    inside = {row["LeadId"] for row in members if row["CampaignId"] == campaign}
    assert inside == {other}


def test_a_campaign_that_is_not_there_refuses_only_its_own_change(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    changes = [member("j1", lead, "No such campaign", inside=True), rig.change("k1", lead, 95)]
    assert [r.outcome for r in rig.connector().write(changes)] == [ReceiptOutcome.REFUSED, ReceiptOutcome.APPLIED]


def test_a_name_that_is_none_never_reaches_a_url(rig: SalesforceRig) -> None:
    change = Change(key="k1", kind=ChangeKind.FIELDS, object="Lead/../User", id="00Q000000000001", values={"a": 1})
    before = rig.simulator.seq()
    receipt = one_receipt(rig.connector(), change)
    assert (receipt.outcome, receipt.retryable) == (ReceiptOutcome.REFUSED, False)
    assert rig.simulator.seq() == before
