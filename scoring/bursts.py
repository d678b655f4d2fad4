"""Different links of one mail, followed one after the other faster than a person can."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from config.scanners import Burst as Rules
from domain.activity import Activity

Key: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """So many different links within so many seconds."""

    links: int
    seconds: float


def bursts_of(clicks: Sequence[Activity], rules: Rules) -> dict[Key, Burst]:
    """Of each click the largest burst that it is part of; mails are looked at one by one."""
    mails: dict[tuple[str, str], list[Activity]] = {}
    for each in clicks:
        mails.setdefault(mail_of(each), []).append(each)
    found: dict[Key, Burst] = {}
    for mail in mails.values():
        if len(mail) >= rules.links:
            spans = _largest(mail, timedelta(seconds=rules.within_s))
            found |= {key: span for key, span in spans.items() if span.links >= rules.links}
    return found


def _largest(mail: Sequence[Activity], within: timedelta) -> dict[Key, Burst]:
    """Per click the window around it with the most links: those that end at it or later and still hold it."""
    spans = _windows(mail, within)
    best: deque[int] = deque()
    found: dict[Key, Burst] = {}
    for place in reversed(range(len(mail))):
        while best and spans[best[-1]].links <= spans[place].links:
            best.pop()
        best.append(place)
        while mail[best[0]].occurred_at - mail[place].occurred_at > within:
            best.popleft()
        found[mail[place].key] = spans[best[0]]
    return found


def _windows(mail: Sequence[Activity], within: timedelta) -> list[Burst]:
    """The different links in the span of time that ends with each click."""
    links = [link_of(each) for each in mail]
    inside: Counter[str] = Counter()
    first, found = 0, []
    for last, each in enumerate(mail):
        inside[links[last]] += 1
        while each.occurred_at - mail[first].occurred_at > within:
            inside[links[first]] -= 1
            if not inside[links[first]]:
                del inside[links[first]]
            first += 1
        seconds = (each.occurred_at - mail[first].occurred_at).total_seconds()
        found.append(Burst(links=len(inside), seconds=seconds))
    return found


def mail_of(each: Activity) -> tuple[str, str]:
    """Which mail a click belongs to, as exactly as its system says."""
    said = each.properties
    return each.connection, str(said.get("mail") or said.get("campaign") or said.get("subject") or "")


def link_of(each: Activity) -> str:
    """Where the link leads, without what may differ by reader."""
    return str(each.properties.get("url") or "").partition("#")[0].partition("?")[0].rstrip("/").casefold()
