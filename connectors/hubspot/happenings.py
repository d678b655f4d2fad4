"""What people did: forms with what was typed into them, e-mail events, page views.

None of these has a search; each is listed newest first and read down to what is known already.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Surroundings
from connectors.hubspot.answers import next_after, rows_of
from connectors.hubspot.client import Client, Operation
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import moment
from domain.activity import Activity, ActivityKind
from domain.errors import ContractError
from domain.record import Cursor, Page
from domain.values import RecordRef, Value, from_text, to_text

SUBMISSIONS, EVENTS, VISITS = 50, 1000, 1000
FORMS_AGAIN = timedelta(minutes=30)
_TYPED = ("message", "comments", "comment", "question", "how_can_we_help", "notes")
_EMAIL_KINDS = {
    "OPEN": ActivityKind.EMAIL_OPENED,
    "CLICK": ActivityKind.EMAIL_CLICKED,
    "REPLY": ActivityKind.EMAIL_REPLIED,
}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def since_of(cursor: Cursor | None) -> datetime:
    """The moment up to which a stream was read."""
    if cursor is None:
        return _BEGINNING
    try:
        return from_text(json.loads(cursor.position)["at"])
    except (ValueError, KeyError, TypeError) as error:
        raise ContractError("a saved HubSpot cursor cannot be read; reset the stream") from error


class Happenings:
    """Activities of the three streams that are no CRM objects."""

    def __init__(self, client: Client, surroundings: Surroundings, settings: Settings) -> None:
        self._client = client
        self._surroundings = surroundings
        self._connection = surroundings.connection
        self._lag = timedelta(minutes=settings.lag_minutes)
        self._forms: tuple[datetime, list[dict[str, Any]]] | None = None

    def read(self, stream: str, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of activities; the cursor moves only with the last one, which is safe whatever was lost between."""
        begun, asked_at = since_of(cursor), self._surroundings.clock.now()
        source = {"forms": self._submissions, "email_events": self._email_events, "page_views": self._page_views}
        kept = cursor or Cursor(position=json.dumps({"at": to_text(_BEGINNING)}))
        for activities in source[stream](begun):
            yield Page(stream=stream, cursor=kept, activities=tuple(activities))
        reached = max(begun, asked_at - self._lag)
        yield Page(stream=stream, cursor=Cursor(position=json.dumps({"at": to_text(reached)})))

    def _submissions(self, since: datetime) -> Iterator[list[Activity]]:
        for form in self._known_forms():
            after: str | None = None
            while True:
                query = {"limit": SUBMISSIONS, **({"after": after} if after else {})}
                answer = self._client.get(f"/form-integrations/v1/submissions/forms/{form['id']}", query)
                rows = rows_of(answer, "to read form submissions")
                fresh = [row for row in rows if moment(row["submittedAt"]) >= since]
                if fresh:
                    yield [one for row in fresh if (one := self._submission(form, row)) is not None]
                after = next_after(answer)
                if after is None or len(fresh) < len(rows):
                    break

    def _known_forms(self) -> list[dict[str, Any]]:
        now = self._surroundings.clock.now()
        if self._forms is None or now - self._forms[0] >= FORMS_AGAIN:
            self._forms = (now, list(self._list_forms()))
        return self._forms[1]

    def _list_forms(self) -> Iterator[dict[str, Any]]:
        api, after = self._client.sdk.marketing.forms.forms_api, ""
        while True:
            options: dict[str, str] = {"after": after} if after else {}
            answer = self._client.send(
                Operation(method="GET", path="/marketing/v3/forms"),
                lambda options=options, **more: api.get_page(limit=100, **options, **more),
            )
            yield from rows_of(answer, "to list forms")
            after = next_after(answer) or ""
            if not after:
                return

    def _submission(self, form: dict[str, Any], row: dict[str, Any]) -> Activity | None:
        values = {str(value["name"]): str(value.get("value") or "") for value in row.get("values") or []}
        email = values.get("email", "").strip().lower()
        if not email:
            return None
        typed = next((values[name] for name in _TYPED if values.get(name)), None)
        properties: dict[str, Value] = {"form": str(form.get("name") or ""), "url": row.get("pageUrl"), "text": typed}
        own = row.get("conversionId") or f"{row['submittedAt']}:{email}"
        return Activity(
            connection=self._connection,
            stream="forms",
            external_id=f"{form['id']}:{own}",
            kind=ActivityKind.FORM_SUBMITTED,
            occurred_at=moment(row["submittedAt"]),
            email=email,
            properties={name: value for name, value in properties.items() if value is not None},
        )

    def _email_events(self, since: datetime) -> Iterator[list[Activity]]:
        offset = ""
        while True:
            query = {"limit": EVENTS, "startTimestamp": _ms(since), **({"offset": offset} if offset else {})}
            answer = self._client.get("/email/public/v1/events", query)
            rows = rows_of(answer, "to read e-mail events", key="events")
            yield [one for row in rows if (one := self._email_event(row)) is not None]
            told = answer.json()
            if not told.get("hasMore") or not rows or told.get("offset") == offset:
                return
            offset = str(told["offset"])

    def _email_event(self, row: dict[str, Any]) -> Activity | None:
        kind = _EMAIL_KINDS.get(str(row.get("type")))
        recipient = str(row.get("recipient") or "").strip().lower()
        if kind is None or not recipient:
            return None
        properties: dict[str, Value] = {
            "url": row.get("url"),
            "campaign": str(row["emailCampaignId"]) if row.get("emailCampaignId") else None,
            "subject": row.get("subject"),
        }
        return Activity(
            connection=self._connection,
            stream="email_events",
            external_id=str(row["id"]),
            kind=kind,
            occurred_at=moment(row["created"]),
            email=recipient,
            properties={name: value for name, value in properties.items() if value is not None},
        )

    def _page_views(self, since: datetime) -> Iterator[list[Activity]]:
        api, after = self._client.sdk.events.events_api, ""
        while True:
            options: dict[str, str] = {"after": after} if after else {}
            answer = self._client.send(
                Operation(method="GET", path="/events/v3/events"),
                lambda options=options, **more: api.get_page(
                    object_type="contact",
                    event_type="e_visited_page",
                    occurred_after=since,
                    limit=VISITS,
                    **options,
                    **more,
                ),
            )
            if answer.status == 403:
                # Below Enterprise there is no web activity to read: the rest of the portal goes on.
                return
            rows = rows_of(answer, "to read page views")
            yield [self._page_view(row) for row in rows]
            after = next_after(answer) or ""
            if not after:
                return

    def _page_view(self, row: dict[str, Any]) -> Activity:
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


def _ms(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))
