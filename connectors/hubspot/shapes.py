"""Which streams there are, and how each CRM object behind them is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import Holds, Pace, Stream
from connectors.hubspot.settings import Settings

EVERYWHERE = ("hs_object_id", "createdate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One CRM object: the property that moves on every change, and what is always wanted of it."""

    object: str
    stamp: str = "hs_lastmodifieddate"
    always: tuple[str, ...] = ()


def _engagement(name: str, *always: str) -> Shape:
    return Shape(object=name, always=("hs_timestamp", "hubspot_owner_id", *always))


SHAPES: Mapping[str, Shape] = {
    "contacts": Shape(
        object="contacts", stamp="lastmodifieddate", always=("email", "hs_merged_object_ids", "hs_additional_emails")
    ),
    "companies": Shape(object="companies", always=("hs_merged_object_ids",)),
    "calls": _engagement("calls", "hs_call_title", "hs_call_duration", "hs_call_disposition", "hs_call_status"),
    "emails": _engagement("emails", "hs_email_subject", "hs_email_direction", "hs_email_status"),
    "meetings": _engagement("meetings", "hs_meeting_title", "hs_meeting_outcome", "hs_meeting_start_time"),
    "tasks": _engagement("tasks", "hs_task_subject", "hs_task_status", "hs_task_type", "hs_task_completion_date"),
}

STREAMS: Mapping[str, tuple[Holds, Pace]] = {
    "contacts": (Holds.PEOPLE, Pace.HOT),
    "contacts_archived": (Holds.PEOPLE, Pace.NIGHTLY),
    "companies": (Holds.ACCOUNTS, Pace.SLOW),
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


def streams(settings: Settings) -> Mapping[str, Stream]:
    return {name: Stream(name=name, holds=STREAMS[name][0], pace=STREAMS[name][1]) for name in settings.streams}
