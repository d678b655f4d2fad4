"""When somebody who looked at the ledger at the time could have known of a row: what keeps the future out of the past.

A row is known from when it was seen. That would hide all history that was loaded in one go, long after it
happened: the first load of a system, or a file of last year. So what happened before leadloop began to look at a
stream at all counts as known when it happened. Whoever had looked then would have seen it then.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from domain.activity import Activity
from domain.lead import Fact

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a property is taken to have held its first value, where somebody asks for that."""


def knowable_at(happened: datetime, seen_at: datetime | None, *, loaded_until: datetime | None) -> datetime:
    """The moment from which a row may count, never before it happened.

    `loaded_until` is when the row's stream was first read: what happened by then was loaded as history. None: nothing
    was, every row counts from when it was seen. A row without `seen_at` has just arrived.
    """
    if seen_at is None or (loaded_until is not None and happened <= loaded_until):
        return happened
    return max(happened, seen_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """When leadloop began to look: at each (connection, stream) of activities, and at facts."""

    streams: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    facts: datetime | None = None

    def until(self, activity: Activity) -> datetime | None:
        return self.streams.get((activity.connection, activity.stream))


def activities_knowable(activities: Iterable[Activity], loaded: Loaded) -> list[Activity]:
    """The same with `seen_at` put to when each could be known."""
    found = []
    for each in activities:
        at = knowable_at(each.occurred_at, each.seen_at, loaded_until=loaded.until(each))
        found.append(each if at == each.seen_at else replace(each, seen_at=at))
    return found


def facts_knowable(facts: Iterable[Fact], loaded: Loaded) -> list[Fact]:
    """The same with `seen_at` put to when each could be known."""
    return [replace(each, seen_at=knowable_at(each.since, each.seen_at, loaded_until=loaded.facts)) for each in facts]


def held_always(facts: Sequence[Fact], names: Container[str]) -> list[Fact]:
    """As if these properties had held their first value that is not blank all along: more than anybody knew, maybe.

    A system tells when a record was changed last, not since when each of its fields stands.
    """
    first: dict[str, Fact] = {}
    for each in sorted(facts, key=lambda one: (one.since, one.seen_at)):
        if each.value is not None and each.name in names:
            first.setdefault(each.name, each)
    began = {id(each) for each in first.values()}
    return [replace(each, since=ALWAYS, seen_at=ALWAYS) if id(each) in began else each for each in facts]
