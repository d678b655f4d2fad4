"""A request for air cover: a rep asks marketing to write to an account's people for a while."""

from dataclasses import dataclass
from datetime import datetime

from domain.values import RecordRef


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverRequest:
    """`owner`: the account owner's id in that system, empty where it has none: theirs is the limit it counts against.
    `asked_at`: when we saw it first."""

    ref: RecordRef
    owner: str
    asked_at: datetime
