"""Cursors that hold one moment: since when, or when last."""

import json
from datetime import UTC, datetime

from domain.errors import ContractError
from domain.record import Cursor
from domain.values import from_text, to_text

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
