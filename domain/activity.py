"""What people did: the append-only half of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.values import RecordRef, Value


class ActivityKind(StrEnum):
    """One word per kind of behaviour, whatever the system calls it."""

    FORM_SUBMITTED = "form_submitted"
    PAGE_VIEWED = "page_viewed"
    EMAIL_OPENED = "email_opened"
    EMAIL_CLICKED = "email_clicked"
    EMAIL_REPLIED = "email_replied"
    EMAIL_BOUNCED = "email_bounced"
    WEBINAR_REGISTERED = "webinar_registered"
    WEBINAR_VIEWED = "webinar_viewed"
    EVENT_ATTENDED = "event_attended"
    BOOTH_SCANNED = "booth_scanned"
    CAMPAIGN_JOINED = "campaign_joined"
    CAMPAIGN_RESPONDED = "campaign_responded"
    CALL_LOGGED = "call_logged"
    EMAIL_SENT = "email_sent"
    MEETING_BOOKED = "meeting_booked"
    TASK_LOGGED = "task_logged"
    NOTE_LOGGED = "note_logged"


MARKETING_KINDS = frozenset(
    {
        ActivityKind.FORM_SUBMITTED,
        ActivityKind.PAGE_VIEWED,
        ActivityKind.EMAIL_OPENED,
        ActivityKind.EMAIL_CLICKED,
        ActivityKind.EMAIL_REPLIED,
        ActivityKind.EMAIL_BOUNCED,
        ActivityKind.WEBINAR_REGISTERED,
        ActivityKind.WEBINAR_VIEWED,
        ActivityKind.EVENT_ATTENDED,
        ActivityKind.BOOTH_SCANNED,
        ActivityKind.CAMPAIGN_JOINED,
        ActivityKind.CAMPAIGN_RESPONDED,
    }
)
"""What the prospect did, or their mailbox. The other kinds are what a rep did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One interaction, keyed by (connection, stream, external id).

    Where a system attaches one happening to several records, each has a key of its own that ends with the
    record's id (`4711:101`): so the ledger knows it for one happening when the records turn out to be one person.

    `record` is whom the system attaches it to; where it knows only an address, `email` stands
    instead. `actor` is the system's user id of the rep who did it (None: the prospect, or a
    machine). `automated` marks steps of a sequence, which are no touch. `seen_at` is set by the
    store when it first keeps the row: None on the way in, never None in the ledger. `vouched_at` is
    when somebody of ours said that a person did it, whatever it looks like.
    """

    connection: str
    stream: str
    external_id: str
    kind: ActivityKind
    occurred_at: datetime
    record: RecordRef | None = None
    email: str | None = None
    actor: str | None = None
    automated: bool = False
    properties: Mapping[str, Value] = field(default_factory=dict)
    retracted: bool = False
    seen_at: datetime | None = None
    vouched_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.connection, self.stream, self.external_id)
