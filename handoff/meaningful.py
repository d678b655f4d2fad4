"""Which interactions between a rep and a person mean something: a conversation, a meeting held, a reply."""

from collections.abc import Collection
from datetime import datetime

from domain.activity import Activity, ActivityKind
from handoff.deadlines import moment_of

NOT_HELD = frozenset({"no_show", "canceled"})


def is_held(activity: Activity, now: datetime) -> bool:
    """A meeting whose time has come and that nobody called a no-show."""
    if activity.kind is not ActivityKind.MEETING_BOOKED:
        return False
    starts = moment_of(activity.properties.get("starts_at"))
    missed = str(activity.properties.get("outcome") or "").casefold() in NOT_HELD
    return starts is not None and starts <= now and not missed


def held_at(activity: Activity) -> datetime:
    """When a meeting took place; it counts as done when it was booked."""
    return moment_of(activity.properties.get("starts_at")) or activity.occurred_at


def is_conversation(activity: Activity, *, seconds: int, dispositions: Collection[str]) -> bool:
    """A call that lasted so long, or that was logged in one of these words, whatever their case."""
    if activity.kind is not ActivityKind.CALL_LOGGED:
        return False
    lasted = activity.properties.get("duration_s")
    said = str(activity.properties.get("disposition") or "").strip().casefold()
    is_long = isinstance(lasted, int | float) and lasted >= seconds
    return is_long or said in {each.casefold() for each in dispositions}
