"""E-mail events and page views: streams without a search, read since a moment, with an overlap."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from connectors.http import Answer
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.moments import cursor_at, moment_of
from connectors.hubspot.paging import next_offset, pages
from connectors.hubspot.values import moment, to_ms
from domain.activity import Activity, ActivityKind
from domain.record import Cursor, Page
from domain.values import RecordRef, Value

PAGE = 1000
_EMAIL_KINDS = {
    "OPEN": ActivityKind.EMAIL_OPENED,
    "CLICK": ActivityKind.EMAIL_CLICKED,
    "BOUNCE": ActivityKind.EMAIL_BOUNCED,
}
_DELIVERED = "DELIVERED"
_TOLD_APART = frozenset({ActivityKind.EMAIL_CLICKED, ActivityKind.EMAIL_OPENED})
LONGEST_AGENT, LONGEST_ID = 200, 64
"""Letters that are kept."""
LATEST_S = 3600
"""Seconds after sending up to which a click says how long it took; later ones tell nothing of machines."""


_Told: TypeAlias = tuple[list[Activity], Mapping[str, datetime] | None]
"""What people did, and whom mail reached where the stream tells it."""


class Happenings:
    """The two streams of what people did on the web site and with marketing e-mail."""

    def __init__(self, client: Client, connection: str, *, overlap: timedelta) -> None:
        self._client = client
        self._overlap = overlap
        self._sources = {
            "email_events": EmailEvents(client, connection).since,
            "page_views": PageViews(client, connection).since,
        }

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Newest first, so the cursor moves only with the last page."""
        begun, now = moment_of(cursor), self._client.now()
        reached: Mapping[str, datetime] | None = None
        for activities, reached in self._sources[stream](begun):
            yield Page(stream=stream, cursor=cursor_at(begun), activities=tuple(activities), reached=reached)
        reached = {} if reached is not None else None
        yield Page(stream=stream, cursor=cursor_at(max(begun, now - self._overlap)), reached=reached)


class EmailEvents:
    """Opens, clicks and bounces of marketing e-mail; a reply is an e-mail of the contact's and comes with `emails`."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection

    def since(self, since: datetime) -> Iterator[_Told]:
        doing = "to read e-mail events"

        def ask(offset: str) -> Answer:
            query = {"limit": PAGE, "startTimestamp": to_ms(since), **({"offset": offset} if offset else {})}
            return self._client.get("/email/public/v1/events", query)

        for rows, _ in pages(ask, doing, key="events", way=next_offset):
            with known_shape(doing):
                activities = [one for row in rows if (one := self._activity(row)) is not None]
                yield activities, _reached(rows)

    def _activity(self, row: Row) -> Activity | None:
        """None for what the person did not do.

        HubSpot marks opens and clicks by machines as filtered: such clicks are kept as what they are, so that a
        person can say otherwise; such opens, which privacy filters make of nearly every mail, are not.
        """
        kind = _EMAIL_KINDS.get(str(row.get("type")))
        recipient = str(row.get("recipient") or "").strip().lower()
        filtered = row.get("filteredEvent") is True
        if kind is None or not recipient or (filtered and kind is not ActivityKind.EMAIL_CLICKED):
            return None
        campaign = row.get("emailCampaignId")
        properties: dict[str, Value] = {
            "url": row.get("url"),
            "campaign": str(campaign) if campaign else None,
            "subject": row.get("subject"),
            "reason": row.get("category"),
            "filtered": filtered,
            **(_circumstances(row) if kind in _TOLD_APART else {}),
        }
        return Activity(
            connection=self._connection,
            stream="email_events",
            external_id=str(row["id"]),
            kind=kind,
            occurred_at=moment(row["created"]),
            email=recipient,
            properties={name: value for name, value in properties.items() if value or isinstance(value, float)},
        )


def _reached(rows: Sequence[Row]) -> dict[str, datetime]:
    """Address → when a mail was last delivered there. A delivery is nothing that the person did."""
    found: dict[str, datetime] = {}
    for row in rows:
        address = str(row.get("recipient") or "").strip().lower()
        if row.get("type") == _DELIVERED and address:
            at = moment(row["created"])
            found[address] = max(at, found.get(address, at))
    return found


def _circumstances(row: Row) -> dict[str, Value]:
    """What tells a scanner's click from a person's: which sending, how long after it, with what.

    An address or a place, which older portals tell as well, is not kept.
    """
    sent = row.get("sentBy") or {}
    agent = str(row.get("userAgent") or "")[:LONGEST_AGENT]
    mail = str(sent.get("id") or "")[:LONGEST_ID]
    since_s = (int(row["created"]) - int(sent["created"])) / 1000 if sent.get("created") else -1.0
    return {"mail": mail, "since_sent_s": since_s if 0 <= since_s <= LATEST_S else None, "agent": agent}


class PageViews:
    """Visits of known contacts: HubSpot tells them to Enterprise portals only."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection

    def since(self, since: datetime) -> Iterator[_Told]:
        doing = "to read page views"

        def ask(after: str) -> Answer:
            request = self._client.sdk.events.events_api.get_page(
                object_type="contact",
                event_type="e_visited_page",
                occurred_after=since,
                limit=PAGE,
                **({"after": after} if after else {}),
            )
            return self._client.send(request)

        for rows, _ in pages(ask, doing):
            with known_shape(doing):
                yield [self._activity(row) for row in rows], None

    def _activity(self, row: Row) -> Activity:
        properties = row.get("properties") or {}
        url = properties.get("hs_url") or properties.get("url")
        return Activity(
            connection=self._connection,
            stream="page_views",
            external_id=str(row["id"]),
            kind=ActivityKind.PAGE_VIEWED,
            occurred_at=moment(row["occurredAt"]),
            record=RecordRef(connection=self._connection, object="contacts", id=str(row["objectId"])),
            properties={"url": str(url)} if url else {},
        )
