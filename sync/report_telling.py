"""A report as messages: one for each addressee, with the page beside it where one can travel."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from config.notices import Channel, Notices
from connectors.abilities import Carrier, Carries
from connectors.contract import Lane
from domain.change import Change
from domain.notice import NoticeKind
from domain.values import Value, to_text
from store.engine import Tx
from store.outbox import OutboxDraft
from sync.due_times import Due
from sync.loop import Loop
from sync.noticing import draft_of
from sync.telling import SUBJECT_CHARS, Addressed, address_in, report_of

log = structlog.get_logger(__name__)

MOST_BYTES = 2_000_000
"""Of a page beside a message. Mail servers begin to refuse at five times that, and each row of the outbox holds one."""
TOO_LARGE = "The page is too large to travel with this message."
NAMED = 5
"""Due times that nobody was sent and that are named; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A page ready to be told of. `lines`: what it says in short; `see`: how to look at it; `pages`: the whole of it,
    by how it travels."""

    title: str
    window: str
    lines: tuple[str, ...]
    see: str
    file_name: str = "report.html"
    pages: Mapping[Carries, str] = field(default_factory=dict)


def messages_of(
    tx: Tx, loop: Loop, to: Sequence[Channel], made: Made, *, name: str, late: str = "", now: datetime
) -> Iterator[OutboxDraft]:
    """`name`: of what each addressee gets one and no other."""
    rules = loop.in_force(tx)
    for channel in to:
        where = address_in(loop.settings, channel)
        if isinstance(where, str):
            log.info("report_not_sent", connection=channel.connection, reason=where)
            continue
        carrier = loop.connections.get(where.connection)
        carries = carrier.carries if isinstance(carrier, Carrier) else None
        change = message_of(
            key_of(channel, name), where, made, loop.settings.notices, late=late, carries=carries, now=now
        )
        yield draft_of(loop, change, where.connection, rules, lead_id=None, lane=Lane.BACKGROUND)


def key_of(channel: Channel, name: str) -> str:
    """The same report for the same addressee is the same message, in every run and process."""
    place = channel.channel or channel.to or ""
    return hashlib.sha256(f"report\n{name}\n{channel.connection}\n{place}".encode()).hexdigest()[:40]


def message_of(
    key: str,
    where: Addressed,
    made: Made,
    notices: Notices,
    *,
    late: str,
    carries: Carries | None,
    now: datetime,
) -> Change:
    """Its subject is ours whatever the words are; where no page can travel, title and hint stand apart."""
    page = made.pages.get(carries) if carries is not None else None
    fits = page is not None and len(page.encode()) <= MOST_BYTES
    see = made.see if page is None or fits else f"{TOO_LARGE} {made.see}"
    head = f"{made.title}: {made.window}"
    values: dict[str, Value] = {
        "subject": (f"Test: {head}" if where.meant_for else head)[:SUBJECT_CHARS],
        "report": made.title,
        "window": made.window,
    }
    if fits:
        values |= {"page": page, "file_name": made.file_name}
    if carries is None and NoticeKind.REPORT not in notices.templates:
        text = "\n".join([*([late] if late else []), *made.lines])
        values |= {"title": head, "note": see}
    else:
        words = {"report": made.title, "window": made.window, "late": late, "lines": "\n".join(made.lines), "see": see}
        text = notices.say(NoticeKind.REPORT, words)
    return report_of(key, where, text=text, at=to_text(now), more=values)


def late_words(due: Due, zone: ZoneInfo) -> str:
    """What is said of one that comes late, and of those that nobody was sent; empty where there is neither."""
    words = [f"This was due {_day(due.at, zone)} and comes late; its days are those of then."] if due.is_late else []
    if due.left_out:
        missed = ", ".join(_day(at, zone) for at in due.left_out[-NAMED:])
        before = len(due.left_out) - NAMED
        words.append(f"Not sent: {missed}{f' and {before:,} before' if before > 0 else ''}.")
    return " ".join(words)


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %-d %b %H:%M}"
