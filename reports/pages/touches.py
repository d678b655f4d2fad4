"""What a person did and what reps did about them, as moments: what comes in dozens is told once for each day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.reports import Meaningful
from domain.activity import MARKETING_KINDS, Activity, ActivityKind
from domain.values import Value
from handoff.meaningful import held_at
from mapping.channels import is_touch
from reports.pages.moments import Cast, Kind, Moment, counted, shown, times, told
from reports.pages.passes import moment_of
from reports.pages.wording import minutes, moment
from scoring.why import TYPED

ActivityKey = tuple[str, str, str]

_DAILY = frozenset({ActivityKind.PAGE_VIEWED, ActivityKind.EMAIL_OPENED, ActivityKind.EMAIL_CLICKED})
_MOST_NAMES = 5
_NAME_UNITS = 80
_WORDS: Mapping[ActivityKind, tuple[str, str]] = {
    ActivityKind.FORM_SUBMITTED: ("Form", "forms"),
    ActivityKind.PAGE_VIEWED: ("page", "pages"),
    ActivityKind.EMAIL_OPENED: ("e-mail opened", "e-mails opened"),
    ActivityKind.EMAIL_CLICKED: ("click in an e-mail", "clicks in e-mails"),
    ActivityKind.EMAIL_REPLIED: ("Answered by e-mail", ""),
    ActivityKind.EMAIL_BOUNCED: ("E-mail bounced", ""),
    ActivityKind.WEBINAR_REGISTERED: ("Registered for a webinar", ""),
    ActivityKind.WEBINAR_VIEWED: ("Saw a webinar", ""),
    ActivityKind.EVENT_ATTENDED: ("Came to an event", ""),
    ActivityKind.BOOTH_SCANNED: ("At the booth", ""),
    ActivityKind.CAMPAIGN_JOINED: ("In a campaign", ""),
    ActivityKind.CAMPAIGN_RESPONDED: ("Responded to a campaign", ""),
    ActivityKind.CALL_LOGGED: ("Call", ""),
    ActivityKind.EMAIL_SENT: ("E-mail sent", "automated e-mails"),
    ActivityKind.MEETING_BOOKED: ("Meeting", ""),
    ActivityKind.TASK_LOGGED: ("Task done", ""),
    ActivityKind.NOTE_LOGGED: ("Note", ""),
}
_NAMED = ("form", "title", "subject", "webinar", "event", "campaign", "name")
"""Where an activity says what it is called, the first one that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What it takes to read activities. `machines`: what mail scanners did in the person's name; `firsts`: moment of a
    handoff's first touch → what there is to say of it; `first`: the very first touch, where it
    is not simply the first there is; it came from `channel`."""

    cast: Cast
    zone: ZoneInfo
    now: datetime
    meaningful: Meaningful
    channel: str = ""
    first: Activity | None = None
    machines: AbstractSet[ActivityKey] = frozenset()
    firsts: Mapping[datetime, str] = field(default_factory=dict)


def touches(activities: Sequence[Activity], reading: Reading) -> Iterator[Moment]:
    """Every activity once, alone or in the row of its day. `activities`: oldest first."""
    first = reading.first or next(filter(is_touch, activities), None)
    days: dict[tuple[object, ...], list[Activity]] = {}
    for each in activities:
        if _is_daily(each):
            days.setdefault(_day(each, reading), []).append(each)
        else:
            yield _alone(each, reading, is_first=each is first)
    for several in days.values():
        yield _together(several, reading, is_first=first is not None and first.key in {each.key for each in several})


def _is_daily(each: Activity) -> bool:
    return each.kind in _DAILY or (each.kind is ActivityKind.EMAIL_SENT and each.automated)


def _day(each: Activity, reading: Reading) -> tuple[object, ...]:
    day = each.occurred_at.astimezone(reading.zone).date()
    return day, each.kind, each.automated, each.key in reading.machines


def _together(several: Sequence[Activity], reading: Reading, *, is_first: bool) -> Moment:
    """`9 pages on 3 Nov` with what they were: a day of pages, opens, clicks or automated mail."""
    one, more = _WORDS[several[0].kind]
    single = "automated e-mail" if several[0].kind is ActivityKind.EMAIL_SENT else one
    day = several[0].occurred_at.astimezone(reading.zone)
    is_machine = several[0].key in reading.machines
    return Moment(
        at=several[0].occurred_at,
        until=several[-1].occurred_at if len(several) > 1 else None,
        kind=Kind.TOUCH if several[0].kind in MARKETING_KINDS else Kind.SALES,
        what=f"{counted(len(several), single, more)} on {day:%-d %b}",
        who="a mail scanner" if is_machine else "",
        words=told(
            _first_words(reading) if is_first else "",
            _names_of(several),
            "not counted: no person did it" if is_machine else "",
        ),
        count=len(several),
    )


def _names_of(several: Iterable[Activity]) -> str:
    """`pricing twice, product`: the most frequent first, of equals the earliest."""
    named = Counter(name for each in several if (name := _place(each.properties)))
    most = [name if count == 1 else f"{name} {times(count)}" for name, count in named.most_common(_MOST_NAMES)]
    rest = len(named) - len(most)
    return ", ".join([*most, f"{counted(rest, 'other')}"] if rest else most)


def _place(told_of: Mapping[str, Value]) -> str:
    """What a page or a mail is called, never with the query of its address: it may carry a token."""
    address = told_of.get("url") or told_of.get("page")
    if not address:
        return shown(told_of.get("subject") or "", _NAME_UNITS)
    path = _path(str(address))
    return shown(path, _NAME_UNITS) if path else "home page"


def _path(address: str) -> str:
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
    except ValueError:
        return address.partition("?")[0].partition("#")[0]
    return parts.path.strip("/")


def _alone(each: Activity, reading: Reading, *, is_first: bool) -> Moment:
    is_theirs = each.kind in MARKETING_KINDS
    return Moment(
        at=each.occurred_at,
        kind=Kind.TOUCH if is_theirs else Kind.SALES,
        what=_called(each),
        who="" if each.actor is None else reading.cast.user(each.connection, each.actor),
        words=told(
            _first_words(reading) if is_first else "",
            reading.firsts.get(each.occurred_at, "") if not each.automated and _is_contact(each) else "",
            _meaning(each, reading),
            *_circumstances(each, reading),
        ),
    )


def _is_contact(each: Activity) -> bool:
    return each.kind not in MARKETING_KINDS or each.kind is ActivityKind.EMAIL_REPLIED


def _first_words(reading: Reading) -> str:
    return f"first touch, channel {shown(reading.channel)}" if reading.channel else "first touch"


def _called(each: Activity) -> str:
    word = "E-mail of a sequence" if each.automated and each.kind is ActivityKind.EMAIL_SENT else _WORDS[each.kind][0]
    name = next((str(value) for key in _NAMED if (value := each.properties.get(key)) not in (None, "")), "")
    return f"{word}: {shown(name, _NAME_UNITS)}" if name and name != word else word


def _meaning(each: Activity, reading: Reading) -> str:
    at = moment_of(each, rule=reading.meaningful, now=reading.now)
    if at is None:
        return ""
    return "meaningful" if at == each.occurred_at else f"meaningful: held {moment(at, reading.zone)}"


def _circumstances(each: Activity, reading: Reading) -> Iterator[str]:
    """What is told of it beside its name: what they typed, how long it took, how it ended."""
    properties = each.properties
    yield from (f"“{shown(properties[name])}”" for name in TYPED if properties.get(name))
    lasted = properties.get("duration_s")
    if each.kind is ActivityKind.CALL_LOGGED and isinstance(lasted, int | float) and lasted > 0:
        yield minutes(lasted / 60)
    if each.kind is ActivityKind.MEETING_BOOKED and held_at(each) != each.occurred_at:
        yield f"for {moment(held_at(each), reading.zone)}"
    for name in ("disposition", "outcome", "description", "reason"):
        if properties.get(name) not in (None, "", False):
            yield shown(properties[name])
    if properties.get("url") and each.kind is ActivityKind.FORM_SUBMITTED:
        yield f"on {_place(properties)}"


def typed_words(activities: Iterable[Activity], zone: ZoneInfo) -> Iterator[str]:
    """What the person wrote, oldest first, with the moment and the place."""
    for each in activities:
        if each.kind in MARKETING_KINDS:
            for name in TYPED:
                if text := each.properties.get(name):
                    yield f"{moment(each.occurred_at, zone)}, {_called(each)}: “{shown(text)}”"
