"""What a system tells of a field and what the rules rely on have come apart."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.place import FieldOf


class DriftKind(StrEnum):
    """What happened to a field; the values are the words that the store keeps."""

    GONE = "gone"
    """It was there: deleted, archived, or hidden from the user we log in as."""
    ABSENT = "absent"
    """The rules name it and it was never there."""
    RETYPED = "retyped"
    """It holds another kind of value than when the rules were made."""
    READ_ONLY = "read_only"
    """The rules write it, and we may not."""
    WORDS = "words"
    """Its list of words lacks some that the rules write."""
    BACK = "back"
    """It is as it was, and what its records held meanwhile is being read."""


SILENT = frozenset({DriftKind.GONE, DriftKind.ABSENT, DriftKind.RETYPED, DriftKind.BACK})
"""What such a field shows says nothing that the rules could go by."""
UNWRITTEN = SILENT | {DriftKind.READ_ONLY}
"""Such a field is not written; the rest of its records is."""


class Noticed(StrEnum):
    """How a drift was noticed."""

    LOOK = "look"
    """By the description that is asked for again and again."""
    REFUSAL = "refusal"
    """A write was refused because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One field that drifted. `before` and `now`: in words, empty where there is nothing to compare."""

    field: FieldOf
    kind: DriftKind
    before: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A drift with what people have to know of it: what stands still because of it, and who does what to mend it."""

    drift: Drift
    effect: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDrift:
    """A drift that lasts: since when, and how it was noticed."""

    drift: Drift
    effect: str
    mend: str
    since: datetime
    noticed: Noticed

    @property
    def field(self) -> FieldOf:
        return self.drift.field
