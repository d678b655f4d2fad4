"""Creating, changing and deleting rows under Salesforce's rules."""

from typing import Any

import pytest

from simulator.salesforce.catalogue import TYPES
from simulator.salesforce.errors import RefusedError
from tests.unit.simulator.salesforce.office import Office


def create(office: Office, type_name: str, **fields: Any) -> str:
    return office.org.create(TYPES[type_name], fields, office.writing())


def lead(office: Office, **fields: Any) -> str:
    return create(office, "Lead", LastName="L", Company="C", **fields)


def refusal(office: Office, type_name: str, **fields: Any) -> RefusedError:
    count = len(office.org.tables[type_name].rows)
    with pytest.raises(RefusedError) as refused:
        create(office, type_name, **fields)
    assert len(office.org.tables[type_name].rows) == count
    assert office.effects == []
    return refused.value


def test_a_new_lead_gets_salesforces_defaults(office: Office) -> None:
    row = office.row(lead(office, FirstName="Ada"))
    me = office.world.integration_user
    assert (row["Status"], row["OwnerId"], row["CreatedById"], row["Name"]) == (
        "Open - Not Contacted",
        me,
        me,
        "Ada L",
    )
    assert row["SystemModstamp"] == row["LastModifiedDate"] == row["CreatedDate"] == "2026-01-05T09:00:00.000+0000"


