"""Form submissions with what was typed into them: read newest first, down to what is known already."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.hubspot.answers import Row, body_of, known_shape, next_after, rows_in
from connectors.hubspot.client import Client
from connectors.hubspot.values import moment
from domain.activity import Activity, ActivityKind
from domain.values import Value

FORMS_PAGE, SUBMISSIONS_PAGE = 100, 50
LIST_AGAIN = timedelta(minutes=30)
_TYPED = ("message", "comments", "comment", "question", "how_can_we_help", "notes")


class Forms:
    """Every form of the portal, one call each: HubSpot has no feed of all submissions."""

    def __init__(self, client: Client, connection: str) -> None:
        self._client = client
        self._connection = connection
        self._known: tuple[datetime, list[Row]] | None = None

    def since(self, since: datetime) -> Iterator[list[Activity]]:
        for form in self._forms():
            yield from self._submissions(form, since)

    def _submissions(self, form: Row, since: datetime) -> Iterator[list[Activity]]:
        after: str | None = ""
        while after is not None:
            answer = self._client.get(
                f"/form-integrations/v1/submissions/forms/{form['id']}",
                {"limit": SUBMISSIONS_PAGE, **({"after": after} if after else {})},
            )
            if answer.status == 404:
                self._known = None  # deleted since forms were listed
                return
            told = body_of(answer, "to read form submissions")
            rows = rows_in(told, "to read form submissions")
            with known_shape("to read form submissions"):
                fresh = [row for row in rows if moment(row["submittedAt"]) >= since]
                found = [one for row in fresh if (one := self._activity(form, row)) is not None]
            if found:
                yield found
            after = next_after(told) if len(fresh) == len(rows) else None

    def _forms(self) -> list[Row]:
        now = self._client.now()
        if self._known is None or now - self._known[0] >= LIST_AGAIN:
            self._known = (now, list(self._listed()))
        return self._known[1]

    def _listed(self) -> Iterator[Row]:
        after: str | None = ""
        while after is not None:
            more = {"after": after} if after else {}
            request = self._client.sdk.marketing.forms.forms_api.get_page(limit=FORMS_PAGE, **more)
            told = body_of(self._client.send(request), "to list forms")
            with known_shape("to list forms"):
                yield from ({"id": str(row["id"]), "name": str(row["name"])} for row in rows_in(told, "to list forms"))
            after = next_after(told)

    def _activity(self, form: Row, row: Row) -> Activity | None:
        """None for a submission without an address: nobody can be found by it."""
        values = {str(value["name"]): str(value.get("value") or "") for value in row.get("values") or ()}
        email = values.get("email", "").strip().lower()
        if not email:
            return None
        typed = next((values[name] for name in _TYPED if values.get(name)), None)
        properties: dict[str, Value] = {"form": form["name"], "url": row.get("pageUrl"), "text": typed}
        own = row.get("conversionId") or f"{row['submittedAt']}:{email}"
        return Activity(
            connection=self._connection,
            stream="forms",
            external_id=f"{form['id']}:{own}",
            kind=ActivityKind.FORM_SUBMITTED,
            occurred_at=moment(row["submittedAt"]),
            email=email,
            properties={name: value for name, value in properties.items() if value},
        )
