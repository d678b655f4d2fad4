"""What people do in Salesforce, read as activities, over the simulator's real HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta

import pytest

from connectors.testing import one_receipt
from domain.activity import ActivityKind
from domain.values import RecordRef
from tests.contract.salesforce_rig import SalesforceRig, activities_of, end_of, record_of
from tests.rig import SimulatorProcess


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(simulator, stack)


def test_a_logged_call_is_a_touch_of_the_rep(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    rep = rig.simulator.seed(users=[{"email": "kim@reps.example", "last_name": "Kim"}])["User"][0]
    told = {"owner_email": "kim@reps.example", "subject": "Intro", "description": "Left word"}
    made = rig.simulator.act("call", system="salesforce", id=lead, duration_s=95, disposition="Connected", **told)
    (call,) = activities_of(rig.connector().read("Task", None), lead)
    assert (call.kind, call.actor, call.external_id) == (ActivityKind.CALL_LOGGED, rep, made["activity_id"])
    assert call.record == RecordRef(connection="crm", object="Lead", id=lead)
    assert call.properties == {
        "subject": "Intro",
        "description": "Left word",
        "status": "Completed",
        "duration_s": 95,
        "disposition": "Connected",
        "direction": "Outbound",
    }


def test_a_backdated_email_happened_when_it_was_sent_but_is_read_now(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    connector = rig.connector()
    cursor = end_of(connector, "Task")
    at = (rig.simulator.now() - timedelta(days=2)).replace(microsecond=0)
    rig.simulator.act("email", system="salesforce", id=lead, at=at.isoformat())
    (mail,) = activities_of(connector.read("Task", cursor), lead)
    assert (mail.kind, mail.occurred_at) == (ActivityKind.EMAIL_SENT, at)


def test_an_incoming_e_mail_that_is_kept_as_a_task_is_the_person_s_reply_and_no_touch(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    rig.simulator.seed(users=[{"email": "kim@reps.example", "last_name": "Kim"}])
    mail = {"system": "salesforce", "id": lead, "owner_email": "kim@reps.example"}
    sent = rig.simulator.act("email", **mail)["activity_id"]
    came = rig.simulator.act("email", as_="prospect", **mail)["activity_id"]
    found = {each.external_id: each for each in activities_of(rig.connector().read("Task", None), lead)}
    assert (found[sent].kind, found[sent].actor is None) == (ActivityKind.EMAIL_SENT, False)
    assert (found[came].kind, found[came].actor, found[came].automated) == (ActivityKind.EMAIL_REPLIED, None, False)


def test_where_messages_cannot_be_seen_tasks_are_read_as_sent_and_the_org_is_asked_once(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    rig.simulator.act("email", system="salesforce", id=lead)
    connector = rig.connector()
    rig.simulator.act(
        "edit", system="salesforce", id="settings", as_="admin", field_security={"EmailMessage.Incoming": "hidden"}
    )
    for _ in range(2):
        (mail,) = activities_of(connector.read("Task", None), lead)
        assert mail.kind is ActivityKind.EMAIL_SENT
    refused = [entry for entry in rig.simulator.log() if entry["path"].endswith("/queryAll") and entry["status"] == 400]
    assert len(refused) == 1


def test_a_call_that_salesforce_has_archived_is_read_all_the_same(rig: SalesforceRig) -> None:
    """Tasks and events of more than a year ago show in no `query`, only in `queryAll`."""
    lead = rig.seed(1)[0]
    connector = rig.connector()
    cursor = end_of(connector, "Task")
    at = (rig.simulator.now() - timedelta(days=400)).replace(microsecond=0)
    made = rig.simulator.act("call", system="salesforce", id=lead, at=at.isoformat())["activity_id"]
    (task,) = [each for each in rig.simulator.objects("Task", system="salesforce") if each["Id"] == made]
    (call,) = activities_of(connector.read("Task", cursor), lead)
    assert task["IsArchived"] is True
    assert (call.external_id, call.occurred_at) == (made, at)


def test_a_meeting_counts_from_its_booking(rig: SalesforceRig) -> None:
    lead = rig.seed(1)[0]
    start = (rig.simulator.now() + timedelta(days=3)).replace(microsecond=0)
    rig.simulator.act(
        "meeting", system="salesforce", id=lead, start=start.isoformat(), duration_s=2_700, subject="Demo"
    )
    (meeting,) = activities_of(rig.connector().read("Event", None), lead)
    assert meeting.kind is ActivityKind.MEETING_BOOKED
    assert meeting.occurred_at <= rig.simulator.now()
    assert meeting.properties["starts_at"] == start.isoformat().replace("+00:00", "Z")
    assert meeting.properties["duration_s"] == 2_700


def test_our_own_open_task_is_a_record_and_no_touch_until_it_is_done(rig: SalesforceRig) -> None:
    connector = rig.connector()
    task = str(one_receipt(connector, rig.create("own-task")).id)
    opened = list(connector.read("Task", None))
    assert record_of(iter(opened), task).values["Status"] == "Not Started"
    assert activities_of(iter(opened), rig.someone) == []
    rig.simulator.act("edit", system="salesforce", id=task, Status="Completed")
    (touch,) = activities_of(connector.read("Task", None), rig.someone)
    assert (touch.kind, touch.external_id) == (ActivityKind.TASK_LOGGED, task)


@pytest.mark.parametrize(
    ("campaign_type", "status", "expected"),
    [
        ("Webinar", "Registered", [ActivityKind.WEBINAR_REGISTERED]),
        ("Webinar", "Attended", [ActivityKind.WEBINAR_REGISTERED, ActivityKind.WEBINAR_VIEWED]),
        ("Webinar", "No Show", [ActivityKind.WEBINAR_REGISTERED]),
        ("Conference", "Attended", [ActivityKind.CAMPAIGN_JOINED, ActivityKind.EVENT_ATTENDED]),
        ("Email", "Sent", [ActivityKind.CAMPAIGN_JOINED]),
        ("Email", "Responded", [ActivityKind.CAMPAIGN_JOINED, ActivityKind.CAMPAIGN_RESPONDED]),
    ],
)
def test_campaign_members_become_what_the_person_did(
    rig: SalesforceRig, campaign_type: str, status: str, expected: Sequence[ActivityKind]
) -> None:
    lead = rig.seed(1)[0]
    campaign = rig.simulator.seed(campaigns=[{"Name": f"Autumn {lead}", "Type": campaign_type}])["Campaign"][0]
    statuses = [
        {"CampaignId": campaign, "Label": label, "HasResponded": label in ("Attended", "Responded")}
        for label in ("Registered", "Attended", "No Show", "Sent", "Responded")
        if (campaign, label)
        not in {(row["CampaignId"], row["Label"]) for row in rig.held("CampaignMemberStatus").values()}
    ]
    rig.simulator.seed(salesforce={"CampaignMemberStatus": statuses})
    rig.simulator.seed(salesforce={"CampaignMember": [{"CampaignId": campaign, "LeadId": lead, "Status": status}]})
    found = activities_of(rig.connector().read("CampaignMember", None), lead)
    assert [activity.kind for activity in found] == expected
    assert {activity.properties["campaign"] for activity in found} == {f"Autumn {lead}"}
    assert len({activity.external_id for activity in found}) == len(expected)
