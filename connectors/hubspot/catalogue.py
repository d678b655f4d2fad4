"""Which streams there are and what their objects' properties mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.contract import Holds, Pace, Stream, Surroundings
from connectors.hubspot.answers import rows_of
from connectors.hubspot.client import Client, Operation
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import field_of
from domain.record import Field, FieldType

DESCRIBE_AGAIN = timedelta(hours=6)
LEAST_COMMON = ("hs_object_id", "createdate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one CRM object is read: the property that moves on every change, and what is always wanted."""

    object: str
    stamp: str
    always: tuple[str, ...] = ()


SHAPES: Mapping[str, Shape] = {
    "contacts": Shape(
        object="contacts", stamp="lastmodifieddate", always=("email", "hs_merged_object_ids", "hs_additional_emails")
    ),
    "companies": Shape(object="companies", stamp="hs_lastmodifieddate", always=("hs_merged_object_ids",)),
    "calls": Shape(
        object="calls",
        stamp="hs_lastmodifieddate",
        always=("hs_timestamp", "hs_call_title", "hs_call_body", "hs_call_duration", "hs_call_disposition",
                "hubspot_owner_id", "hs_call_status"),
    ),
    "emails": Shape(
        object="emails",
        stamp="hs_lastmodifieddate",
        always=("hs_timestamp", "hs_email_subject", "hs_email_direction", "hs_email_status", "hubspot_owner_id"),
    ),
    "meetings": Shape(
        object="meetings",
        stamp="hs_lastmodifieddate",
        always=("hs_timestamp", "hs_meeting_title", "hs_meeting_outcome", "hs_meeting_start_time", "hubspot_owner_id"),
    ),
    "tasks": Shape(
        object="tasks",
        stamp="hs_lastmodifieddate",
        always=("hs_timestamp", "hs_task_subject", "hs_task_status", "hs_task_type", "hubspot_owner_id"),
    ),
}  # fmt: skip

STREAMS: Mapping[str, tuple[Holds, Pace]] = {
    "contacts": (Holds.PEOPLE, Pace.HOT),
    "contacts_archived": (Holds.PEOPLE, Pace.SLOW),
    "companies": (Holds.ACCOUNTS, Pace.SLOW),
    "forms": (Holds.ACTIVITIES, Pace.HAND_RAISE),
    "email_events": (Holds.ACTIVITIES, Pace.HOT),
    "page_views": (Holds.ACTIVITIES, Pace.HOT),
    "calls": (Holds.ACTIVITIES, Pace.HOT),
    "emails": (Holds.ACTIVITIES, Pace.HOT),
    "meetings": (Holds.ACTIVITIES, Pace.HOT),
    "tasks": (Holds.ACTIVITIES, Pace.HOT),
    "lists": (Holds.LISTS, Pace.SLOW),
    "owners": (Holds.USERS, Pace.SLOW),
}

OWNER_FIELDS = {
    name: Field(name=name, label=label, type=kind, writable=False)
    for name, label, kind in (
        ("email", "E-mail", FieldType.TEXT),
        ("name", "Name", FieldType.TEXT),
        ("user_id", "User id", FieldType.TEXT),
        ("active", "Active", FieldType.BOOLEAN),
    )
}
LIST_FIELDS = {
    name: Field(name=name, label=label, type=FieldType.TEXT, writable=False)
    for name, label in (("name", "Name"), ("members", "Members"), ("member_object", "Object of the members"))
}


def streams(settings: Settings) -> Mapping[str, Stream]:
    return {name: Stream(name=name, holds=STREAMS[name][0], pace=STREAMS[name][1]) for name in settings.streams}


class Catalogue:
    """What the property definitions say, kept for six hours or until they prove wrong."""

    def __init__(self, client: Client, surroundings: Surroundings) -> None:
        self._client = client
        self._surroundings = surroundings
        self._known: dict[str, tuple[datetime, Mapping[str, Field]]] = {}

    def fields(self, object_name: str) -> Mapping[str, Field]:
        if object_name == "owners":
            return OWNER_FIELDS
        if object_name == "lists":
            return LIST_FIELDS
        if object_name not in {shape.object for shape in SHAPES.values()}:
            return {}
        now = self._surroundings.clock.now()
        kept = self._known.get(object_name)
        if kept is None or now - kept[0] >= DESCRIBE_AGAIN:
            kept = (now, self._describe(object_name))
            self._known[object_name] = kept
        return kept[1]

    def forget(self, object_name: str) -> None:
        self._known.pop(object_name, None)

    def to_read(self, stream: str) -> tuple[str, ...]:
        """The properties to ask for: wanted by us or by mapping and rules, and there."""
        shape = SHAPES[stream]
        known = self.fields(shape.object)
        wanted = dict.fromkeys(
            [shape.stamp, *LEAST_COMMON, *shape.always, *sorted(self._surroundings.fields.get(shape.object, ()))]
        )
        return tuple(name for name in wanted if name in known)

    def _describe(self, object_name: str) -> Mapping[str, Field]:
        operation = Operation(method="GET", path=f"/crm/v3/properties/{object_name}")
        api = self._client.sdk.crm.properties.core_api
        answer = self._client.send(operation, lambda **options: api.get_all(object_name, **options))
        return {row["name"]: field_of(row) for row in rows_of(answer, f"to describe {object_name}")}
