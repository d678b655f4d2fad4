"""What people do in Salesforce."""

from datetime import timedelta
from typing import Any

import pytest

from simulator.act import ActError
from tests.unit.simulator.salesforce.office import Office


@pytest.mark.parametrize(
    ("do", "fields", "expected"),
    [
        ("accept", {}, {"LL_Verdict__c": "Accept"}),
        ("reject", {"reason": "Wrong person"}, {"LL_Verdict__c": "Wrong person"}),
        (
            "reject",
            {"reason": "Not now", "return_date": "2026-03-01"},
            {"LL_Outcome__c": "Not now", "LL_Return_Date__c": "2026-03-01"},
        ),
        ("outcome", {"outcome": "Meeting"}, {"LL_Outcome__c": "Meeting"}),
        ("unsubscribe", {}, {"HasOptedOutOfEmail": True}),
        ("edit", {"Title": "Countess"}, {"Title": "Countess"}),
    ],
)
def test_a_judgement_sets_its_field_and_nothing_else(
    office: Office, do: str, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert office.act(do, office.owned, **fields) == {"type": "Lead", "id": office.owned}
    assert [effect["after"] for effect in office.effects] == [expected]


def test_the_rep_named_stands_as_the_one_who_changed_it(office: Office) -> None:
    office.act("edit", office.lead, Title="x", by_email="ann@crm.example")
    assert office.row(office.lead)["LastModifiedById"] == office.ann


def test_without_a_name_the_owner_acts_and_an_admin_acts_as_himself(office: Office) -> None:
    office.act("accept", office.owned)
    assert office.row(office.owned)["LastModifiedById"] == office.ann
    office.act("edit", office.owned, as_="admin", Title="x")
    assert office.row(office.owned)["LastModifiedById"] == office.world.admin_user


def test_a_call_is_a_completed_task_of_the_rep_on_the_lead(office: Office) -> None:
    said = office.act("call", office.lead, owner_email="ann@crm.example", duration_s=90, disposition="Connected")
    task = office.row(said["activity_id"])
    assert {name: task[name] for name in _CALL} == {
        "WhoId": office.lead,
        "OwnerId": office.ann,
        "Status": "Completed",
        "TaskSubtype": "Call",
        "CallDurationInSeconds": 90,
        "CallDisposition": "Connected",
        "IsClosed": True,
        "CreatedById": office.ann,
    }


_CALL = (
    "WhoId",
    "OwnerId",
    "Status",
    "TaskSubtype",
    "CallDurationInSeconds",
    "CallDisposition",
    "IsClosed",
    "CreatedById",
)


def test_an_email_is_a_task_and_a_meeting_an_event(office: Office) -> None:
    mail = office.act("email", office.lead, subject="Hello")
    assert office.row(mail["activity_id"])["TaskSubtype"] == "Email"
    meeting = office.act("meeting", office.lead, duration_s=2_700)
    event = office.row(meeting["activity_id"])
    assert (event["DurationInMinutes"], event["StartDateTime"]) == (45, "2026-01-05T09:00:00.000+0000")


def test_an_act_of_yesterday_is_created_yesterday_but_stamped_now(office: Office) -> None:
    office.later(days=1)
    said = office.act("call", office.lead, at=office.now - timedelta(hours=20))
    task = office.row(said["activity_id"])
    assert (task["CreatedDate"], task["ActivityDate"], task["SystemModstamp"]) == (
        "2026-01-05T13:00:00.000+0000",
        "2026-01-05",
        "2026-01-06T09:00:00.000+0000",
    )
    assert office.row(office.lead)["SystemModstamp"] == "2026-01-06T09:00:00.000+0000"


def test_a_backdated_edit_moves_the_modified_date_forward_only(office: Office) -> None:
    office.later(hours=2)
    office.act("edit", office.lead, at=office.now - timedelta(hours=1), Title="a")
    assert office.row(office.lead)["LastModifiedDate"] == "2026-01-05T10:00:00.000+0000"
    office.act("edit", office.lead, at=office.now - timedelta(hours=2), Title="b")
    assert office.row(office.lead)["LastModifiedDate"] == "2026-01-05T11:00:00.000+0000"


def test_an_edit_understands_the_owners_address(office: Office) -> None:
    office.act("edit", office.lead, OwnerEmail="ann@crm.example")
    assert office.row(office.lead)["OwnerId"] == office.ann


def test_a_person_may_be_named_by_address(office: Office) -> None:
    assert office.act("accept", "ADA@engines.example")["id"] == office.lead
    assert office.act("edit", "ann@crm.example", as_="admin", IsActive=False)["id"] == office.ann
    with pytest.raises(ActError, match="nobody in Salesforce has the e-mail address"):
        office.act("accept", "who@x.example")


def test_conversion_makes_account_contact_and_opportunity_and_moves_the_activities(office: Office) -> None:
    task = office.act("call", office.owned)["activity_id"]
    office.act("edit", office.owned, LL_Score__c=64)
    said = office.act("convert", office.owned, opportunity_name="Engine", amount=1_000)
    lead, contact = office.row(office.owned), office.row(said["contact_id"])
    assert (lead["IsConverted"], lead["Status"], lead["ConvertedDate"]) == (True, "Closed - Converted", "2026-01-05")
    assert (lead["ConvertedAccountId"], lead["ConvertedContactId"]) == (said["account_id"], said["contact_id"])
    assert (contact["AccountId"], contact["LL_Score__c"], contact["OwnerId"]) == (said["account_id"], 64.0, office.ann)
    opportunity = office.row(said["opportunity_id"])
    assert (opportunity["Name"], opportunity["ExpectedRevenue"], opportunity["IsClosed"]) == ("Engine", 100.0, False)
    assert office.row(task)["WhoId"] == said["contact_id"]


def test_conversion_can_join_an_existing_account_without_an_opportunity(office: Office) -> None:
    account = office.row(office.contact)["AccountId"]
    said = office.act("convert", office.owned, account_id=account, create_opportunity=False)
    assert (said["account_id"], said["opportunity_id"]) == (account, None)


def test_the_loser_of_a_merge_points_at_the_winner_and_hands_over_its_activities(office: Office) -> None:
    task = office.act("call", office.owned)["activity_id"]
    office.later(minutes=1)
    office.act("merge", office.lead, loser_id=office.owned)
    loser = office.row(office.owned)
    assert (loser["IsDeleted"], loser["MasterRecordId"]) == (True, office.lead)
    assert office.row(task)["WhoId"] == office.lead
    assert office.row(office.lead)["SystemModstamp"] == "2026-01-05T09:01:00.000+0000"


@pytest.mark.parametrize(
    ("do", "fields", "words"),
    [
        ("reject", {"reason": "Bored"}, "reason must be one of Wrong person, "),
        ("outcome", {}, "outcome must be one of Meeting, "),
        ("merge", {}, "merge needs loser_id"),
        ("edit", {}, "edit needs at least one Salesforce field"),
        ("edit", {"Email": "broken"}, "INVALID_EMAIL_ADDRESS"),
        ("edit", {"OwnerEmail": "who@x.example"}, "no Salesforce user has the e-mail address"),
        ("call", {"owner_email": "bob@crm.example"}, "OPERATION_WITH_INACTIVE_USER"),
        ("submit_form", {}, "nobody can submit_form in Salesforce"),
    ],
)
def test_an_act_that_makes_no_sense_is_refused_and_leaves_nothing(
    office: Office, do: str, fields: dict[str, Any], words: str
) -> None:
    before = {name: dict(table.rows) for name, table in office.org.tables.items()}
    with pytest.raises(ActError, match=words):
        office.act(do, office.lead, **fields)
    assert {name: table.rows for name, table in office.org.tables.items()} == before
    assert office.effects == []


def test_a_lead_of_a_queue_cannot_be_converted(office: Office) -> None:
    with pytest.raises(ActError, match="owned by a queue"):
        office.act("convert", office.queued)