@pytest.mark.parametrize(
    ("type_name", "fields", "code", "about"),
    [
        ("Lead", {"LastName": "L"}, "REQUIRED_FIELD_MISSING", ("Company",)),
        ("Lead", {}, "REQUIRED_FIELD_MISSING", ("LastName", "Company")),
        ("Lead", {"LastName": "L", "Company": "C", "Rank": 1}, "INVALID_FIELD", None),
        (
            "Lead",
            {"LastName": "L", "Company": "C", "SystemModstamp": "2026-01-05T09:00:00Z"},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            ("SystemModstamp",),
        ),
        ("Opportunity", {"Name": "O", "StageName": "Prospecting"}, "REQUIRED_FIELD_MISSING", ("CloseDate",)),
        ("CampaignMember", {"CampaignId": "701000000000000"}, "INVALID_CROSS_REFERENCE_KEY", ()),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_and_nothing_is_left(
    office: Office, type_name: str, fields: dict[str, Any], code: str, about: tuple[str, ...] | None
) -> None:
    refused = refusal(office, type_name, **fields)
    assert (refused.code, refused.fields) == (code, about)


def test_a_queue_may_own_a_lead_but_no_task(office: Office) -> None:
    assert office.row(lead(office, OwnerId=office.queue))["OwnerId"] == office.queue
    office.effects.clear()
    assert refusal(office, "Task", OwnerId=office.queue).code == "FIELD_INTEGRITY_EXCEPTION"
    assert refusal(office, "Contact", LastName="L", OwnerId=office.queue).code == "FIELD_INTEGRITY_EXCEPTION"


@pytest.mark.parametrize(
    ("type_name", "fields", "code"),
    [
        ("Lead", {"LastName": "L", "Company": "C"}, "OPERATION_WITH_INACTIVE_USER_EXCEPTION"),
        ("Account", {"Name": "A"}, "INACTIVE_OWNER_OR_USER"),
    ],
)
def test_somebody_who_left_owns_nothing_new(office: Office, type_name: str, fields: dict[str, Any], code: str) -> None:
    assert refusal(office, type_name, OwnerId=office.bob, **fields).code == code


def test_an_external_id_is_unique_whatever_its_case_until_its_row_is_deleted(office: Office) -> None:
    first = lead(office, LL_Lead_Key__c="k1")
    office.effects.clear()
    refused = refusal(office, "Lead", LastName="L", Company="C", LL_Lead_Key__c="K1")
    assert refused.code == "DUPLICATE_VALUE"
    assert refused.message == f"duplicate value found: LL_Lead_Key__c duplicates value on record with id: {first[:15]}"
    office.org.delete(first, office.writing())
    assert lead(office, LL_Lead_Key__c="k1") != first


def test_an_update_moves_the_stamps_and_the_log_has_what_changed(office: Office) -> None:
    office.later(minutes=1)
    office.org.update(office.lead, {"LL_Score__c": 71, "LastName": "Lovelace"}, office.writing())
    row = office.row(office.lead)
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-01-05T09:01:00.000+0000"
    assert row["LastModifiedById"] == office.world.integration_user
    assert office.effects == [
        {
            "op": "update",
            "type": "Lead",
            "id": office.lead,
            "before": {"LL_Score__c": None},
            "after": {"LL_Score__c": 71.0},
        }
    ]


def test_writing_what_is_already_there_still_counts_as_a_write(office: Office) -> None:
    office.later(minutes=1)
    office.org.update(office.lead, {"LastName": "Lovelace"}, office.writing())
    assert [(effect["before"], effect["after"]) for effect in office.effects] == [({}, {})]
    assert office.row(office.lead)["SystemModstamp"] == "2026-01-05T09:01:00.000+0000"


def test_null_clears_a_field_but_not_a_required_one(office: Office) -> None:
    office.org.update(office.lead, {"Email": None}, office.writing())
    assert "Email" not in office.row(office.lead)
    with pytest.raises(RefusedError, match="REQUIRED_FIELD_MISSING"):
        office.org.update(office.lead, {"Company": " "}, office.writing())


def test_a_converted_lead_refuses_writes_and_references(office: Office) -> None:
    office.act("convert", office.lead)
    before = office.row(office.lead)
    with pytest.raises(RefusedError, match="CANNOT_UPDATE_CONVERTED_LEAD: cannot reference converted lead"):
        office.org.update(office.lead, {"LL_Score__c": 1}, office.writing())
    with pytest.raises(RefusedError, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        create(office, "Task", WhoId=office.lead)
    assert office.row(office.lead) is before


def test_a_deleted_row_refuses_writes_and_takes_its_activities_along(office: Office) -> None:
    task = create(office, "Task", WhoId=office.lead)
    office.org.delete(office.lead, office.writing())
    with pytest.raises(RefusedError, match="ENTITY_IS_DELETED: entity is deleted"):
        office.org.update(office.lead, {"LL_Score__c": 1}, office.writing())
    assert office.row(task)["IsDeleted"] is True


@pytest.mark.parametrize(
    ("record_id", "code"),
    [
        ("00Q5e00000ZZZZZ", "INVALID_CROSS_REFERENCE_KEY"),
        ("nonsense", "MALFORMED_ID"),
        ("zzz5e00000ZZZZZ", "MALFORMED_ID"),
    ],
)
def test_an_id_of_nothing_is_refused(office: Office, record_id: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        office.org.update(record_id, {"LL_Score__c": 1}, office.writing())
    assert refused.value.code == code


def test_a_task_moves_the_leads_activity_date_and_system_stamp_but_not_its_modified_date(office: Office) -> None:
    office.later(days=1)
    create(office, "Task", WhoId=office.lead, ActivityDate="2026-01-06")
    row = office.row(office.lead)
    assert (row["LastActivityDate"], row["SystemModstamp"], row["LastModifiedDate"]) == (
        "2026-01-06",
        "2026-01-06T09:00:00.000+0000",
        "2026-01-05T09:00:00.000+0000",
    )


def test_a_completed_task_is_closed(office: Office) -> None:
    task = create(office, "Task", WhoId=office.lead, Priority="High")
    assert (office.row(task)["IsClosed"], office.row(task)["IsHighPriority"]) == (False, True)
    office.org.update(task, {"Status": "Completed"}, office.writing())
    assert office.row(task)["IsClosed"] is True
    assert office.row(task)["CompletedDateTime"] == "2026-01-05T09:00:00.000+0000"


def test_a_campaign_member_gets_the_default_status_and_joins_once(office: Office) -> None:
    member = create(office, "CampaignMember", CampaignId=office.campaign, LeadId=office.lead)
    assert (office.row(member)["Status"], office.row(member)["HasResponded"]) == ("Sent", False)
    assert [effect["op"] for effect in office.effects] == ["member_add"]
    office.effects.clear()
    refused = refusal(office, "CampaignMember", CampaignId=office.campaign, LeadId=office.lead)
    assert (refused.code, refused.message) == ("DUPLICATE_VALUE", "Already a campaign member.")


def test_responding_follows_the_members_status(office: Office) -> None:
    member = create(office, "CampaignMember", CampaignId=office.campaign, LeadId=office.lead)
    office.org.update(member, {"Status": "Responded"}, office.writing())
    assert office.row(member)["HasResponded"] is True
    with pytest.raises(RefusedError, match="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"):
        office.org.update(member, {"Status": "Dancing"}, office.writing())


def test_a_member_is_a_lead_or_a_contact_but_not_both(office: Office) -> None:
    both = {"CampaignId": office.campaign, "LeadId": office.lead, "ContactId": office.contact}
    assert refusal(office, "CampaignMember", **both).code == "REQUIRED_FIELD_MISSING"


def test_a_removed_member_is_gone_even_for_query_all_and_may_join_again(office: Office) -> None:
    member = create(office, "CampaignMember", CampaignId=office.campaign, LeadId=office.lead)
    office.effects.clear()
    office.org.delete(member, office.writing())
    assert [effect["op"] for effect in office.effects] == ["member_remove"]
    assert office.query("SELECT Id FROM CampaignMember", everything=True) == []
    assert create(office, "CampaignMember", CampaignId=office.campaign, LeadId=office.lead) != member


def test_an_assignment_rule_takes_the_owner(office: Office) -> None:
    writing = office.writing()
    writing.assign_to = office.ann
    office.org.update(office.lead, {"OwnerId": office.queue}, writing)
    assert office.row(office.lead)["OwnerId"] == office.ann


def test_what_was_written_can_be_taken_back_whole(office: Office) -> None:
    before = {name: dict(table.rows) for name, table in office.org.tables.items()}
    writing = office.writing()
    mark = writing.mark()
    made = office.org.create(TYPES["Lead"], {"LastName": "L", "Company": "C", "LL_Lead_Key__c": "k"}, writing)
    office.org.create(TYPES["Task"], {"WhoId": made}, writing)
    office.org.update(office.lead, {"Email": "new@x.example"}, writing)
    office.org.delete(office.owned, writing)
    writing.roll_back(mark)
    assert {name: table.rows for name, table in office.org.tables.items()} == before
    assert office.effects == []
    assert office.query("SELECT Id FROM Lead WHERE LL_Lead_Key__c = 'k'") == []
    assert [row["Id"] for row in office.query("SELECT Id FROM Lead WHERE Email = 'ada@engines.example'")] == [
        office.lead
    ]
