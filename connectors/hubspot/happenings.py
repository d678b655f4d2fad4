"""E-mail events and page views; and how all streams without a search are read: since a moment, with an overlap."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from connectors.hubspot.answers import Row, body_of, known_shape, next_after, rows_in
from connectors.hubspot.client import Client
from connectors.hubspot.forms import Forms
from connectors.hubspot.recycle_bin import cursor_at, moment_of
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import moment, to_ms
from domain.activity import Activity, ActivityKind
from domain.errors import ContractError
from domain.record import Cursor, Page
from domain.values import RecordRef, Value

log = structlog.get_logger(__name__)

PAGE = 1000
ASK_AGAIN = timedelta(hours=24)
_EMAIL_KINDS = {"OPEN": ActivityKind.EMAIL_OPENED, "CLICK": ActivityKind.EMAIL_CLICKED}


class Happenings:
    """The three streams that are no CRM objects."""

    def __init__(self, client: Client, connection: str, settings: Settings) -> None:
        self._client = client
        self._overlap = timedelta(minutes=max(settings.lag_minutes, settings.late_minutes))
        self._views = PageViews(client, connection)
        self._sources = {
            "forms": Forms(client, connection).since,
            "email_events": EmailEvents(client, connection).since,
            "page_views": self._views.since,
        }

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Newest first, so the cursor moves only with the last page; it stays where nothing may be read."""
        begun, now = moment_of(cursor), self._client.now()
        for activities in self._sources[stream](begun):
            yield Page(stream=stream, cursor=cursor_at(begun), activities=tuple(activities))
        if stream != "page_views" or not self._views.closed:
            yield Page(stream=stream, cursor=cursor_at(max(begun, now - self._overlap)))


class EmailEvents:
    """Opens and clicks of marketing e-mail."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection

    def since(self, since: datetime) -> Iterator[list[Activity]]:
        doing, offset, more = "to read e-mail events", "", True
        while more:
            query = {"limit": PAGE, "startTimestamp": to_ms(since), **({"offset": offset} if offset else {})}
            told = body_of(self._client.get("/email/public/v1/events", query), doing)
            rows = rows_in(told, doing, key="events")
            with known_shape(doing):
                yield [one for row in rows if (one := self._activity(row)) is not None]
            more, before, offset = told.get("hasMore") is True, offset, str(told.get("offset") or "")
            if more and (offset in ("", before) or not rows):
                raise ContractError("HubSpot says that more e-mail events follow, but gives no way on")

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
        self._ask_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether HubSpot said of late that there is nothing for us."""
        return self._ask_at is not None and self._client.now() < self._ask_at

    def since(self, since: datetime) -> Iterator[list[Activity]]:
        doing, after = "to read page views", None if self.closed else ""
        while after is not None:
            request = self._client.sdk.events.events_api.get_page(
                object_type="contact",
                event_type="e_visited_page",
                occurred_after=since,
                limit=PAGE,
                **({"after": after} if after else {}),
            )
            answer = self._client.send(request)
            if answer.status == 403:
                self._close()
                return
            told = body_of(answer, doing)
            with known_shape(doing):
                yield [self._activity(row) for row in rows_in(told, doing)]
            after = next_after(told)

    def _close(self) -> None:
        """The rest of the portal goes on; asking every minute would only burn calls."""
        if self._ask_at is None:
            log.warning("page_views_unavailable", connection=self._connection, needs="Marketing Hub Enterprise")
        self._ask_at = self._client.now() + ASK_AGAIN

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
