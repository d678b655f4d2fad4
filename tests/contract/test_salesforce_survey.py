"""Who else writes to an org: field history, who changed records last, Setup, and what may not be seen."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from domain.survey import Author, AutomationKind, Requirement, Survey, Unseen
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess

ANA, REP, MACHINE = "ana@globex.example", "rep@crm.example", "sync@crm.example"
OURS = "integration@leadloop.example"
ASKED = {"Lead": {"Status", "OwnerId", "Phone"}}
FLOW = {
    "assignments": [{"assignmentItems": [{"assignToReference": "$Record.Status"}, {"assignToReference": "counter"}]}],
    "recordUpdates": [{"inputAssignments": [{"field": "Rating"}]}],
}
RULE = {"errorConditionFormula": 'AND(ISPICKVAL(Status, "Working - Contacted"), ISBLANK(Phone))'}


@pytest.fixture(scope="module")
def org() -> Iterator[SimulatorProcess]:
    """An org that is lived in: a rep and HubSpot's connector change the same lead; flows and rules are active."""
    with SimulatorProcess() as world:
        world.seed(
            users=[
                {"email": REP, "first_name": "Rita", "last_name": "Rep"},
                {"email": MACHINE, "first_name": "HubSpot", "last_name": "Integration"},
            ],
            leads=[{"LastName": "Ruiz", "Company": "Globex", "Email": ANA, "OwnerEmail": REP}],
            salesforce={
                "FieldDefinition": [
                    {"EntityDefinitionId": "Lead", "QualifiedApiName": name, "IsFieldHistoryTracked": True}
                    for name in ("Status", "OwnerId")
                ],
                "Flow": [{"MasterLabel": "Reset status", "Status": "Active", "Metadata": json.dumps(FLOW)}],
                "AssignmentRule": [
                    {"Name": "Round robin", "SobjectType": "Lead", "Active": True},
                    {"Name": "Old one", "SobjectType": "Lead", "Active": False},
                ],
                "DuplicateRule": [
                    {"DeveloperName": "D", "MasterLabel": "No twins", "SobjectType": "Lead", "IsActive": True}
                ],
                "ValidationRule": [
                    {
                        "ValidationName": "Phone",
                        "EntityDefinitionId": "Lead",
                        "Active": True,
                        "Metadata": json.dumps(RULE),
                    }
                ],
                "WorkflowAlert": [{"DeveloperName": "Tell_owner", "EntityDefinitionId": "Lead"}],
                "ApexTrigger": [{"Name": "LeadTrigger", "TableEnumOrId": "Lead", "Status": "Active"}],
            },
        )
        (flow,) = world.objects("Flow", system="salesforce")
        view = {"ApiName": "Reset", "Label": "Reset status", "TriggerObjectOrEventId": "Lead", "IsActive": True}
        world.seed(salesforce={"FlowDefinitionView": [view | {"ActiveVersionId": flow["Id"]}]})
        world.act("edit", system="salesforce", id=ANA, Status="Working - Contacted", Phone="+1 415 555 0100")
        world.act("edit", system="salesforce", id=ANA, Status="Open - Not Contacted", by_email=MACHINE)
        yield world


