"""Where somebody came from, as it was decided once."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTouch:
    """`campaign`: of that touch, empty where it belongs to none; `at`: when it was, None where what was first known of
    them decided alone; `rules`: the hash of the channels by which it was decided; `revision`: the lead's at that time.
    """

    channel: str
    campaign: str
    at: datetime | None
    decided_at: datetime
    rules: str
    revision: int
