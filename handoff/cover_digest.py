"""What a rep is told of the accounts for which they asked for air cover: since when, how many people, what they did."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.activity import ActivityKind
from domain.values import RecordRef
from handoff.air_cover import Standing

_WORDS: Mapping[ActivityKind, str] = {
    ActivityKind.FORM_SUBMITTED: "filled in a form",
    ActivityKind.PAGE_VIEWED: "visited the web site",
    ActivityKind.EMAIL_OPENED: "opened a mail",
    ActivityKind.EMAIL_CLICKED: "clicked in a mail",
    ActivityKind.EMAIL_REPLIED: "replied",
    ActivityKind.WEBINAR_REGISTERED: "registered for a webinar",
    ActivityKind.WEBINAR_VIEWED: "watched a webinar",
    ActivityKind.EVENT_ATTENDED: "came to an event",
    ActivityKind.BOOTH_SCANNED: "came to the booth",
    ActivityKind.CAMPAIGN_RESPONDED: "answered a campaign",
}
"""What is worth telling a rep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredAccount:
    """One request as it stands, with the account's known people.

    `owner`: the rep's e-mail, None where nobody knows one. `people`: all of them, `opted_out` of them get no mail.
    `did`: what → how many of them did it since the request.
    """

    ref: RecordRef
    name: str
    owner: str | None
    standing: Standing
    asked_at: datetime
    until: datetime
    people: int = 0
    opted_out: int = 0
    did: Mapping[ActivityKind, int] = field(default_factory=Counter)


def digest(accounts: Iterable[CoveredAccount], *, zone: ZoneInfo) -> dict[str, tuple[str, ...]]:
    """The lines for each rep, by e-mail: what is covered first, then what waits, then what is over."""
    order = list(Standing)
    found: dict[str, list[CoveredAccount]] = {}
    for each in accounts:
        if each.owner is not None:
            found.setdefault(each.owner, []).append(each)
    return {
        owner: tuple(
            line_of(each, zone=zone)
            for each in sorted(theirs, key=lambda one: (order.index(one.standing), one.asked_at, one.ref))
        )
        for owner, theirs in sorted(found.items())
    }


def line_of(account: CoveredAccount, *, zone: ZoneInfo) -> str:
    """`Globex: air cover until 5 Nov. 12 people: 4 opened a mail, 1 filled in a form.`"""
    name = account.name or account.ref.id
    match account.standing:
        case Standing.COVERED:
            return f"{name}: air cover until {_day(account.until, zone)}. {_told(account)}"
        case Standing.WAITS:
            return f"{name}: waits, you have as many accounts as you may. Untick one, or it begins when one ends."
        case Standing.OVER:
            return f"{name}: over since {_day(account.until, zone)}. {_told(account)} Tick the box anew for more."
        case Standing.NOBODYS:
            return f"{name}: the account has no owner, so nobody has asked."


def _told(account: CoveredAccount) -> str:
    people = "1 person" if account.people == 1 else f"{account.people:,} people"
    if account.opted_out:
        people += f", {account.opted_out:,} of them opted out"
    did = [f"{count:,} {_WORDS[kind]}" for kind, count in _ordered(account.did)]
    return f"{people}: {', '.join(did) or 'nobody did anything since'}."


def _ordered(did: Mapping[ActivityKind, int]) -> Sequence[tuple[ActivityKind, int]]:
    """The most people first; of as many, in the order of the words."""
    kinds = list(_WORDS)
    known = [(kind, count) for kind, count in did.items() if kind in _WORDS and count]
    return sorted(known, key=lambda one: (-one[1], kinds.index(one[0])))


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b}"
