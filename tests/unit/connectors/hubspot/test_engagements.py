"""What reps did: one activity per engagement and contact, when it was done and by whom."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.hubspot.engagements import kind_of
from domain.activity import Activity, ActivityKind
from tests.contract.hubspot_rig import HubSpotRig
from tests.unit.connectors.hubspot.portal import Portal, connected, page, row


def of_contact(rig: HubSpotRig, stream: str, contact: str) -> list[Activity]:
    pages = rig.connector().read(stream, None)
    return [one for each in pages for one in each.activities if one.record and one.record.id == contact]


def test_a_call_belongs_to_its_contact_and_its_rep(rig: HubSpotRig) -> None:
    contact, mark = rig.seed(1)[0], rig.simulator.seq()
    email = f"robin.{mark}@reps.example"
    owner = rig.simulator.seed(users=[{"email": email, "last_name": "Reed"}])["owners"][0]
    at = (rig.simulator.time() - timedelta(hours=3)).replace(microsecond=0)
    rig.simulator.act(
        "call", system="hubspot", id=contact, at=at.isoformat(), owner_email=email, subject="Talked", duration_s=125
    )
    (found,) = of_contact(rig, "calls", contact)
    assert (found.kind, found.actor, found.occurred_at) == (ActivityKind.CALL_LOGGED, owner, at)
    assert (found.properties["subject"], found.properties["duration_s"]) == ("Talked", 125)


def test_a_reply_is_the_prospects_and_an_email_the_reps(rig: HubSpotRig) -> None:
    contact, mark = rig.seed(1)[0], rig.simulator.seq()
    email = f"robin.{mark}@reps.example"
    owner = rig.simulator.seed(users=[{"email": email, "last_name": "Reed"}])["owners"][0]
    for direction in ("EMAIL", "INCOMING_EMAIL"):
        rig.simulator.act("email", system="hubspot", id=contact, owner_email=email, direction=direction)
    found = {one.kind: one.actor for one in of_contact(rig, "emails", contact)}
    assert found == {ActivityKind.EMAIL_SENT: owner, ActivityKind.EMAIL_REPLIED: None}


def test_what_a_sequence_sent_is_no_persons_mail_and_an_answer_in_its_thread_is(rig: HubSpotRig) -> None:
    contact = rig.seed(1)[0]
    for subject, sequence in (("Step 2", "4711"), ("Re: Step 2", "")):
        rig.simulator.act("email", system="hubspot", id=contact, subject=subject, direction="EMAIL", sequence=sequence)
    found = {str(one.properties["subject"]): one.automated for one in of_contact(rig, "emails", contact)}
    assert found == {"Step 2": True, "Re: Step 2": False}


def test_a_call_is_told_with_the_outcome_that_its_reader_knows() -> None:
    for written, read in (("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected"), ("our-own", "our-own")):
        (first, _) = engaged("calls", hs_timestamp="2026-11-20T09:00:00Z", hs_call_disposition=written)
        assert first.properties["disposition"] == read


@pytest.mark.parametrize(
    ("stream", "told", "kind"),
    [
        ("calls", {"hs_call_status": "NO_ANSWER"}, ActivityKind.CALL_LOGGED),
        ("calls", {"hs_call_status": "QUEUED"}, None),
        ("emails", {"hs_email_direction": "EMAIL", "hs_email_status": "SENT"}, ActivityKind.EMAIL_SENT),
        ("emails", {"hs_email_direction": "EMAIL", "hs_email_status": "SCHEDULED"}, None),
        ("meetings", {}, ActivityKind.MEETING_BOOKED),
        ("tasks", {"hs_task_status": "NOT_STARTED"}, None),
        ("tasks", {"hs_task_status": "COMPLETED", "hs_task_type": "CALL"}, ActivityKind.CALL_LOGGED),
        ("tasks", {"hs_task_status": "COMPLETED", "hs_task_type": "TODO"}, ActivityKind.TASK_LOGGED),
    ],
)
def test_only_what_was_done_counts(stream: str, told: dict[str, str], kind: ActivityKind | None) -> None:
    assert kind_of(stream, told) is kind


def engaged(stream: str, **properties: Any) -> list[Activity]:
    """The activities of one engagement, made on 20 November, of contacts 7 and 8."""
    to = [{"toObjectId": 7}, {"toObjectId": 8}]
    told = {"hs_lastmodifieddate": "2026-11-21T08:00:00.000Z", **properties}

    def answer(_: str, path: str, __: Any) -> Any:
        return page([{"from": {"id": "1"}, "to": to}]) if "associations" in path else page([row(1, **told)])

    with connected(Portal(answer)) as connector:
        return [one for each in connector.read(stream, None) for one in each.activities]


def test_an_engagement_with_two_contacts_is_an_activity_of_each() -> None:
    found = engaged("calls", hs_timestamp="2026-11-20T09:00:00Z")
    assert [(one.external_id, one.record and one.record.id) for one in found] == [("1:7", "7"), ("1:8", "8")]


def test_a_meeting_counts_when_it_was_booked_not_when_it_will_be() -> None:
    found = engaged("meetings", hs_timestamp="2026-12-01T09:00:00Z", hs_meeting_start_time="2026-12-01T09:00:00Z")
    assert {one.occurred_at for one in found} == {datetime.fromisoformat("2026-11-20T10:00:00Z")}
    assert found[0].properties["starts_at"] == "2026-12-01T09:00:00Z"


def test_a_cancelled_meeting_is_taken_back() -> None:
    assert [one.retracted for one in engaged("meetings", hs_meeting_outcome="CANCELED")] == [True, True]
    assert [one.retracted for one in engaged("meetings", hs_meeting_outcome="COMPLETED")] == [False, False]


def test_a_task_counts_when_it_was_completed_not_when_it_is_due() -> None:
    done = {"hs_task_status": "COMPLETED", "hs_timestamp": "2026-12-24T09:00:00Z"}
    (first, _) = engaged("tasks", **done, hs_task_completion_date="2026-11-20T15:00:00Z")
    assert first.occurred_at == datetime.fromisoformat("2026-11-20T15:00:00Z")
    (first, _) = engaged("tasks", **done)
    assert first.occurred_at == datetime.fromisoformat("2026-11-21T08:00:00Z")


def test_contacts_beyond_the_first_page_of_one_engagement_are_read() -> None:
    def answer(_: str, path: str, told: Any) -> Any:
        if "associations" not in path:
            return page([row(1, hs_timestamp="2026-11-20T09:00:00Z")])
        after = told["inputs"][0].get("after")
        paging = {} if after else {"paging": {"next": {"after": "500"}}}
        return page([{"from": {"id": "1"}, "to": [{"toObjectId": 8 if after else 7}], **paging}])

    with connected(Portal(answer)) as connector:
        (only,) = connector.read("calls", None)
    assert [one.external_id for one in only.activities] == ["1:7", "1:8"]


def test_what_nobody_is_associated_with_costs_no_activity() -> None:
    empty = page([], errors=[{"category": "OBJECT_NOT_FOUND"}])
    portal = Portal(lambda _, path, __: empty if "associations" in path else page([row(1)]))
    with connected(portal) as connector:
        (only,) = connector.read("calls", None)
    assert only.activities == ()


def test_without_engagements_nobody_asks_for_contacts() -> None:
    portal = Portal(lambda *_: page([]))
    with connected(portal) as connector:
        list(connector.read("calls", None))
    assert not any("associations" in path for _, path, _ in portal.asked)
