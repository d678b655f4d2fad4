"""Whether a notice still holds, and when whoever it is for may be told: nobody is woken, and nothing stale is said.

Pure: a notice is looked at again each time its lead moves and when its time has come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from config.notices import Notices, Quiet
from domain.handoff import Handoff, Queue
from domain.notice import Audience, NoticeKind
from domain.values import Value, from_text
from handoff.calendar import WorkCalendar
from handoff.deadlines import outcome_step_name, step_name
from handoff.rulebook import Rulebook
from handoff.unreachable import OFFER

KINDS: Mapping[str, NoticeKind] = {
    "notify": NoticeKind.GIVEN,
    "given": NoticeKind.GIVEN,
    "remind": NoticeKind.REMINDER,
    "manager": NoticeKind.OVERDUE,
    "release": NoticeKind.GIVEN_BACK,
    "reassign": NoticeKind.REASSIGNED,
    "taken_away": NoticeKind.REASSIGNED,
    "outcome_remind": NoticeKind.OUTCOME_REMINDER,
    "outcome_manager": NoticeKind.OUTCOME_OVERDUE,
    OFFER: NoticeKind.OUTCOME_REMINDER,
    "queued": NoticeKind.QUEUED,
    "lacking": NoticeKind.NEEDS_DATA,
    "raise": NoticeKind.ASKED,
}
"""What the steps that bring a notice tell of, by the first word of their names."""

UNTOUCHED = frozenset({NoticeKind.GIVEN, NoticeKind.REMINDER, NoticeKind.OVERDUE})
"""True only until somebody touches the lead or takes it."""
UNANSWERED = frozenset({NoticeKind.OUTCOME_REMINDER, NoticeKind.OUTCOME_OVERDUE})
_GRAVITY = {kind: rank for rank, kind in enumerate(NoticeKind)}
"""From what only says how things stand to what nobody did in time."""
WAITING_IN = {
    NoticeKind.QUEUED: Queue.UNASSIGNED,
    NoticeKind.GIVEN_BACK: Queue.UNASSIGNED,
    NoticeKind.NEEDS_DATA: Queue.NEEDS_DATA,
}
ANSWERABLE = frozenset({NoticeKind.GIVEN, NoticeKind.REMINDER})
"""Notices to a rep that can be answered by a button."""
FARTHEST_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice as it was decided: its step and handoff, and what its payload says."""

    step: str
    handoff: int
    to: str
    audience: Audience
    at: datetime
    urgent: bool
    text: str
    about: str = ""
    company: str = ""
    why: str = ""
    due_at: datetime | None = None

    @property
    def kind(self) -> NoticeKind:
        return KINDS.get(self.step.partition(":")[0], NoticeKind.OTHER)


def read_notice(step: str, handoff: int, payload: Mapping[str, Value]) -> Notice | None:
    """None for one that an earlier release decided, which says neither when nor for whom: it is long out of date."""
    at, audience = payload.get("at"), payload.get("audience")
    if not isinstance(at, str) or not isinstance(audience, str):
        return None
    due = payload.get("due_at")
    return Notice(
        step=step,
        handoff=handoff,
        to=str(payload.get("to") or ""),
        audience=Audience(audience),
        at=from_text(at),
        urgent=payload.get("urgent") is True,
        text=str(payload.get("text") or ""),
        about=str(payload.get("about") or ""),
        company=str(payload.get("company") or ""),
        why=str(payload.get("why") or ""),
        due_at=from_text(due) if isinstance(due, str) else None,
    )


def out_of_date(notice: Notice, handoffs: Sequence[Handoff]) -> str | None:
    """Why it is not true any more, None while it is. `handoffs`: those of its lead, as they stand now."""
    if not notice.handoff:
        return None
    handoff = next((each for each in handoffs if each.number == notice.handoff), None)
    if handoff is None or not handoff.is_open:
        return "the handoff is over"
    queue = WAITING_IN.get(notice.kind)
    if queue is not None:
        return None if handoff.queue is queue else "it waits there no more"
    if notice.kind is NoticeKind.REASSIGNED:
        return None if (handoff.owner or "").casefold() != notice.to.casefold() else "the lead came back to them"
    if notice.audience is Audience.REP and (handoff.owner or "").casefold() != notice.to.casefold():
        return "somebody else has the lead now"
    return _overtaken(notice, handoff)


def _overtaken(notice: Notice, handoff: Handoff) -> str | None:
    head = notice.step.partition(":")[0]
    if notice.kind in UNTOUCHED:
        if handoff.owner is None:
            return "nobody has the lead now"
        if _was_touched(notice, handoff):
            return "it was touched meanwhile"
        return None if notice.step == step_name(head, handoff) else "a newer notice tells of it"
    if notice.kind in UNANSWERED:
        if handoff.outcome is not None or handoff.accepted_at is None:
            return "its outcome is known by now"
        name = step_name if head == OFFER else outcome_step_name
        return None if notice.step == name(head, handoff) else "a newer notice tells of it"
    return None


