"""Single rows of a query, in the cases that a simulator does not make."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.salesforce.rows import (
    canonical_moment,
    event_activities,
    member_activities,
    task_activities,
)
from domain.activity import Activity, ActivityKind
from domain.values import RecordRef

LEAD, CONTACT = "00Q000000000001", "003000000000001"
STAMPS = {"CreatedDate": "2026-11-20T10:00:00Z", "LastModifiedDate": "2026-11-21T11:00:00Z", "IsDeleted": False}


def task(**more: Any) -> list[Activity]:
    row = {"Id": "00T1", "WhoId": LEAD, "OwnerId": "0051", "IsClosed": True, "Status": "Completed", **STAMPS}
    return task_activities("crm", row | more)


def member(**more: Any) -> list[Activity]:
    campaign = {"Name": "Autumn", "Type": "Email"}
    row = {"Id": "00v1", "LeadId": LEAD, "ContactId": None, "Status": "Responded", "HasResponded": True, **STAMPS}
    return member_activities("crm", row | {"Campaign": campaign} | more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:00:00.000+0000", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00.250+0000", "2026-11-22T10:00:00.250000Z"),
        ("2026-11-22T12:00:00.000+0200", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
    ],
)
def test_times_become_canonical(text: str, expected: str) -> None:
    assert canonical_moment(text) == expected


@pytest.mark.parametrize(
    ("subtype", "kind", "automated"),
    [
        ("Call", ActivityKind.CALL_LOGGED, False),
        ("Email", ActivityKind.EMAIL_SENT, False),
        ("ListEmail", ActivityKind.EMAIL_SENT, True),
        ("Cadence", ActivityKind.TASK_LOGGED, True),
        ("Task", ActivityKind.TASK_LOGGED, False),
        (None, ActivityKind.TASK_LOGGED, False),
    ],
)
def test_a_tasks_subtype_says_what_it_was_and_whether_a_machine_did_it(
    subtype: str | None, kind: ActivityKind, automated: bool
) -> None:
    (activity,) = task(TaskSubtype=subtype)
    assert (activity.kind, activity.automated) == (kind, automated)


@pytest.mark.parametrize("more", [{"IsClosed": False}, {"WhoId": None}, {"WhoId": "0010000000001"}])
def test_an_open_task_or_one_of_nobody_is_no_touch(more: dict[str, Any]) -> None:
    assert task(**more) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ({"CompletedDateTime": "2026-11-20T18:00:00Z"}, datetime(2026, 11, 20, 18, tzinfo=UTC)),
        ({"LL_Key__c": "ours"}, datetime(2026, 11, 21, 11, tzinfo=UTC)),
    ],
    ids=["logged when made", "completed later", "ours, in an org without completion times"],
)
def test_a_task_happened_when_it_was_done(more: dict[str, Any], expected: datetime) -> None:
    assert task(**more)[0].occurred_at == expected


def test_a_deleted_task_takes_its_touch_back() -> None:
    assert [activity.retracted for activity in task(IsDeleted=True)] == [True]


def test_the_person_is_a_lead_or_a_contact_by_the_ids_prefix() -> None:
    assert task(WhoId=CONTACT)[0].record == RecordRef(connection="crm", object="Contact", id=CONTACT)
    assert member(ContactId=CONTACT)[0].record == RecordRef(connection="crm", object="Contact", id=CONTACT)
    assert member()[0].record == RecordRef(connection="crm", object="Lead", id=LEAD)


def test_an_invitees_copy_of_a_meeting_is_not_another_meeting() -> None:
    row = {"Id": "00U1", "WhoId": LEAD, "OwnerId": "0051", **STAMPS}
    assert len(event_activities("crm", row)) == 1
    assert event_activities("crm", row | {"IsChild": True}) == []


def test_being_on_a_list_of_ours_is_nothing_that_the_person_did() -> None:
    assert member(Campaign={"Name": "LL · Nurture · Timing", "Type": "Other"}) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-20", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, 11, tzinfo=UTC)),
        ("2026-11-25", datetime(2026, 11, 25, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        (None, datetime(2026, 11, 21, 11, tzinfo=UTC)),
    ],
    ids=["the day of joining", "the day of the change", "another day", "before joining", "unknown"],
)
def test_a_response_known_by_day_takes_the_moment_known_of_that_day(day: str | None, expected: datetime) -> None:
    answered = member(FirstRespondedDate=day)[1]
    assert (answered.kind, answered.occurred_at) == (ActivityKind.CAMPAIGN_RESPONDED, expected)
