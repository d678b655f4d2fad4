"""Which of a person's records is written to: the head of the group, and why it is that one.

The others are duplicates: they are read, and nothing is ever written to them but what takes our own values back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from config.mapping import System
from domain.activity import MARKETING_KINDS, Activity
from domain.record import Record
from domain.values import RecordRef
from mapping.identity import is_live, linked_refs

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class HeadReason(StrEnum):
    """What set the head apart from the next best."""

    ONLY = "the only record that can be written to"
    LINKED = "linked by the neighbouring tool"
    OBJECT = "a Contact beats a Lead"
    OURS = "carries our key already"
    TOUCHED = "last touched by a person"
    OLDEST = "the oldest"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Standing:
    """A record's place among its twins; the lowest is the head. Ids grow, so that the lowest is the oldest.

    Our key counts before any touch, so that a call logged at a twin does not move the score from record to record.
    """

    is_unlinked: bool
    precedence: int
    is_unmarked: bool
    untouched_s: float
    id_length: int
    id: str


_REASONS = (
    ("is_unlinked", HeadReason.LINKED),
    ("precedence", HeadReason.OBJECT),
    ("is_unmarked", HeadReason.OURS),
    ("untouched_s", HeadReason.TOUCHED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The record that is written to, and why it and not another."""

    record: Record
    reason: HeadReason


def head(
    records: Sequence[Record],
    system: System,
    *,
    linked: Collection[RecordRef] = (),
    touched: Mapping[RecordRef, datetime] | None = None,
) -> Record | None:
    """The one of a connection's records that is written to, None when none can be.

    Only live ones: not archived, merged away or converted. Linked by the neighbouring tool beats the rest (it would
    re-point to whichever was modified last), then the object's precedence, then the one that carries our key, then
    the one a rep touched last, then the oldest. `linked` names records that another system's records point at.
    """
    found = explained(records, system, linked=linked, touched=touched)
    return found.record if found is not None else None


def explained(
    records: Sequence[Record],
    system: System,
    *,
    linked: Collection[RecordRef] = (),
    touched: Mapping[RecordRef, datetime] | None = None,
) -> Head | None:
    """As `head`, with the reason."""
    objects = system.people.objects
    live = [record for record in records if record.ref.object in objects and is_live(record)]
    if not live:
        return None
    if len(live) == 1:
        return Head(record=live[0], reason=HeadReason.ONLY)
    (best, chosen), (second, _) = _ranked(live, system, linked, touched)[:2]
    reason = next((why for name, why in _REASONS if getattr(best, name) != getattr(second, name)), HeadReason.OLDEST)
    return Head(record=chosen, reason=reason)


def in_order(
    records: Sequence[Record],
    system: System,
    *,
    linked: Collection[RecordRef] = (),
    touched: Mapping[RecordRef, datetime] | None = None,
) -> list[Record]:
    """A connection's records of people, the one that would be the head first."""
    people = [record for record in records if record.ref.object in system.people.objects]
    return [record for _, record in _ranked(people, system, linked, touched)]


def _ranked(
    records: Sequence[Record],
    system: System,
    linked: Collection[RecordRef],
    touched: Mapping[RecordRef, datetime] | None,
) -> list[tuple[Standing, Record]]:
    standings = ((_standing(record, system, linked, touched or {}), record) for record in records)
    return sorted(standings, key=lambda pair: pair[0])


def touches(activities: Iterable[Activity]) -> dict[RecordRef, datetime]:
    """When a rep last did something with each record; steps that a machine took are none."""
    found: dict[RecordRef, datetime] = {}
    for one in activities:
        if one.record is not None and one.kind not in MARKETING_KINDS and not one.automated:
            found[one.record] = max(one.occurred_at, found.get(one.record, one.occurred_at))
    return found


def _leads_elsewhere(record: Record, system: System) -> bool:
    """Whether it names its twin in another system; a record of its own system that it names is no twin."""
    return any(ref.connection != record.ref.connection for ref in linked_refs(record, system))


def _standing(
    record: Record, system: System, linked: Collection[RecordRef], touched: Mapping[RecordRef, datetime]
) -> Standing:
    return Standing(
        is_unlinked=not (record.ref in linked or _leads_elsewhere(record, system)),
        precedence=system.people.objects.index(record.ref.object),
        is_unmarked=not record.values.get(system.people.key),
        untouched_s=-(touched.get(record.ref, _NEVER) - _NEVER).total_seconds(),
        id_length=len(record.ref.id),
        id=record.ref.id,
    )
