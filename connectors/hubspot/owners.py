"""Everybody who may own a record, those who left included."""

from collections.abc import Iterator

from connectors.http import Answer
from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.paging import pages
from connectors.hubspot.values import moment
from domain.record import Cursor, Page, Record
from domain.values import RecordRef

PAGE = 100
WHOLE = Cursor(position="{}")
"""Read from end to end each time: there is nowhere to resume."""


def owner_pages(client: Client, connection: str) -> Iterator[Page]:
    for archived in (False, True):

        def ask(after: str, archived: bool = archived) -> Answer:
            more = {"after": after} if after else {}
            return client.send(client.sdk.crm.owners.owners_api.get_page(limit=PAGE, archived=archived, **more))

        for rows, _ in pages(ask, "to list owners"):
            with known_shape("to list owners"):
                records = tuple(_owner(connection, row, active=not archived) for row in rows)
            yield Page(stream="owners", cursor=WHOLE, records=records)


def _owner(connection: str, row: Row, *, active: bool) -> Record:
    """`id` is what `hubspot_owner_id` holds; the user id is another number."""
    name = f"{row.get('firstName') or ''} {row.get('lastName') or ''}".strip()
    return Record(
        ref=RecordRef(connection=connection, object="owners", id=str(row["id"])),
        values={
            "email": str(row.get("email") or "").lower() or None,
            "name": name or None,
            "user_id": str(row.get("userId") or "") or None,
            "active": active,
        },
        modified_at=moment(row["updatedAt"]),
        archived=not active,
    )
