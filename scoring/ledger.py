"""What was there at a moment: which activities and which facts, whatever their order and however often they came."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from domain.activity import Activity
from domain.lead import Fact

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def known(activities: Iterable[Activity], known_at: datetime) -> list[Activity]:
    """The activities seen by then, once per key, without the retracted ones, oldest first.

    Where a key came with different contents the first one seen stands; a retraction ends them all.
    A row without `seen_at` has just arrived and counts as seen.
    """
    found: dict[tuple[str, str, str], Activity] = {}
    for activity in activities:
        if activity.seen_at is not None and activity.seen_at > known_at:
            continue
        other = found.setdefault(activity.key, activity)
        if other is not activity:
            found[activity.key] = _standing_one(activity, other)
    return sorted((each for each in found.values() if not each.retracted), key=in_time)


def standing(facts: Iterable[Fact], *, as_of: datetime, known_at: datetime) -> dict[str, Fact]:
    """The youngest fact of each name that held by `as_of` and was seen by `known_at`."""
    found: dict[str, Fact] = {}
    for fact in facts:
        if fact.seen_at > known_at or fact.since > as_of:
            continue
        other = found.setdefault(fact.name, fact)
        if other is not fact and _fact_order(fact) > _fact_order(other):
            found[fact.name] = fact
    return found


def next_fact_at(facts: Sequence[Fact], *, as_of: datetime, known_at: datetime) -> datetime | None:
    """When the next fact that is known already begins to hold."""
    return min((fact.since for fact in facts if fact.since > as_of and fact.seen_at <= known_at), default=None)


def next_seen_at(activities: Iterable[Activity], facts: Iterable[Fact], *, known_at: datetime) -> datetime | None:
    """When the next row that is there already is known: read while somebody with an earlier clock looks."""
    activities_at = (each.seen_at for each in activities if each.seen_at is not None and each.seen_at > known_at)
    facts_at = (each.seen_at for each in facts if each.seen_at > known_at)
    return min((*activities_at, *facts_at), default=None)


def in_time(activity: Activity) -> tuple[datetime, tuple[str, str, str]]:
    """One order for everybody: when it happened, then the key."""
    return activity.occurred_at, activity.key


def _standing_one(one: Activity, other: Activity) -> Activity:
    return min(one, other, key=_version_order)


def _version_order(activity: Activity) -> tuple[bool, datetime, datetime, str, str, bool]:
    whose = (activity.record, activity.email, activity.actor, activity.automated)
    contents = repr((sorted(activity.properties.items()), whose))
    seen_at = activity.seen_at or _BEFORE_ALL
    unsaid = activity.vouched_at is None
    return not activity.retracted, seen_at, activity.occurred_at, activity.kind, contents, unsaid


def _fact_order(fact: Fact) -> tuple[datetime, datetime, str]:
    return fact.since, fact.seen_at, repr(fact.value)
