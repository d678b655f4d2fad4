"""E-mail events and page views: streams without a search, read since a moment, with an overlap."""

from collections.abc import Iterator
from datetime import datetime, timedelta

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
        for activities in self._sources[stream](begun):
            yield Page(stream=stream, cursor=cursor_at(begun), activities=tuple(activities))
        yield Page(stream=stream, cursor=cursor_at(max(begun, now - self._overlap)))


class EmailEvents:
    """Opens, clicks and bounces of marketing e-mail; a reply is an e-mail of the contact's and comes with `emails`."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection

    def since(self, since: datetime) -> Iterator[list[Activity]]:
        doing = "to read e-mail events"

        def ask(offset: str) -> Answer:
            query = {"limit": PAGE, "startTimestamp": to_ms(since), **({"offset": offset} if offset else {})}
            return self._client.get("/email/public/v1/events", query)

        for rows, _ in pages(ask, doing, key="events", way=next_offset):
            with known_shape(doing):
                yield [one for row in rows if (one := self._activity(row)) is not None]

    def _activity(self, row: Row) -> Activity | None:
        """None for what the person did not do; HubSpot marks opens and clicks by machines as filtered."""
        kind = _EMAIL_KINDS.get(str(row.get("type")))
        recipient = str(row.get("recipient") or "").strip().lower()
        if kind is None or not recipient or row.get("filteredEvent") is True:
            return None
        campaign = row.get("emailCampaignId")
        properties: dict[str, Value] = {
            "url": row.get("url"),
            "campaign": str(campaign) if campaign else None,
            "subject": row.get("subject"),
            "reason": row.get("category"),
        }
        return Activity(
            connection=self._connection,
            stream="email_events",
            external_id=str(row["id"]),
            kind=kind,
            occurred_at=moment(row["created"]),
            email=recipient,
            properties={name: value for name, value in properties.items() if value},
        )


class PageViews:
    """Visits of known contacts: HubSpot tells them to Enterprise portals only."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection

    def since(self, since: datetime) -> Iterator[list[Activity]]:
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
                yield [self._activity(row) for row in rows]

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
