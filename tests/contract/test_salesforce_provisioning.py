"""Making what the rules need in an org, and what is left alone: judged at the simulator's end state and log."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from connectors.abilities import ProvisionItem, ProvisionKind
from connectors.salesforce.connector import Salesforce
from connectors.salesforce.metadata_folder import NAMESPACE
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import TransientError
from domain.fitting import Fittings, ListFitting
from domain.record import FieldType
from domain.values import Value
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess
from tests.starter import starter_fittings

NEEDS = starter_fittings("salesforce")
SETUP = frozenset(
    {"CustomField", "PermissionSet", "FieldPermissions", "PermissionSetAssignment", "ListView", "Campaign"}
    | {"QuickActionDefinition"}
)
WRITING = ("POST", "PATCH", "PUT", "DELETE")


class Org(SalesforceRig):
    """An org as Salesforce delivers it; what the simulator logs from here on."""

    @property
    def made(self) -> list[dict[str, Any]]:
        """Effects on Setup and campaigns, oldest first."""
        lines = self.simulator.log(self.begin)
        return [each for line in lines for each in line["effects"] if each["type"] in SETUP]

    def writes(self, since: int) -> list[str]:
        """Calls that write, beside logins; a Composite asks."""
        lines = [line for line in self.simulator.log(since) if line["system"] == "salesforce"]
        asked = ("/oauth2/token", "/composite", "/_simulator/settings")
        return [line["path"] for line in lines if line["method"] in WRITING and not line["path"].endswith(asked)]


@pytest.fixture
def org(simulator: SimulatorProcess) -> Iterator[Org]:
    with ExitStack() as stack:
        simulator.settings(provisioned=False)
        yield Org(simulator, stack)


def of_kind(items: Sequence[ProvisionItem], kind: ProvisionKind) -> list[ProvisionItem]:
    return [item for item in items if item.kind is kind]


def provisioned(connector: Salesforce, needs: Fittings = NEEDS) -> Sequence[ProvisionItem]:
    return connector.provision(connector.needed(needs))


def troubles(items: Sequence[ProvisionItem]) -> list[tuple[str, str]]:
    return [(item.name, item.problem) for item in items if item.problem or not item.exists]


def test_an_org_as_delivered_gets_everything_that_the_rules_need(org: Org) -> None:
    connector = org.connector()
    assert not any(item.exists for item in connector.needed(NEEDS))
    assert troubles(provisioned(connector)) == []
    for kind in ("Lead", "Contact"):
        fields = connector.describe(kind)
        wanted = [one for one in NEEDS.fields if one.object == kind]
        assert [one.name for one in wanted if not fields[one.name].writable] == []
        assert {one.name: fields[one.name].type for one in wanted} == {one.name: one.type for one in wanted}
    assert connector.describe("Task")["LL_Key__c"].unique is True
    assert connector.describe("Lead")["LL_Stage__c"].options[:2] == ("known", "engaged")
    assert connector.describe("Lead")["LL_Band__c"].length == 20


def test_the_second_time_nothing_is_written(org: Org) -> None:
    connector = org.connector()
    provisioned(connector)
    before = org.simulator.seq()
    again = connector.needed(NEEDS)
    assert [item.name for item in again if not item.exists] == []
    assert list(connector.provision(again)) == list(again)
    assert org.writes(before) == []


def test_what_was_made_can_be_written_to(org: Org) -> None:
    connector = org.connector()
    lead = org.seed(1)[0]
    provisioned(connector)
    values: dict[str, Value] = {"LL_Score__c": 71, "LL_Stage__c": "assigned", "LL_Why__c": "asked for a demo"}
    change = Change(key="k", kind=ChangeKind.FIELDS, object="Lead", id=lead, values=values)
    (receipt,) = connector.write([change])
    assert receipt.outcome is ReceiptOutcome.APPLIED
    assert org.held("Lead")[lead]["LL_Stage__c"] == "assigned"


def test_a_field_is_described_only_once_the_permission_set_is_assigned(org: Org) -> None:
    """As facts 1.9 has it; seen red with the assignment left out."""
    connector = org.connector()
    items = connector.needed(NEEDS)
    fields = connector.provision(of_kind(items, ProvisionKind.FIELD))
    assert all(item.exists for item in fields)
    assert "LL_Score__c" not in connector.describe("Lead")
    between = connector.needed(NEEDS)
    assert all(item.exists for item in of_kind(between, ProvisionKind.FIELD))
    assert ("Lead", "LL_Score__c") in {(each.object, each.name) for each in of_kind(between, ProvisionKind.PERMISSION)}
    assert troubles(connector.provision(between)) == []
    assert "LL_Score__c" in connector.describe("Lead")
    assert [each["type"] for each in org.made].count("PermissionSetAssignment") == 1


def test_reps_get_a_permission_set_of_their_own_that_nobody_is_given(org: Org) -> None:
    provisioned(org.connector())
    sets = {row["Name"]: row["Id"] for row in org.held("PermissionSet").values()}
    rows = org.held("FieldPermissions").values()
    edit = {row["Field"] for row in rows if row["ParentId"] == sets["leadloop_reps"] and row["PermissionsEdit"]}
    assert edit == {f"{one.object}.{one.name}" for one in NEEDS.fields if one.by_reps}
    assert [row["PermissionSetId"] for row in org.held("PermissionSetAssignment").values()] == [sets["leadloop_fields"]]


def test_where_setup_is_closed_nothing_is_tried_and_the_folder_is_named(org: Org) -> None:
    org.simulator.settings(may_customize=False)
    items = provisioned(org.connector())
    assert {item.exists for item in items} == {False}
    assert {"--folder" in item.problem for item in items} == {True}
    assert org.made == []
    assert org.writes(org.begin) == []


def test_a_right_that_is_missing_only_for_writing_is_met_once_for_each_kind(org: Org) -> None:
    connector = org.connector()
    items = connector.needed(NEEDS)
    org.simulator.settings(may_customize=False)
    before = org.simulator.seq()
    made = connector.provision(items)
    assert [item.name for item in made if item.exists] == []
    assert org.writes(before).count("/services/data/v62.0/tooling/sobjects/CustomField") == 1
    assert org.made == []


def test_a_field_that_is_there_with_another_type_is_named_with_the_mend_and_left_alone(org: Org) -> None:
    connector = org.connector()
    score = next(one for one in NEEDS.fields if (one.object, one.name) == ("Lead", "LL_Score__c"))
    text = replace(score, type=FieldType.TEXT, length=10, digits=None)
    provisioned(connector, replace(NEEDS, fields=(text,), views=(), actions=()))
    before = org.simulator.seq()
    (item,) = [each for each in provisioned(connector) if (each.object, each.name) == ("Lead", "LL_Score__c")]
    assert item.exists is True
    assert item.problem == (
        "is of type text, and leadloop needs number. "
        "Delete it in Setup once its values are saved, or name another field in mapping.yaml"
    )
    assert connector.describe("Lead")["LL_Score__c"].type is FieldType.TEXT
    made = [each["after"].get("FullName") for line in org.simulator.log(before) for each in line["effects"]]
    assert "Lead.LL_Score__c" not in made


@pytest.mark.parametrize(
    ("name", "edits", "said"),
    [
        ("LL_Why__c", {"length": 80}, "holds 80 characters, and leadloop writes up to 255"),
        ("LL_Verdict__c", {"options": ("Accept",)}, "lacks the values Wrong person, Data wrong"),
        ("LL_Lead_Key__c", {"unique": False}, "is no unique External ID"),
    ],
    ids=["too short", "values missing", "not unique"],
)
def test_a_field_that_cannot_hold_what_we_write_is_named(org: Org, name: str, edits: dict[str, Any], said: str) -> None:
    connector = org.connector()
    own = next(one for one in NEEDS.fields if (one.object, one.name) == ("Lead", name))
    provisioned(connector, replace(NEEDS, fields=(replace(own, **edits),), views=(), actions=()))
    (item,) = [each for each in connector.needed(NEEDS) if (each.object, each.name) == ("Lead", name)]
    assert item.problem.startswith(said)
    assert "Setup > Object Manager > Lead" in item.problem


def test_one_refused_creation_holds_back_no_other(org: Org) -> None:
    bad = replace(NEEDS.fields[0], name="LL-Bad__c")
    odd = replace(NEEDS.fields[1], name="Score")
    connector = org.connector()
    needs = replace(NEEDS, fields=(odd, bad, *NEEDS.fields))
    made = {(item.object, item.name): item for item in provisioned(connector, needs)}
    assert "only names that end in __c" in made["Contact", "Score"].problem
    assert made["Contact", "LL-Bad__c"].problem.startswith("Salesforce refused it: REQUIRED_FIELD_MISSING")
    assert made["Lead", "LL_Score__c"].exists is True
    assert "LL_Score__c" in connector.describe("Lead")


def test_a_creation_whose_answer_was_lost_is_found_the_next_time(org: Org) -> None:
    connector = org.connector()
    items = connector.needed(NEEDS)
    org.simulator.fault("reply_lost", system="salesforce", path="/CustomField", after_commit=True)
    with pytest.raises(TransientError):
        connector.provision(items)
    assert [each["after"]["FullName"] for each in org.made] == ["Contact.LL_Lead_Key__c"]
    assert troubles(provisioned(connector)) == []
    fields = [each["after"]["FullName"] for each in org.made if each["type"] == "CustomField"]
    assert len(fields) == len(set(fields)) == len(NEEDS.fields)


def test_a_long_text_is_made_as_a_long_text(org: Org) -> None:
    why = replace(next(one for one in NEEDS.fields if one.name == "LL_Why__c"), length=900)
    connector = org.connector()
    assert troubles(provisioned(connector, Fittings(fields=(why,)))) == []
    (made,) = [each["after"]["Metadata"] for each in org.made if each["type"] == "CustomField"]
    assert (made["type"], made["length"]) == ("LongTextArea", 900)


def test_a_mapped_standard_field_that_is_hidden_is_granted(org: Org) -> None:
    org.simulator.settings(provisioned=True)
    org.simulator.act(
        "edit", system="salesforce", id="settings", as_="admin", field_security={"Lead.DoNotCall": "hidden"}
    )
    connector = org.connector()
    assert "DoNotCall" not in connector.describe("Lead")
    items = provisioned(connector)
    assert [(item.object, item.name, item.exists) for item in of_kind(items, ProvisionKind.PERMISSION)] == [
        ("Lead", "DoNotCall", True)
    ]
    assert "DoNotCall" in connector.describe("Lead")
    org.simulator.act(
        "edit", system="salesforce", id="settings", as_="admin", field_security={"Lead.DoNotCall": "edit"}
    )
    org.simulator.settings(provisioned=False)


def test_campaigns_are_made_where_nurture_lists_are_kept_there(org: Org) -> None:
    org.simulator.settings(may_customize=False)
    name = f"LL · Nurture · {org.begin}"
    needs = Fittings(lists=(ListFitting(name=name, why="timing"),))
    connector = org.connector()
    (item,) = provisioned(connector, needs)
    assert (item.exists, item.problem) == (True, "")
    assert [row["IsActive"] for row in org.held("Campaign").values() if row["Name"] == name] == [True]
    (again,) = connector.needed(needs)
    assert again.exists is True


def test_a_name_that_several_campaigns_have_is_told_and_no_third_is_made(org: Org) -> None:
    name = f"LL · Nurture · {org.begin}"
    org.simulator.seed(campaigns=[{"Name": name}, {"Name": name}])
    (item,) = provisioned(org.connector(), Fittings(lists=(ListFitting(name=name, why="timing"),)))
    assert item.problem.startswith("is the name of several campaigns")
    assert [row["Name"] for row in org.held("Campaign").values()].count(name) == 2


def test_the_folder_says_exactly_what_the_api_makes(org: Org) -> None:
    connector = org.connector()
    files = connector.manual(NEEDS, connector.needed(NEEDS))
    provisioned(connector)
    made = {each["after"]["FullName"]: each["after"]["Metadata"] for each in org.made if "FullName" in each["after"]}
    written: dict[str, Any] = {}
    for path, text in files.items():
        if path.endswith(".object"):
            owner = path.rpartition("/")[2].removesuffix(".object")
            for one in ET.fromstring(text).findall(f"{{{NAMESPACE}}}fields"):
                told = {child.tag.partition("}")[2]: child.text for child in one}
                written[f"{owner}.{told['fullName']}"] = told
    fields = {name: one for name, one in made.items() if name.endswith("__c")}
    assert set(written) == set(fields)
    for name, one in fields.items():
        for key in ("type", "label", "length", "precision", "unique", "externalId"):
            assert written[name].get(key) == _text(one.get(key)), (name, key)
    actions = {path.rpartition("/")[2].removesuffix(".quickAction") for path in files if "quickActions" in path}
    assert actions == set(made) - set(fields)


def test_what_is_there_already_stays_out_of_the_folder_but_not_out_of_the_permission_sets(org: Org) -> None:
    connector = org.connector()
    score = next(one for one in NEEDS.fields if (one.object, one.name) == ("Lead", "LL_Score__c"))
    provisioned(connector, Fittings(fields=(score,), access=NEEDS.access))
    files = connector.manual(NEEDS, connector.needed(NEEDS))
    assert "LL_Score__c" not in files["package/objects/Lead.object"]
    assert "<members>Lead.LL_Score__c</members>" not in files["package/package.xml"]
    assert "<field>Lead.LL_Score__c</field>" in files["package/permissionsets/leadloop_fields.permissionset"]


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
