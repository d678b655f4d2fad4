"""Which streams there are, and how each CRM object behind them is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.contract import Holds, Pace, Stream
from connectors.hubspot.settings import Settings
from domain.record import Field, FieldType

EVERYWHERE = ("hs_object_id", "createdate")


CONTACT = Field(name="associatedcontactid", label="Contact", type=FieldType.TEXT)
"""Whom a lead of the Sales Hub or a task is about: an association, and no property of HubSpot's."""
COMPANY = Field(name="associatedcompanyid", label="Company", type=FieldType.TEXT)
"""Whose deal it is: the primary one of its associations, and no property of a deal."""
DEAL_CONTACTS = Field(name="associatedcontactids", label="Contacts", type=FieldType.TEXT)
"""Who stands in a deal: all its associations with contacts, their ids separated by semicolons."""
TASK_KEY = Field(name="ll_key", label="leadloop key", type=FieldType.TEXT)
"""Stands at the end of a task's text: whether tasks can have a unique property is not documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One CRM object: the property that moves on every change, and what is always wanted of it."""

    object: str
    stamp: str = "hs_lastmodifieddate"
    always: tuple[str, ...] = ()
    added: tuple[Field, ...] = ()
    """Values that are no properties of HubSpot's: we put them into the record ourselves."""


def _engagement(name: str, *always: str) -> Shape:
    return Shape(object=name, always=("hs_timestamp", "hubspot_owner_id", *always))


SHAPES: Mapping[str, Shape] = {
    "contacts": Shape(
        object="contacts", stamp="lastmodifieddate", always=("email", "hs_merged_object_ids", "hs_additional_emails")
    ),
    "companies": Shape(object="companies", always=("hs_merged_object_ids",)),
    "deals": Shape(object="deals", always=("hs_merged_object_ids",), added=(COMPANY, DEAL_CONTACTS)),
    "leads": Shape(object="leads", always=("hs_lead_name", "hs_pipeline_stage", "hubspot_owner_id"), added=(CONTACT,)),
    "calls": _engagement("calls", "hs_call_title", "hs_call_duration", "hs_call_disposition", "hs_call_status"),
    "emails": _engagement("emails", "hs_email_subject", "hs_email_direction", "hs_email_status", "hs_sequence_id"),
    "meetings": _engagement("meetings", "hs_meeting_title", "hs_meeting_outcome", "hs_meeting_start_time"),
    "tasks": replace(
        _engagement("tasks", "hs_task_subject", "hs_task_status", "hs_task_type", "hs_task_completion_date"),
        added=(CONTACT, TASK_KEY),
    ),
}

NIGHTLY: Mapping[str, str] = {f"{name}_archived": name for name in ("contacts", "companies", "deals")}
"""Streams of what no search shows, and the object that each is about."""

STREAMS: Mapping[str, tuple[Holds, Pace]] = {
    "contacts": (Holds.PEOPLE, Pace.HOT),
    "contacts_archived": (Holds.PEOPLE, Pace.NIGHTLY),
    "companies": (Holds.ACCOUNTS, Pace.SLOW),
    "companies_archived": (Holds.ACCOUNTS, Pace.NIGHTLY),
    "deals": (Holds.DEALS, Pace.SLOW),
    "deals_archived": (Holds.DEALS, Pace.NIGHTLY),
    "leads": (Holds.PEOPLE, Pace.SLOW),
    "forms": (Holds.ACTIVITIES, Pace.HAND_RAISE),
    "email_events": (Holds.ACTIVITIES, Pace.HOT),
    "page_views": (Holds.ACTIVITIES, Pace.HOT),
    "calls": (Holds.ACTIVITIES, Pace.HOT),
    "emails": (Holds.ACTIVITIES, Pace.HOT),
    "meetings": (Holds.ACTIVITIES, Pace.HOT),
    "tasks": (Holds.ACTIVITIES, Pace.HOT),
    "lists": (Holds.LISTS, Pace.NIGHTLY),
    "owners": (Holds.USERS, Pace.SLOW),
}


NEEDS: Mapping[str, str] = {"page_views": "Marketing Hub Enterprise", "leads": "Sales Hub Professional"}
"""Streams that the subscription or our scopes may not give, and the least subscription that does."""


def streams(settings: Settings) -> Mapping[str, Stream]:
    return {name: Stream(name=name, holds=STREAMS[name][0], pace=STREAMS[name][1]) for name in settings.streams}
