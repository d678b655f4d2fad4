"""Calls, e-mails, meetings and tasks: CRM objects that say what a rep did with whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.answers import rows_of
from connectors.hubspot.client import Client, Operation
from connectors.hubspot.values import moment
from domain.activity import Activity, ActivityKind
from domain.values import RecordRef, Value

ASSOCIATIONS = 1000
_DONE = {"COMPLETED"}
_SUBJECTS = {
    "calls": "hs_call_title",
    "emails": "hs_email_subject",
    "meetings": "hs_meeting_title",
    "tasks": "hs_task_subject",
}


def activities(client: Client, connection: str, stream: str, rows: Sequence[Mapping[str, Any]]) -> list[Activity]:
    """One activity per engagement and contact; what is not done yet is none."""
    done = [row for row in rows if kind_of(stream, row) is not None]
    contacts = contacts_of(client, stream, [str(row["id"]) for row in done])
    return [_activity(connection, stream, row, contact) for row in done for contact in contacts.get(str(row["id"]), ())]


def kind_of(stream: str, row: Mapping[str, Any]) -> ActivityKind | None:
    properties = row.get("properties") or {}
    if stream == "calls":
        return ActivityKind.CALL_LOGGED
    if stream == "meetings":
        return ActivityKind.MEETING_BOOKED
    if stream == "emails":
        received = properties.get("hs_email_direction") == "INCOMING_EMAIL"
        return ActivityKind.EMAIL_REPLIED if received else ActivityKind.EMAIL_SENT
    if properties.get("hs_task_status") not in _DONE:
        return None
    return ActivityKind.CALL_LOGGED if properties.get("hs_task_type") == "CALL" else ActivityKind.TASK_LOGGED


def contacts_of(client: Client, stream: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """Engagement id → ids of its contacts, a thousand a call."""
    found: dict[str, list[str]] = {}
    api = client.sdk.crm.associations.v4.batch_api
    for start in range(0, len(ids), ASSOCIATIONS):
        body = {"inputs": [{"id": each} for each in ids[start : start + ASSOCIATIONS]]}
        operation = Operation(method="POST", path=f"/crm/v4/associations/{stream}/contacts/batch/read")
        answer = client.send(operation, lambda body=body, **more: api.get_page(stream, "contacts", body, **more))
        for row in rows_of(answer, f"to read whom {stream} belong to"):
            found[str(row["from"]["id"])] = [str(each["toObjectId"]) for each in row.get("to") or []]
    return found


def _activity(connection: str, stream: str, row: Mapping[str, Any], contact: str) -> Activity:
    told = row.get("properties") or {}
    kind = kind_of(stream, row)
    duration = told.get("hs_call_duration")
    properties: dict[str, Value] = {
        "subject": told.get(_SUBJECTS[stream]),
        "disposition": told.get("hs_call_disposition"),
        "duration_s": int(duration) // 1000 if duration and str(duration).isdigit() else None,
        "starts_at": told.get("hs_meeting_start_time"),
    }
    owner = told.get("hubspot_owner_id")
    return Activity(
        connection=connection,
        stream=stream,
        external_id=f"{row['id']}:{contact}",
        kind=kind or ActivityKind.TASK_LOGGED,
        occurred_at=moment(told.get("hs_timestamp") or row.get("createdAt")),
        record=RecordRef(connection=connection, object="contacts", id=contact),
        actor=str(owner) if owner and kind is not ActivityKind.EMAIL_REPLIED else None,
        properties={name: value for name, value in properties.items() if value is not None},
        retracted=row.get("archived") is True,
    )
