"""Short messages to people, and what people answer by pressing a button in one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.handoff import Verdict
from domain.values import LeadId


class Audience(StrEnum):
    """For whom a notice is: each may hear through another connection."""

    REP = "rep"
    MANAGER = "manager"
    OPERATIONS = "operations"


class NoticeKind(StrEnum):
    """What a notice tells; each has a template of its own."""

    GIVEN = "given"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    GIVEN_BACK = "given_back"
    REASSIGNED = "reassigned"
    OUTCOME_REMINDER = "outcome_reminder"
    OUTCOME_OVERDUE = "outcome_overdue"
    QUEUED = "queued"
    NEEDS_DATA = "needs_data"
    ASKED = "asked"
    OTHER = "other"
    DIGEST = "digest"
    AIR_COVER = "air_cover"
    STANDING = "standing"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press of a button. `key` is the same however often the system tells of it; `message` is where it stands.

    `verdict` or `until` (a day, as `2026-12-01`) is what was answered. `user` is whoever pressed, as the system knows
    them, `email` as we do.
    """

    connection: str
    key: str
    lead_key: str
    handoff: int
    user: str
    message: str
    at: datetime
    verdict: Verdict | None = None
    until: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of a press, in words for the message that it was pressed in. `counts`: it was an answer."""

    press: int
    lead_id: LeadId
    words: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A press as the loop has it: its number in the store, the lead that it is about by now."""

    id: int
    lead_id: LeadId
    press: Press
