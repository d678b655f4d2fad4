"""Who is told what through which connection: a notice as the change that creates its message.

Pure. In the test environment everything goes to one address, and to nobody without it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.notices import Channel, Notices
from config.settings import Environment, Settings
from domain.change import Change, ChangeKind
from domain.decision import Intent, IntentKind
from domain.handoff import Rep
from domain.notice import Audience, NoticeKind
from domain.values import LeadId, Value, to_text
from handoff.delivery import Notice, may_answer, words_of
from handoff.rulebook import Rulebook
from handoff.view import rep_of

MESSAGE, ANSWER = "message", "answer"
KEY = "key"
SUBJECT_CHARS = 150
DIGEST_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One open notice: its intent's key, its lead, and what it says."""

    key: str
    lead_id: LeadId
    lead_key: str
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Where a notice goes. `meant_for` is whoever it would have gone to, had this not been a test."""

    connection: str
    to: str
    channel: str | None
    meant_for: str = ""

    @property
    def is_personal(self) -> bool:
        return self.channel is None and not self.meant_for


def address(settings: Settings, audience: Audience, to: str) -> Addressed | str:
    """Where it goes, or why it goes nowhere."""
    channel = settings.notices.channel_of(audience)
    if channel is None:
        return f"nobody is told: `notices` names no channel for {audience}"
    return address_in(settings, channel, to)


def address_in(settings: Settings, channel: Channel, to: str = "") -> Addressed | str:
    """Where a channel leads in this environment, or why nowhere."""
    if settings.environment is not Environment.TEST:
        return Addressed(connection=channel.connection, to=channel.to or to, channel=channel.channel)
    only = settings.notices.only_to
    if only is None:
        return "a test environment, and `notices` has no `only_to`"
    return Addressed(connection=channel.connection, to=only, channel=None, meant_for=to or _named(channel))


def has_listener(intent: Intent, notices: Notices) -> bool:
    """Whether anybody would be told of it; a task or a record is made whoever listens."""
    if intent.kind is not IntentKind.NOTICE:
        return True
    audience = intent.payload.get("audience")
    return isinstance(audience, str) and notices.channel_of(Audience(audience)) is not None


def _named(channel: Channel) -> str:
    return channel.to or channel.channel or "operations"


def message_of(
    several: Sequence[Waiting], where: Addressed, notices: Notices, *, book: Rulebook, reps: Mapping[str, Rep]
) -> Change:
    """One message about one lead: several steps of one decision are told together, the gravest last and in full."""
    first, notice = several[0], several[-1].notice
    rep = rep_of(notice.to, reps)
    words = words_of(notice, rep=rep.name if rep else notice.to, lead=first.lead_key, book=book)
    text = "\n".join([*(each.notice.text for each in several[:-1]), notices.say(notice.kind, words)])
    answers = where.is_personal and any(may_answer(each.notice) for each in several)
    values: dict[str, Value] = {
        "about": f"{first.lead_key}/{notice.handoff}",
        "answers": answers,
        "lead": first.lead_key,
        "person": notice.about,
        "company": notice.company,
        "for": rep.name if rep is not None and notice.audience is Audience.REP else None,
        "urgent": notice.urgent,
        "due_at": to_text(notice.due_at) if notice.due_at is not None else None,
    }
    return _change(first.key, notice.kind, notice.audience, where, text=text, at=to_text(notice.at), more=values)


def digest_of(several: Sequence[Waiting], where: Addressed, notices: Notices, *, book: Rulebook) -> Change:
    """Everything of a stretch of time in one message, oldest first; what is too much is counted."""
    lines = [_line(each, book) for each in several[:DIGEST_LINES]]
    if len(several) > DIGEST_LINES:
        lines.append(f"… and {len(several) - DIGEST_LINES:,} more")
    words = {"count": f"{len(several):,}", "lines": "\n".join(lines)}
    text = notices.say(NoticeKind.DIGEST, words)
    at = to_text(max(each.notice.at for each in several))
    audience = several[0].notice.audience
    return _change(digest_key(several), NoticeKind.DIGEST, audience, where, text=text, at=at, more={})


def cover_of(rep: str, week: str, lines: Sequence[str], where: Addressed, notices: Notices, *, now: datetime) -> Change:
    """What a rep is told of their accounts with air cover in one week."""
    key = hashlib.sha256(f"air_cover\n{rep}\n{week}".encode()).hexdigest()[:40]
    text = notices.say(
        NoticeKind.AIR_COVER, {"count": f"{len(lines):,}", "lines": "\n".join(f"• {each}" for each in lines)}
    )
    return _change(key, NoticeKind.AIR_COVER, Audience.REP, where, text=text, at=to_text(now), more={})


def digest_key(several: Sequence[Waiting]) -> str:
    """The same notices are the same digest."""
    joined = "\n".join(["digest", *sorted(each.key for each in several)])
    return hashlib.sha256(joined.encode()).hexdigest()[:40]


def _line(each: Waiting, book: Rulebook) -> str:
    words = words_of(each.notice, rep="", lead=each.lead_key, book=book)
    return f"• {words['text']}"


def _change(
    key: str,
    kind: NoticeKind,
    audience: Audience | None,
    where: Addressed,
    *,
    text: str,
    at: str,
    more: Mapping[str, Value],
) -> Change:
    if where.meant_for:
        text = f"Test, meant for {where.meant_for}:\n{text}"
    return Change(
        key=key,
        kind=ChangeKind.CREATE,
        object=MESSAGE,
        values={
            KEY: key,
            "kind": kind.value,
            "audience": audience.value if audience is not None else None,
            "to": where.to,
            "channel": where.channel,
            "subject": text.replace("\n", " · ")[:SUBJECT_CHARS],
            "text": text,
            "at": at,
            **more,
        },
    )


def alert_of(key: str, text: str, where: Addressed, *, at: str) -> Change:
    """What operations are told of the installation itself."""
    return _change(key, NoticeKind.STANDING, Audience.OPERATIONS, where, text=text, at=at, more={})


def report_of(key: str, where: Addressed, *, text: str, at: str, more: Mapping[str, Value]) -> Change:
    """A page that was made of the figures, for whoever was named."""
    return _change(key, NoticeKind.REPORT, None, where, text=text, at=at, more=more)


def once(change: Change, *, repeatable: bool) -> Change:
    """Whether a repeat is harmless where it goes: if not, it is looked for there before it is sent again."""
    return replace(change, unique=KEY) if repeatable else change
