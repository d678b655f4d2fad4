"""Deleted contacts: no search shows them, so once a day the recycle bin is listed from end to end."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from connectors.hubspot.answers import Row
from connectors.hubspot.client import Client
from connectors.hubspot.objects import Objects
from connectors.hubspot.shapes import Shape
from domain.errors import ContractError
from domain.record import Cursor
from domain.values import from_text, to_text

LIST_AGAIN = timedelta(hours=20)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(cursor: Cursor | None) -> datetime:
    """The moment that a cursor of one moment holds; None is the beginning of time."""
    if cursor is None:
        return BEGINNING
    try:
        return from_text(json.loads(cursor.position)["at"])
    except (ValueError, KeyError, TypeError) as error:
        raise ContractError("a saved HubSpot cursor cannot be read; reset the stream") from error


def cursor_at(at: datetime) -> Cursor:
    return Cursor(position=json.dumps({"at": to_text(at)}))


class RecycleBin:
    """HubSpot keeps deleted records for 90 days."""

    def __init__(self, client: Client, objects: Objects) -> None:
        self._client = client
        self._objects = objects

    def rows(self, shape: Shape, cursor: Cursor | None) -> Iterator[tuple[list[Row], Cursor]]:
        """Nothing while the last listing is fresh; an interrupted one begins anew."""
        now, last = self._client.now(), moment_of(cursor)
        if now - last < LIST_AGAIN:
            return
        after: str | None = None
        while True:
            rows, after = self._objects.listed(shape, after, archived=True)
            yield rows, cursor_at(now if after is None else last)
            if after is None:
                return
