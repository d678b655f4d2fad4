"""What Salesforce lets the integration user see of an object, and what a sandbox does to addresses."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest

from connectors.salesforce.connector import Salesforce
from connectors.testing import found_in, one_receipt
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.record import Page, Record
from tests.contract.salesforce_rig import WANTED, SalesforceRig
from tests.rig import SimulatorProcess, surroundings

HIDEABLE = ("Lead.Industry", "Lead.OwnerId", "Lead.Title", "Task.Description", "Campaign.Type")
EVERYTHING = {"Lead": WANTED | {"Description", "Industry"}, "Campaign": frozenset[str]()}


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        stack.callback(secure, simulator, HIDEABLE, access="edit")
        yield SalesforceRig(simulator, stack)


def secure(simulator: SimulatorProcess, fields: Sequence[str], *, access: str = "hidden") -> None:
    """Field-level security of the integration user."""
    simulator.act("edit", system="salesforce", id="settings", as_="admin", field_security=dict.fromkeys(fields, access))


def reader(rig: SalesforceRig) -> Salesforce:
    around = surroundings("crm", rig.simulator, fields=EVERYTHING, tokens=rig.tokens, budget=rig.budget)
    return Salesforce(rig.settings(), around, wall=rig.fast.wall)


def record_in(pages: Iterator[Page], record_id: str) -> Record:
    return {record.ref.id: record for page in pages for record in page.records}[record_id]


def test_a_field_that_becomes_hidden_is_left_out_and_the_rest_read_on(rig: SalesforceRig) -> None:
    """INVALID_FIELD in the middle of a working day: described again, asked again."""
    (lead,) = rig.seed(1)
    rig.simulator.act("edit", system="salesforce", id=lead, as_="admin", Industry="Energy")
    connector = reader(rig)
    assert record_in(connector.read("Lead", None), lead).values["Industry"] == "Energy"
    secure(rig.simulator, ["Lead.Industry", "Lead.OwnerId"])
    found = record_in(connector.read("Lead", None), lead)
    assert found.values["LastName"] == "Zanzibarova"
    assert "Industry" not in found.values
    assert "Industry" not in connector.describe("Lead")
    secure(rig.simulator, ["Lead.Industry"], access="edit")
    assert record_in(reader(rig).read("Lead", None), lead).values["Industry"] == "Energy"


def test_a_hidden_field_in_one_object_holds_back_no_other_of_the_joint_call(rig: SalesforceRig) -> None:
    leads = set(rig.seed(2))
    connector = reader(rig)
    for stream in ("Lead", "Task"):
        connector.describe(stream)
    secure(rig.simulator, ["Task.Description", "Lead.Title"])
    pages = list(connector.read_bundle(dict.fromkeys(("Lead", "Task"))))
    assert {page.stream for page in pages} == {"Lead", "Task"}
    assert leads <= found_in(pages)


def campaign_member(rig: SalesforceRig, name: str) -> str:
    (lead,) = rig.seed(1)
    (campaign,) = rig.simulator.seed(campaigns=[{"Name": name, "Type": "Webinar"}])["Campaign"]
    rig.simulator.seed(salesforce={"CampaignMember": [{"CampaignId": campaign, "LeadId": lead, "Status": "Sent"}]})
    return lead


def test_the_type_of_a_campaign_may_be_hidden(rig: SalesforceRig) -> None:
    lead = campaign_member(rig, f"Autumn {rig.begin}")
    connector = reader(rig)
    secure(rig.simulator, ["Campaign.Type"])
    found = [one for page in connector.read("CampaignMember", None) for one in page.activities]
    (joined,) = [one for one in found if one.record is not None and one.record.id == lead]
    assert joined.properties["campaign"] == f"Autumn {rig.begin}"
    assert "campaign_type" not in joined.properties


def test_an_activity_that_salesforce_has_archived_is_read_all_the_same(rig: SalesforceRig) -> None:
    """Older than a year, it stands in no ordinary query; queryAll gives it."""
    (lead,) = rig.seed(1)
    long_ago = "2024-03-01T10:00:00Z"
    rig.simulator.act("call", system="salesforce", id=lead, at=long_ago, subject="Long ago")
    found = [one for page in rig.connector().read("Task", None) for one in page.activities]
    (call,) = [one for one in found if one.record is not None and one.record.id == lead]
    assert call.occurred_at.isoformat() == "2024-03-01T10:00:00+00:00"


def test_addresses_of_a_sandbox_are_read_without_their_ending(rig: SalesforceRig) -> None:
    email = f"zora.{rig.begin}@people.example"
    created = rig.simulator.seed(
        leads=[{"LastName": "Zanzibarova", "Company": "Acme", "Email": f"{email}.invalid"}],
        users=[{"email": f"rep.{rig.begin}@reps.example.invalid", "last_name": "Reed"}],
    )
    connector = reader(rig)
    assert record_in(connector.read("Lead", None), created["Lead"][0]).values["Email"] == email
    user = record_in(connector.read("User", None), created["User"][0])
    assert user.values["Email"] == f"rep.{rig.begin}@reps.example"
    assert rig.held("Lead")[created["Lead"][0]]["Email"] == f"{email}.invalid"


def test_a_guarded_address_of_a_sandbox_is_no_conflict_with_how_it_was_read(rig: SalesforceRig) -> None:
    email = f"zora.{rig.begin}@people.example"
    row = {"LastName": "Zanzibarova", "Company": "Acme", "Email": f"{email}.invalid"}
    (lead,) = rig.simulator.seed(leads=[row])["Lead"]
    change = Change(
        key="k1",
        kind=ChangeKind.FIELDS,
        object="Lead",
        id=lead,
        values={"Email": f"new.{email}"},
        expected={"Email": email},
        guarded=frozenset({"Email"}),
    )
    assert one_receipt(reader(rig), change).outcome is ReceiptOutcome.APPLIED
    assert rig.held("Lead")[lead]["Email"] == f"new.{email}"


def test_in_a_live_org_an_address_that_was_switched_off_stays_switched_off(rig: SalesforceRig) -> None:
    rig.simulator.settings(sandbox=False)
    email = f"zora.{rig.begin}@people.example.invalid"
    (lead,) = rig.simulator.seed(leads=[{"LastName": "Zanzibarova", "Company": "Acme", "Email": email}])["Lead"]
    assert record_in(reader(rig).read("Lead", None), lead).values["Email"] == email
