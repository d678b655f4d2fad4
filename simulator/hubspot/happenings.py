"""What people do on the web site and with marketing e-mail: page visits and e-mail events, both append-only."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from typing import Any

from simulator.hubspot.stamps import iso
from simulator.log import Effect

EMAIL_TYPES = (
    "SENT",
    "DROPPED",
    "PROCESSED",
    "DELIVERED",
    "DEFERRED",
    "BOUNCE",
    "OPEN",
    "CLICK",
    "STATUSCHANGE",
    "SPAMREPORT",
    "SUPPRESSED",
    "UNBOUNCED",
)
FOLLOWED = frozenset({"OPEN", "CLICK"})
"""What somebody, or something, does with a mail: told with the agent it was done by."""
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
PAGE_VISIT = "e_visited_page"
APP_ID = 113


def event_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How a person or a machine did something with a mail. `since_sent_s` None: after the last SENT, if any."""

    agent: str = BROWSER
    is_filtered: bool = False
    since_sent_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailEvent:
    number: int
    type: str
    created_ms: int
    recipient: str
    url: str
    campaign: str
    campaign_id: int
    agent: str
    is_filtered: bool
    sent: tuple[str, int] | None
    """The id and the moment of the sending that it follows."""

    def shown(self, portal_id: str) -> dict[str, Any]:
        extra: dict[str, Any] = {"url": self.url, "linkId": 0, "referer": ""} if self.type == "CLICK" else {}
        if self.type in FOLLOWED:
            extra |= {"userAgent": self.agent, "browser": {"name": "", "family": "", "type": "", "version": []}}
        if self.type == "BOUNCE":
            extra = {"category": "UNKNOWN_USER", "response": "550 5.1.1 no such user", "status": "5.1.1"}
        return {
            "appId": APP_ID,
            "appName": "Batch",
            "portalId": int(portal_id),
            "id": event_id(self.number),
            "type": self.type,
            "created": self.created_ms,
            "recipient": self.recipient,
            "emailCampaignId": self.campaign_id,
            "subject": self.campaign,
            "filteredEvent": self.is_filtered,
            "deviceType": "COMPUTER",
            **({} if self.sent is None else {"sentBy": {"id": self.sent[0], "created": self.sent[1]}}),
            **extra,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVisit:
    number: int
    contact_id: int
    occurred_ms: int
    url: str
    title: str

    def shown(self, object_id: int) -> dict[str, Any]:
        return {
            "objectType": "CONTACT",
            "objectId": str(object_id),
            "eventType": PAGE_VISIT,
            "occurredAt": iso(self.occurred_ms),
            "id": f"page-visit-{self.number}",
            "properties": {"hs_url": self.url, "hs_title": self.title},
        }


class Happenings:
    """E-mail events by time; page visits by time and by contact."""

    def __init__(self) -> None:
        self._events: list[EmailEvent] = []
        self._events_order: list[tuple[int, int]] = []
        self._visits: list[PageVisit] = []
        self._visits_order: list[tuple[int, int]] = []
        self._visits_of: dict[int, list[tuple[int, int]]] = {}
        self._campaigns: dict[str, int] = {}
        self._sent: dict[tuple[str, str], tuple[str, int]] = {}

    def mail(
        self,
        type_: str,
        recipient: str,
        *,
        url: str,
        campaign: str,
        at_ms: int,
        effects: list[Effect],
        how: Circumstances = Circumstances(),
    ) -> EmailEvent:
        if how.since_sent_s is not None:
            sent_ms = at_ms - round(how.since_sent_s * 1000)
            self._sent[recipient, campaign] = (f"{event_id(len(self._events))}-sent", sent_ms)
        event = EmailEvent(
            number=len(self._events),
            type=type_,
            created_ms=at_ms,
            recipient=recipient,
            url=url,
            campaign=campaign,
            campaign_id=self._campaigns.setdefault(campaign, 700_001 + len(self._campaigns)),
            agent=how.agent,
            is_filtered=how.is_filtered,
            sent=self._sent.get((recipient, campaign)),
        )
        if type_ == "SENT":
            self._sent[recipient, campaign] = (event_id(event.number), at_ms)
        self._events.append(event)
        insort(self._events_order, (at_ms, event.number))
        after = {"type": type_, "recipient": recipient, "created": at_ms, "url": url}
        effects.append(
            {"op": "create", "type": "email_events", "id": str(event.number), "before": None, "after": after}
        )
        return event

    def visit(self, contact_id: int, *, url: str, title: str, at_ms: int, effects: list[Effect]) -> PageVisit:
        seen = PageVisit(number=len(self._visits), contact_id=contact_id, occurred_ms=at_ms, url=url, title=title)
        self._visits.append(seen)
        insort(self._visits_order, (at_ms, seen.number))
        insort(self._visits_of.setdefault(contact_id, []), (at_ms, seen.number))
        after = {"contact": str(contact_id), "url": url, "occurredAt": iso(at_ms)}
        effects.append({"op": "create", "type": "page_views", "id": str(seen.number), "before": None, "after": after})
        return seen

    def events_between(self, start_ms: int | None, end_ms: int | None) -> list[EmailEvent]:
        """Newest first, both ends included."""
        chosen = _between(self._events_order, start_ms, end_ms)
        return [self._events[number] for _, number in reversed(chosen)]

    def visits_between(
        self, start_ms: int | None, end_ms: int | None, *, contact_id: int | None = None
    ) -> list[PageVisit]:
        """Newest first; all contacts when none is named."""
        order = self._visits_order if contact_id is None else self._visits_of.get(contact_id, [])
        return [self._visits[number] for _, number in reversed(_between(order, start_ms, end_ms))]

    def move(self, old_ids: tuple[int, ...], new_id: int) -> None:
        """Let a merged contact have the visits of those it was merged from."""
        for old_id in old_ids:
            for slot in self._visits_of.pop(old_id, []):
                insort(self._visits_of.setdefault(new_id, []), slot)


def _between(order: list[tuple[int, int]], start_ms: int | None, end_ms: int | None) -> list[tuple[int, int]]:
    first = 0 if start_ms is None else bisect_left(order, (start_ms, -1))
    last = len(order) if end_ms is None else bisect_right(order, (end_ms + 1, -1))
    return order[first:last]
