"""Calls, e-mails, meetings and tasks: CRM objects that say what a rep did with whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.links import linked
from connectors.hubspot.values import moment
from domain.activity import Activity, ActivityKind
from domain.values import RecordRef, Value

_SUBJECTS = {
    "calls": "hs_call_title",
    "emails": "hs_email_subject",
    "meetings": "hs_meeting_title",
    "tasks": "hs_task_subject",
}
_NOT_SENT = frozenset({"SCHEDULED", "SENDING", "FAILED"})
_NOT_CALLED = frozenset({"QUEUED", "CANCELED"})
DISPOSITIONS: Mapping[str, str] = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "Busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "Connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "Left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "Left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "No answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "Wrong number",
}
"""How HubSpot calls the outcomes that every portal has; one of the portal's own stays the id that it is."""


def activities_of(client: Client, connection: str, stream: str, rows: Sequence[Row]) -> tuple[Activity, ...]:
    """One activity per engagement and contact; what is not done yet is none."""
    with known_shape(f"about {stream}"):
        kinds = {str(row["id"]): kind_of(stream, row["properties"]) for row in rows}
    contacts = linked(client, stream, "contacts", [each for each, kind in kinds.items() if kind is not None])
    with known_shape(f"about {stream}"):
        return tuple(
            _activity(connection, stream, row, kind, contact)
            for row in rows
            if (kind := kinds[str(row["id"])]) is not None
            for contact in contacts.get(str(row["id"]), ())
        )


def kind_of(stream: str, told: Mapping[str, Any]) -> ActivityKind | None:
    """What was done, or None for what is only planned or failed."""
    match stream:
        case "calls":
            return None if told.get("hs_call_status") in _NOT_CALLED else ActivityKind.CALL_LOGGED
        case "meetings":
            return ActivityKind.MEETING_BOOKED
        case "emails" if told.get("hs_email_direction") == "INCOMING_EMAIL":
            return ActivityKind.EMAIL_REPLIED
        case "emails":
            return None if told.get("hs_email_status") in _NOT_SENT else ActivityKind.EMAIL_SENT
        case _ if told.get("hs_task_status") != "COMPLETED":
            return None
        case _:
            return ActivityKind.CALL_LOGGED if told.get("hs_task_type") == "CALL" else ActivityKind.TASK_LOGGED


def _activity(connection: str, stream: str, row: Row, kind: ActivityKind, contact: str) -> Activity:
    told = row["properties"]
    duration = str(told.get("hs_call_duration") or "")
    properties: dict[str, Value] = {
        "subject": told.get(_SUBJECTS[stream]),
        "disposition": DISPOSITIONS.get(str(told.get("hs_call_disposition")), told.get("hs_call_disposition")),
        "duration_s": int(duration) // 1000 if duration.isdigit() else None,
        "starts_at": told.get("hs_meeting_start_time"),
        "outcome": told.get("hs_meeting_outcome"),
    }
    owner = told.get("hubspot_owner_id")
    return Activity(
        connection=connection,
        stream=stream,
        external_id=f"{row['id']}:{contact}",
        kind=kind,
        occurred_at=_occurred_at(stream, row),
        record=RecordRef(connection=connection, object="contacts", id=contact),
        actor=str(owner) if owner and kind is not ActivityKind.EMAIL_REPLIED else None,
        properties={name: value for name, value in properties.items() if value not in (None, "")},
        automated=bool(told.get("hs_sequence_id")),
        retracted=told.get("hs_meeting_outcome") == "CANCELED",
    )


def _occurred_at(stream: str, row: Row) -> datetime:
    """When it was done: a task's `hs_timestamp` is when it is due, a meeting's when it will begin."""
    told, made = row["properties"], row["createdAt"]
    stamp = moment(told.get("hs_timestamp") or made)
    if stream == "tasks":
        return moment(told.get("hs_task_completion_date") or told["hs_lastmodifieddate"])
    return min(stamp, moment(made)) if stream == "meetings" else stamp
