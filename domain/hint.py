"""What a system tells us by itself: that something happened to a record. Never what: the record is read again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HintKind(StrEnum):
    """What is said to have happened to the record."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    ERASED = "erased"
    RESTORED = "restored"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One happening, told once or several times, in any order: `key` is the same each time.

    Of a merge `record_id` is the record that stands for all of them since.
    """

    connection: str
    key: str
    object: str
    record_id: str
    kind: HintKind
    occurred_at: datetime
