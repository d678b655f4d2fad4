"""Who sent a form of late, asked of contacts: one search, however many forms a portal has."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.http import Answer
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import SEARCH, Client
from connectors.hubspot.paging import pages
from connectors.hubspot.values import from_ms, moment, to_ms

LOOK_BACK = timedelta(minutes=30)
"""Search may show a contact late; what is older than this, the round of all forms has found."""
ROWS, CEILING = 200, 10_000
DATE, NAME, ALL = "recent_conversion_date", "recent_conversion_event_name", "hs_calculated_form_submissions"
_ENTRY = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):[^:;]*:(\d{13})(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """One submission as the contact shows it: the form's id where it is told, else a name that ends as the form's."""

    at: datetime
    form_id: str | None = None
    name: str = ""


class Conversions:
    """Asks for contacts by the date of their last conversion."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def since(self, since: datetime) -> Sequence[Conversion]:
        """What contacts sent from `since` on. Of a contact that sent several forms all, where HubSpot lists them."""
        doing = "to search who sent a form"
        filters = [{"propertyName": DATE, "operator": "GTE", "value": str(to_ms(since))}]

        def ask(after: str) -> Answer | None:
            if int(after or 0) + ROWS > CEILING:
                return None
            body = {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": DATE, "direction": "DESCENDING"}],
                "properties": [DATE, NAME, ALL],
                "limit": ROWS,
                "after": after or "0",
            }
            return self._client.send(self._client.sdk.crm.objects.search_api.do_search("contacts", body), bucket=SEARCH)

        found: list[Conversion] = []
        for rows, _ in pages(ask, doing):
            with known_shape(doing):
                found += [one for row in rows for one in _conversions(row) if one.at >= since]
        return found


def told_by(rows: Iterable[Row], *, since: datetime) -> Sequence[Conversion]:
    """What these contacts sent from `since` on, by the three properties above."""
    with known_shape("to tell who sent a form"):
        asked = [row for row in rows if row["properties"].get(DATE)]
        return [one for row in asked for one in _conversions(row) if one.at >= since]


def _conversions(row: Row) -> Iterator[Conversion]:
    """The list of submissions is a property that HubSpot does not document: without it the last form's name serves."""
    told = row["properties"]
    listed = [
        Conversion(form_id=form.lower(), at=from_ms(int(ms))) for form, ms in _ENTRY.findall(str(told.get(ALL) or ""))
    ]
    yield from listed
    last = moment(told[DATE])
    if not any(one.at >= last - timedelta(seconds=1) for one in listed):
        yield Conversion(name=str(told.get(NAME) or ""), at=last)