@pytest.fixture
def rig(org: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(org, stack)
    org.clear()


def survey(rig: SalesforceRig, *, days: int = 90, sample: int = 200) -> Survey:
    since = rig.simulator.now() - timedelta(days=days)
    return rig.connector().survey(ASKED, since=since, sample=sample)


def new_lead(rig: SalesforceRig) -> str:
    """One that no other test looks at."""
    rows = [{"LastName": "Zorn", "Company": "Initech", "Email": f"zorn.{rig.begin}@initech.example", "OwnerEmail": REP}]
    return rig.simulator.seed(leads=rows)["Lead"][0]


def told(found: Survey) -> set[tuple[str, Author, str, int, int]]:
    return {(line.field, line.author, line.name, line.authors, line.changes) for line in found.written}


def test_a_person_is_counted_and_a_machine_is_named(rig: SalesforceRig) -> None:
    found = told(survey(rig))
    assert ("Status", Author.PERSON, "", 1, 1) in found
    assert ("Status", Author.NEIGHBOUR, "HubSpot Integration", 1, 1) in found
    assert not any("Rita" in repr(line) or REP in repr(line) for line in survey(rig).written)


def test_of_a_field_without_history_only_the_last_change_of_its_record_is_told(rig: SalesforceRig) -> None:
    found = survey(rig)
    assert found.untracked == {"Lead": ("Phone",)}
    assert ("", Author.NEIGHBOUR, "HubSpot Integration", 1, 1) in told(found)
    assert "Lead: who changed 1 fields of which Salesforce keeps no history" in [each.what for each in found.unseen]


def test_an_owner_change_stands_twice_in_history_and_is_counted_once(rig: SalesforceRig) -> None:
    rig.simulator.act("edit", system="salesforce", id=new_lead(rig), OwnerEmail=MACHINE, by_email=REP)
    lines = [line for line in survey(rig).written if line.field == "OwnerId"]
    assert [(line.author, line.changes) for line in lines] == [(Author.PERSON, 1)]


def test_what_is_active_is_named_with_the_fields_that_it_sets_or_asks_for(rig: SalesforceRig) -> None:
    found = survey(rig)
    assert {(one.kind, one.name, one.fields) for one in found.automations} == {
        (AutomationKind.FLOW, "Reset status", ("Rating", "Status")),
        (AutomationKind.ASSIGNMENT_RULE, "Round robin", ()),
        (AutomationKind.DUPLICATE_RULE, "No twins", ()),
        (AutomationKind.VALIDATION_RULE, "Phone", ("Phone",)),
        (AutomationKind.EMAIL_ALERT, "Tell_owner", ()),
        (AutomationKind.TRIGGER, "LeadTrigger", ()),
    }
    assert Requirement(object="Lead", field="Phone", when="Status is Working - Contacted") in found.requirements
    assert Requirement(object="Lead", field="LastName") in found.requirements
    assert Unseen(what="what the Apex trigger LeadTrigger sets", grant="Ask whoever wrote it") in found.unseen


def test_the_neighbour_is_known_by_the_user_that_it_works_as(rig: SalesforceRig) -> None:
    (neighbour,) = survey(rig).neighbours
    assert neighbour.name == "HubSpot's Salesforce connector"
    assert neighbour.evidence == ("HubSpot Integration changed 1 of the Lead records looked at",)


def test_what_we_wrote_is_ours(rig: SalesforceRig) -> None:
    rig.simulator.act("edit", system="salesforce", id=new_lead(rig), Status="Working - Contacted", by_email=OURS)
    assert ("Status", Author.OURS, "", 1, 1) in told(survey(rig))


def test_without_the_right_to_see_setup_the_survey_says_so_and_goes_on(rig: SalesforceRig) -> None:
    rig.simulator.fault(
        "query_refused", system="salesforce", path="tooling/query", times=None, code="INSUFFICIENT_ACCESS"
    )
    found = survey(rig)
    assert {one.kind for one in found.automations} == {
        AutomationKind.FLOW,
        AutomationKind.ASSIGNMENT_RULE,
        AutomationKind.DUPLICATE_RULE,
    }
    missing = {each.what for each in found.unseen if "View Setup and Configuration" in each.grant}
    assert missing >= {"active validation rules", "active Apex triggers", "what the flow Reset status sets"}
    assert any(line.field == "Status" for line in found.written)


def test_the_sample_bounds_what_is_read_and_a_survey_writes_nothing(rig: SalesforceRig) -> None:
    before, calls = rig.simulator.seq(), sum(rig.budget.spent.values())
    found = survey(rig, sample=1)
    assert found.sampled == {"Lead": 1}
    assert sum(rig.budget.spent.values()) - calls <= 16
    assert [line for line in rig.simulator.log(before) if line["effects"]] == []


def test_history_tells_the_changes_of_tracked_fields_newest_first(rig: SalesforceRig) -> None:
    since = rig.simulator.now() - timedelta(days=1)
    changes = rig.connector().history("Lead", {"Status", "Phone"}, since=since, sample=200)
    assert {change.field for change in changes} == {"Status"}
    assert [change.at for change in changes] == sorted((change.at for change in changes), reverse=True)


def test_what_is_older_than_the_time_looked_at_does_not_count(rig: SalesforceRig) -> None:
    rig.simulator.time(advance_s=2 * 86_400)
    assert survey(rig, days=1).written == ()
