"""What a system showed us: fields, records, and the pages and cursors they arrive by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.activity import Activity
from domain.values import RecordRef, Value


class FieldType(StrEnum):
    """What kind of value a vendor's field holds, in words that fit every vendor."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of one object as the system describes it; `length` in the vendor's own unit."""

    name: str
    label: str
    type: FieldType
    length: int | None = None
    options: tuple[str, ...] = ()
    restricted: bool = False
    writable: bool = True
    nullable: bool = True
    unique: bool = False
    refers_to: tuple[str, ...] = ()
    creatable: bool = True
    """Whether we may fill it in a record that we create."""
    required: bool = False
    """Whether no record can be created without it: the system fills it by itself in no case."""
    digits: int | None = None
    """How many digits a number may have before the point."""
    is_email: bool = False
    """Whether it takes an e-mail address and nothing else."""
    scale: int | None = None
    """How many places after the point it keeps: numbers with more are rounded. None where it keeps them as they are."""
    is_phone: bool = False
    """Whether it holds a phone number, which systems and people write in many ways."""
    labels: tuple[str, ...] = ()
    """How screens show its `options`, in their order; none where they show them as they are."""
    retired: tuple[str, ...] = ()
    """Words that its records may still hold and that nobody can pick any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One object as its system last showed it: the vendor's field names, canonical values.

    `former_ids` are ids that resolve to this record since a merge; `merged_into` and `converted_to`
    name the record that took this one's place. An archived record is in the recycle bin or gone.
    """

    ref: RecordRef
    values: Mapping[str, Value]
    modified_at: datetime
    archived: bool = False
    merged_into: RecordRef | None = None
    converted_to: RecordRef | None = None
    former_ids: tuple[str, ...] = ()


def deleted_for_good(ref: RecordRef, *, at: datetime) -> Record:
    """One that was deleted for good: nothing of it is left, so nothing of it is shown."""
    return Record(ref=ref, values={}, modified_at=at, archived=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a stream may be resumed. Only the connector that made it reads `position`."""

    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One portion of a stream. Saving `cursor` together with the rows loses nothing.

    `rejected` are rows that could not be read at all (a bad CSV line): where and why, in words. `reached`: addresses
    that marketing e-mail was delivered to, with the last time; None where the stream tells nothing of it. `late`: ids
    of `records` that showed only after their own stream had gone past them for good.
    """

    stream: str
    cursor: Cursor
    records: tuple[Record, ...] = ()
    activities: tuple[Activity, ...] = ()
    rejected: tuple[str, ...] = field(default=())
    reached: Mapping[str, datetime] | None = None
    late: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo:
    """Who we are logged in as. `account_id` (org or portal id) is pinned at the first connect."""

    account_id: str
    name: str
    user: str
    time_zone: str = "UTC"
    is_test: bool | None = None
    """Whether it is a sandbox or test account; None where there is no such difference."""
