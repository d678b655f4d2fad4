"""How an org begins."""

import pytest

from simulator.act import ActError
from tests.unit.simulator.salesforce.office import START, Office


def test_a_new_org_knows_its_users_and_its_statuses(office: Office) -> None:
    statuses = office.query("SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true")
    assert statuses == [{"MasterLabel": "Closed - Converted"}]
    assert office.query("SELECT MasterLabel FROM TaskStatus WHERE IsClosed = true") == [{"MasterLabel": "Completed"}]
    emails = [row["Email"] for row in office.query("SELECT Email FROM User ORDER BY Id LIMIT 2")]
    assert emails == ["integration@leadloop.example", "admin@crm.example"]


def test_a_user_is_matched_by_address(office: Office) -> None:
    again = office.world.seed({"User": [{"email": "ANN@crm.example", "active": False}]}, START, [])
    assert again == {"User": [office.ann]}
    assert office.row(office.ann)["IsActive"] is False
    assert office.row(office.ann)["Name"] == "Ann Rep"


def test_a_queue_comes_with_its_members_and_may_own_leads(office: Office) -> None:
    (member,) = office.query(f"SELECT UserOrGroupId FROM GroupMember WHERE GroupId = '{office.queue}'")
    assert member == {"UserOrGroupId": office.ann}
    assert office.query("SELECT SobjectType FROM QueueSobject") == [{"SobjectType": "Lead"}]


def test_a_contacts_account_is_made_once(office: Office) -> None:
    office.world.seed({"Contact": [{"LastName": "Plana", "AccountName": "Turin"}]}, START, [])
    assert len(office.query("SELECT Id FROM Account WHERE Name = 'Turin'")) == 1


def test_a_seed_may_set_what_callers_may_not(office: Office) -> None:
    old = {"LastName": "Old", "Company": "C", "CreatedDate": "2024-02-01T08:00:00Z"}
    (lead,) = office.world.seed({"Lead": [old]}, START, [])["Lead"]
    row = office.row(lead)
    assert (row["CreatedDate"], row["SystemModstamp"]) == (
        "2024-02-01T08:00:00.000+0000",
        "2026-01-05T09:00:00.000+0000",
    )


def test_an_unknown_type_is_refused_by_name(office: Office) -> None:
    with pytest.raises(ActError, match="no type 'Dog'"):
        office.world.seed({"Dog": []}, START, [])


def test_objects_show_every_field_of_every_row(office: Office) -> None:
    office.act("delete", office.lead)
    shown = {row["Id"]: row for row in office.world.objects("lead")}
    assert shown.keys() == {office.lead, office.owned, office.queued}
    assert shown[office.lead]["IsDeleted"] is True
    assert "LL_Verdict__c" in shown[office.owned]
