"""One thing that happened to a lead, in words, whichever table it is from; and who did it, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from reports.pages.wording import moment
from scoring.wording import cut, one_line

LONGEST = 500
"""Units of a text that somebody else wrote; the systems keep the whole of it."""
LOOP = "leadloop"


class Kind(StrEnum):
    """What a moment is, in the order in which moments of one instant follow from each other."""

    TOUCH = "touch"
    """What the person did."""
    SALES = "sales"
    """What a rep did."""
    BUTTON = "button"
    IDENTITY = "identity"
    CLOCK = "clock"
    SCORE = "score"
    STAGE = "stage"
    HANDOFF = "handoff"
    OWNER = "owner"
    ANSWER = "answer"
    TASK = "task"
    NOTICE = "notice"
    LIST = "list"
    CONFLICT = "conflict"
    NOTE = "note"
    OPERATOR = "operator"
    """What a person did about the lead by a command."""
    WRITE = "write"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`until`: the last of several that are told as one; `count`: how many rows of the store it tells.

    `rank`: its place among those of one instant, where that of its kind would be wrong.
    """

    at: datetime
    kind: Kind
    what: str
    who: str = ""
    words: str = ""
    count: int = 1
    until: datetime | None = None
    rank: int | None = None

    @property
    def place(self) -> tuple[datetime, int]:
        return self.at, self.kind.rank if self.rank is None else self.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who is who among the reps. `names`: e-mail → name; `users`: (connection, the system's user id) → e-mail."""

    names: Mapping[str, str]
    users: Mapping[tuple[str, str], str]

    def rep(self, email: str | None) -> str:
        return "nobody" if email is None else shown(self.names.get(email, email))

    def user(self, connection: str, user_id: str | None) -> str:
        if user_id is None:
            return ""
        email = self.users.get((connection, user_id))
        return f"user {user_id}" if email is None else self.rep(email)

    def actor(self, actor: str) -> str:
        return LOOP if actor == "loop" else shown(actor)


def shown(text: object, longest: int = LONGEST) -> str:
    """What somebody else wrote, as one line that no terminal and no reader can take for anything else."""
    return cut(one_line(str(text)), longest)


def told(*parts: str) -> str:
    """Sentences and clauses one after the other, without the empty ones."""
    return "; ".join(part for part in parts if part)


def span(at: datetime, until: datetime | None, zone: ZoneInfo) -> str:
    """`Mon 23 Nov 2026, 06:42`; of several of one day with the time of the last."""
    last = "" if until is None else f"{until.astimezone(zone):%H:%M}"
    return moment(at, zone) if last in ("", f"{at.astimezone(zone):%H:%M}") else f"{moment(at, zone)} to {last}"


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,}×")


def counted(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"
