"""What a system's history tells of a change that another system has changed as well: when it was made, and by whom."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from domain.survey import Author
from domain.values import RecordRef, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Of one side of a property. `mark` stands for what the record showed; with another value it says nothing.

    `at`: when the field last changed, None where no history tells. `certain`: that change made the value that is shown.
    What is not asked yet is a question.
    """

    ref: RecordRef
    field: str
    property: str
    mark: str
    asked_at: datetime | None = None
    at: datetime | None = None
    author: Author | None = None
    certain: bool = False

    def is_stale(self, *, read: datetime) -> bool:
        """Whether the record was read since a change that was told of before its record showed it."""
        return not self.certain and self.at is not None and self.at <= read


def mark_of(shown: Value) -> str:
    """Tells one shown value from another, and nothing about it: too short to find the value by."""
    return blake2b(f"{type(shown).__name__}:{shown}".encode(), digest_size=3).hexdigest()
