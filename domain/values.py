"""The scalars and keys that every floor shares.

A canonical value is text, a number, a truth or nothing. Times travel as aware UTC `datetime` in
fields of our own and as ISO 8601 text (`2026-11-22T10:00:00Z`, dates as `2026-11-22`) where they
are the value of a property, so that a value looks the same in a rule, in a table and in a plan.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType, TypeAlias

Value: TypeAlias = str | int | float | bool | None

LeadId = NewType("LeadId", int)
RuleHash = NewType("RuleHash", str)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RecordRef:
    """One object in one system: connection name, the vendor's object name, the vendor's id."""

    connection: str
    object: str
    id: str

    def __str__(self) -> str:
        return f"{self.connection}:{self.object}:{self.id}"


def require_utc(moment: datetime, what: str = "a time") -> datetime:
    """Give `moment` back in UTC; a naive one is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{what} needs a time zone, got {moment.isoformat()}")
    return moment.astimezone(UTC)


def to_text(moment: datetime) -> str:
    """Write an aware time as canonical text: UTC, whole seconds unless it has a fraction, `Z`."""
    return require_utc(moment).isoformat().replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read canonical text back into an aware UTC time; ValueError for anything without a zone."""
    return require_utc(datetime.fromisoformat(text), repr(text))
