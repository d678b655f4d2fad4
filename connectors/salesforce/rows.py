"""One row of a query becomes a record, or what a person did."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from connectors.salesforce.catalogue import RECORD_TYPE, TASK_KEY
from domain.activity import Activity, ActivityKind
from domain.errors import ContractError
from domain.record import Record
from domain.values import RecordRef, Value, from_text, to_text

Row = dict[str, Any]

_PREFIXES = {"00Q": "Lead", "003": "Contact"}
_OWN_CAMPAIGN = "LL · "
_CALL, _MAIL = "call", "email"
_BY_SUBTYPE = {_CALL: ActivityKind.CALL_LOGGED, _MAIL: ActivityKind.EMAIL_SENT, "listemail": ActivityKind.EMAIL_SENT}
_MACHINE_SUBTYPES = frozenset({"listemail", "cadence"})
_EVENT_CAMPAIGNS = frozenset({"conference", "event", "trade show", "tradeshow", "seminar", "seminar / conference"})
_ABSENT = ("no show", "no-show", "did not", "not attend", "absent", "cancel")
_PRESENT = ("attend", "viewed", "watched", "present", "showed")


def canonical_moment(text: str) -> str:
    """`2026-11-22T10:00:00.000+0000` as everything else here writes it."""
    return f"{text[:19]}Z" if text.endswith(".000+0000") else to_text(from_text(text))


def tidy(rows: list[Row], moments: tuple[str, ...]) -> list[Row]:
    """Make the values canonical, in place: two thousand rows a page leave no room for copies."""
    try:
        for row in rows:
            row.pop("attributes", None)
            for name in moments:
                if text := row.get(name):
                    row[name] = f"{text[:19]}Z" if text.endswith(".000+0000") else canonical_moment(text)
    except (AttributeError, TypeError, ValueError) as error:
        raise ContractError("a row holds a time that cannot be read, or is no row") from error
    return rows


def without_nul(row: Row) -> Row:
    """Text columns of databases do not take NUL, which Salesforce lets through."""
    return {key: value.replace("\0", "") if isinstance(value, str) else value for key, value in row.items()}


def key_of(row: Row) -> tuple[datetime, str]:
    """Where a tidied row stands in the order of its stream."""
    try:
        return datetime.fromisoformat(row["SystemModstamp"]), str(row["Id"])
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError("a row came without a SystemModstamp or an Id that can be read") from error


OF_ANY_SAVE = frozenset({"SystemModstamp", "LastModifiedDate", "LastModifiedById"})


_RECORD_TYPE = RECORD_TYPE.partition(".")[0]


def record_of(connection: str, object_name: str, row: Row) -> Record:
    """A tidied row as a record. `modified_at` is SystemModstamp, which never goes back.

    Stamps are no values: a save that changed nothing we read, our own above all, would be news of everybody concerned.
    """
    into = row.get("MasterRecordId")
    contact = row.get("ConvertedContactId") if row.get("IsConverted") else None
    values = {name: value for name, value in row.items() if name not in OF_ANY_SAVE}
    if _RECORD_TYPE in values:
        values[RECORD_TYPE] = (values.pop(_RECORD_TYPE) or {}).get("DeveloperName")
    return Record(
        ref=RecordRef(connection=connection, object=object_name, id=row["Id"]),
        values=values,
        modified_at=datetime.fromisoformat(row["SystemModstamp"]),
        archived=row.get("IsDeleted") is True,
        merged_into=RecordRef(connection=connection, object=object_name, id=into) if into else None,
        converted_to=RecordRef(connection=connection, object="Contact", id=contact) if contact else None,
    )


def own_task(row: Row) -> bool:
    return bool(row.get(TASK_KEY))


def is_mail(row: Row) -> bool:
    """Whether a task is somebody's own e-mail, in or out: Salesforce writes the same of both."""
    return str(row.get("TaskSubtype") or "").lower() == _MAIL


