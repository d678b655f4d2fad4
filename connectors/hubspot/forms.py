"""Form submissions with what was typed into them: read newest first, down to what is known already.

HubSpot has no feed of all submissions, only one call per form. So contacts are asked who converted of late, and only
the forms that this names are read at once; every form is read twice an hour, for what no contact tells of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.http import Answer
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.conversions import LOOK_BACK, Conversion, Conversions
from connectors.hubspot.forms_cursor import FormsPosition
from connectors.hubspot.paging import pages
from connectors.hubspot.values import moment
from domain.activity import Activity, ActivityKind
from domain.record import Cursor, Page
from domain.values import Value

FORMS_PAGE, SUBMISSIONS_PAGE = 100, 50
LIST_AGAIN = ROUND = LOOK_BACK
SETTLES = timedelta(minutes=2)
"""A form is read until this long after a submission: the contact may show it before the form does."""
_TYPED = ("message", "comments", "comment", "question", "how_can_we_help", "notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    id: str
    name: str

    def is_meant(self, conversion: Conversion) -> bool:
        """By its id; or by its name, which HubSpot shows alone or behind the title of the page."""
        if conversion.form_id is not None:
            return conversion.form_id == self.id.lower()
        shown, own = conversion.name.strip().casefold(), self.name.strip().casefold()
        return shown == own or shown.endswith(f": {own}")


class Forms:
    """Every form of the portal, each with a cursor of its own."""

    def __init__(self, client: Client, connection: str, *, overlap: timedelta) -> None:
        self._client = client
        self._connection = connection
        self._overlap = overlap
        self._conversions = Conversions(client)
        self._known: tuple[datetime, Sequence[Form]] | None = None

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Of each form that is due, newest first: its cursor moves with its last page."""
        position = FormsPosition.of(cursor)
        now = self._client.now()
        is_first = self._known is None and not position.forms
        news = () if is_first else self._conversions.since(now - LOOK_BACK)
        forms = self._forms(news, now)
        position = position.only([form.id for form in forms])
        for form in forms:
            read_at = position.read_at(form.id)
            if not _is_due(form, read_at, news, now):
                continue
            for activities in self._submissions(form, read_at - self._overlap if read_at else None):
                yield Page(stream="forms", cursor=position.cursor(), activities=tuple(activities))
            position = position.read(form.id, now)
        yield Page(stream="forms", cursor=position.cursor())

    def named(self, news: Sequence[Conversion]) -> Iterator[Sequence[Activity]]:
        """What was sent of late of the forms that these name. No cursor is asked for, and none moves."""
        for form in self._forms(news, self._client.now()):
            since = min((one.at for one in news if form.is_meant(one)), default=None)
            if since is not None:
                yield from self._submissions(form, since - SETTLES)

    def _forms(self, news: Sequence[Conversion], now: datetime) -> Sequence[Form]:
        """The forms there are; listed again now and then, and for a conversion that names none of them."""
        known = self._known
        if known is None or now - known[0] >= LIST_AGAIN or _is_stranger(news, known[1], since=known[0]):
            known = self._known = (now, list(self._listed()))
        return known[1]

    def _listed(self) -> Iterator[Form]:
        doing = "to list forms"

        def ask(after: str) -> Answer:
            more = {"after": after} if after else {}
            return self._client.send(self._client.sdk.marketing.forms.forms_api.get_page(limit=FORMS_PAGE, **more))

        for rows, _ in pages(ask, doing):
            with known_shape(doing):
                yield from [Form(id=str(row["id"]), name=str(row["name"])) for row in rows]

    def _submissions(self, form: Form, since: datetime | None) -> Iterator[list[Activity]]:
        doing = "to read form submissions"

        def ask(after: str) -> Answer | None:
            answer = self._client.get(
                f"/form-integrations/v1/submissions/forms/{form.id}",
                {"limit": SUBMISSIONS_PAGE, **({"after": after} if after else {})},
            )
            if answer.status == 404:
                self._known = None  # deleted since forms were listed
                return None
            return answer

        for rows, _ in pages(ask, doing):
            with known_shape(doing):
                fresh = [row for row in rows if since is None or moment(row["submittedAt"]) >= since]
                found = [one for row in fresh if (one := self._activity(form, row)) is not None]
            if found:
                yield found
            if len(fresh) < len(rows):
                return

    def _activity(self, form: Form, row: Row) -> Activity | None:
        """None for a submission without an address: nobody can be found by it."""
        values = {str(value["name"]): str(value.get("value") or "") for value in row.get("values") or ()}
        email = values.get("email", "").strip().lower()
        if not email:
            return None
        typed = next((values[name] for name in _TYPED if values.get(name)), None)
        properties: dict[str, Value] = {"form": form.name, "url": row.get("pageUrl"), "text": typed}
        own = row.get("conversionId") or f"{row['submittedAt']}:{email}"
        return Activity(
            connection=self._connection,
            stream="forms",
            external_id=f"{form.id}:{own}",
            kind=ActivityKind.FORM_SUBMITTED,
            occurred_at=moment(row["submittedAt"]),
            email=email,
            properties={name: value for name, value in properties.items() if value},
        )


def _is_due(form: Form, read_at: datetime | None, news: Sequence[Conversion], now: datetime) -> bool:
    """Never read, not read for a while, or named by somebody who sent it since it was read."""
    if read_at is None or now - read_at >= ROUND:
        return True
    return any(form.is_meant(one) for one in news if read_at < one.at + SETTLES)


def _is_stranger(news: Sequence[Conversion], forms: Sequence[Form], *, since: datetime) -> bool:
    """Whether a conversion after `since` names a form that we do not know: it may be new, or have a new name."""
    return any(not any(form.is_meant(one) for form in forms) for one in news if one.at + SETTLES > since)