def _was_touched(notice: Notice, handoff: Handoff) -> bool:
    """A call may be read long after it was made. Who asks again is news whatever was done before they asked."""
    moments = [each for each in (handoff.touched_at, handoff.accepted_at) if each is not None]
    return any(notice.kind is not NoticeKind.GIVEN or each >= notice.at for each in moments)


def gravity(notice: Notice) -> int:
    """Of several notices in one message the gravest is told in full."""
    return _GRAVITY[notice.kind]


def may_answer(notice: Notice) -> bool:
    """Whether a rep could answer it by a button."""
    return notice.audience is Audience.REP and notice.handoff > 0 and notice.kind in ANSWERABLE


def in_digest(notice: Notice, notices: Notices) -> bool:
    """Managers read what can wait together with the rest; what somebody asked for waits for nothing."""
    return notice.audience is Audience.MANAGER and not notice.urgent and bool(notices.digest_at)


def due_at(notice: Notice, notices: Notices, book: Rulebook) -> datetime:
    """When it may be told: the first moment from when it was decided on that is not quiet, or the next digest."""
    calendar = calendar_for(notice, book)
    if in_digest(notice, notices):
        return next_digest(notice.at, notices.digest_at, calendar)
    return next_loud(notice.at, notices.quiet, calendar)


def told_from(notice: Notice, notices: Notices, book: Rulebook, *, now: datetime) -> datetime:
    """When it may be told, as seen from now: what was due earlier and could not be sent waits for no quiet hours to
    be broken."""
    at = due_at(notice, notices, book)
    if at > now or in_digest(notice, notices):
        return at
    return next_loud(now, notices.quiet, calendar_for(notice, book))


def calendar_for(notice: Notice, book: Rulebook) -> WorkCalendar:
    """The working time of whoever is told: a manager's is that of the first team that they manage."""
    if notice.audience is Audience.MANAGER:
        for team in book.routing.teams:
            if (team.manager or "").casefold() == notice.to.casefold():
                return book.calendars[team.name]
    return book.calendar_of(notice.to)


def next_loud(at: datetime, quiet: Quiet | None, calendar: WorkCalendar) -> datetime:
    """`at` itself unless it is quiet then, else when that ends."""
    if quiet is None:
        return calendar.next_open(at)
    local = at.astimezone(calendar.zone)
    clock = local.time()
    over_midnight = quiet.start > quiet.end
    is_quiet = quiet.start <= clock < quiet.end if not over_midnight else clock >= quiet.start or clock < quiet.end
    if not is_quiet:
        return at
    ends_on = local.date() + timedelta(days=1 if over_midnight and clock >= quiet.start else 0)
    return datetime.combine(ends_on, quiet.end, tzinfo=calendar.zone).astimezone(UTC)


def next_digest(after: datetime, times: Sequence[time], calendar: WorkCalendar) -> datetime:
    """The next of these times on a day on which the team works; what happens at the very moment is in the next one."""
    first = calendar.local_date(after)
    for days in range(FARTHEST_DAYS):
        day = first + timedelta(days=days)
        if not calendar.works_on(day):
            continue
        for each in times:
            at = datetime.combine(day, each, tzinfo=calendar.zone).astimezone(UTC)
            if at > after:
                return at
    return calendar.next_open(after)


def too_late(notice: Notice, notices: Notices, book: Rulebook, *, now: datetime) -> bool:
    """Whether it should have been told so long ago that it would only confuse."""
    return now - due_at(notice, notices, book) > timedelta(hours=notices.late_hours)


def concerns_pilots(notice: Notice, book: Rulebook, teams: Sequence[str]) -> bool:
    """Whether whoever is told belongs to one of these teams."""
    if notice.audience is Audience.MANAGER:
        managers = {(team.manager or "").casefold() for team in book.routing.teams if team.name in teams}
        return notice.to.casefold() in managers
    return book.team_of(notice.to).name in teams


def words_of(notice: Notice, *, rep: str, lead: str, book: Rulebook) -> dict[str, str]:
    """What its template may name, with the hour in the zone of whoever reads it."""
    zone = calendar_for(notice, book).zone
    due = f"{notice.due_at.astimezone(zone):%a %d %b, %H:%M}" if notice.due_at is not None else ""
    return {
        "person": notice.about,
        "company": notice.company,
        "text": notice.text,
        "why": notice.why,
        "rep": rep,
        "due": due,
        "lead": lead,
    }