def task_activities(connection: str, row: Row, *, came_in: bool = False) -> list[Activity]:
    """A completed task is a touch; an open one is a plan, our own above all. What `came_in` nobody here did."""
    person = _person(connection, row.get("WhoId"))
    if person is None or not row.get("IsClosed", row.get("Status") == "Completed"):
        return []
    subtype = str(row.get("TaskSubtype") or "").lower()
    done_at = row.get("CompletedDateTime") or (row["LastModifiedDate"] if own_task(row) else row["CreatedDate"])
    properties: dict[str, Value] = {
        "subject": row.get("Subject"),
        "description": row.get("Description"),
        "status": row.get("Status"),
        "duration_s": row.get("CallDurationInSeconds"),
        "disposition": row.get("CallDisposition"),
        "direction": row.get("CallType"),
        "key": row.get(TASK_KEY),
    }
    return [
        Activity(
            connection=connection,
            stream="Task",
            external_id=row["Id"],
            kind=ActivityKind.EMAIL_REPLIED if came_in else _BY_SUBTYPE.get(subtype, ActivityKind.TASK_LOGGED),
            occurred_at=from_text(done_at),
            record=person,
            actor=None if came_in else row.get("OwnerId"),
            automated=subtype in _MACHINE_SUBTYPES,
            properties=_known(properties),
            retracted=row.get("IsDeleted") is True,
        )
    ]


def event_activities(connection: str, row: Row) -> list[Activity]:
    """A meeting counts when it is booked; an invitee's copy of it is not another one."""
    person = _person(connection, row.get("WhoId"))
    if person is None or row.get("IsChild"):
        return []
    minutes = row.get("DurationInMinutes")
    properties: dict[str, Value] = {
        "subject": row.get("Subject"),
        "description": row.get("Description"),
        "starts_at": row.get("StartDateTime"),
        "duration_s": None if minutes is None else minutes * 60,
    }
    return [
        Activity(
            connection=connection,
            stream="Event",
            external_id=row["Id"],
            kind=ActivityKind.MEETING_BOOKED,
            occurred_at=from_text(row["CreatedDate"]),
            record=person,
            actor=row.get("OwnerId"),
            properties=_known(properties),
            retracted=row.get("IsDeleted") is True,
        )
    ]


def member_activities(connection: str, row: Row) -> list[Activity]:
    """Joining and answering a campaign are two activities of one membership."""
    campaign = row.get("Campaign") or {}
    name, kind = str(campaign.get("Name") or ""), str(campaign.get("Type") or "").lower()
    person = _person(connection, row.get("ContactId") or row.get("LeadId"))
    if person is None or name.startswith(_OWN_CAMPAIGN):
        return []
    joined, answered = _member_kinds(kind, row)
    said: dict[str, Value] = {"campaign": name, "campaign_type": campaign.get("Type"), "status": row.get("Status")}

    def activity(what: ActivityKind, external_id: str, at: datetime) -> Activity:
        return Activity(
            connection=connection,
            stream="CampaignMember",
            external_id=external_id,
            kind=what,
            occurred_at=at,
            record=person,
            properties=_known(said),
            retracted=row.get("IsDeleted") is True,
        )

    found = [activity(joined, row["Id"], from_text(row["CreatedDate"]))]
    if answered is not None:
        found.append(activity(answered, f"{row['Id']}:{answered}", _answered_at(row)))
    return found


def _member_kinds(campaign_type: str, row: Row) -> tuple[ActivityKind, ActivityKind | None]:
    status = str(row.get("Status") or "").lower()
    came = any(word in status for word in _PRESENT) and not any(word in status for word in _ABSENT)
    if "webinar" in campaign_type:
        return ActivityKind.WEBINAR_REGISTERED, ActivityKind.WEBINAR_VIEWED if came else None
    if campaign_type in _EVENT_CAMPAIGNS and came:
        return ActivityKind.CAMPAIGN_JOINED, ActivityKind.EVENT_ATTENDED
    return ActivityKind.CAMPAIGN_JOINED, ActivityKind.CAMPAIGN_RESPONDED if row.get("HasResponded") else None


def _answered_at(row: Row) -> datetime:
    """FirstRespondedDate has no time of day: take the moment of that day that we know, else its beginning."""
    created, modified = from_text(row["CreatedDate"]), from_text(row.get("LastModifiedDate") or row["CreatedDate"])
    told = row.get("FirstRespondedDate")
    if not told:
        return modified
    day = datetime.fromisoformat(told).date()
    known = [moment for moment in (created, modified) if moment.date() == day]
    return known[0] if known else max(created, datetime.combine(day, time(), UTC))


def _person(connection: str, record_id: str | None) -> RecordRef | None:
    kind = _PREFIXES.get((record_id or "")[:3])
    return RecordRef(connection=connection, object=kind, id=record_id) if kind and record_id else None


def _known(properties: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in properties.items() if value is not None}


ACTIVITIES: Mapping[str, Callable[[str, Row], list[Activity]]] = {
    "Event": event_activities,
    "CampaignMember": member_activities,
}
