"""When a system's deals were first read to their end, and when last: a month is closed of what was read after it."""

from datetime import datetime, timedelta

from store import installation as notebook
from store.engine import Tx

NEWS = timedelta(hours=1)
"""What was noted so lately is not noted again: months are long."""


def note(tx: Tx, connection: str, *, now: datetime) -> None:
    """All deals of a system were read just now."""
    if since(tx, connection) is None:
        notebook.put(tx, _since(connection), now.isoformat())
    notebook.put(tx, _until(connection), now.isoformat())


def is_news(tx: Tx, connection: str, *, now: datetime) -> bool:
    last = until(tx, connection)
    return last is None or now - last >= NEWS


def since(tx: Tx, connection: str) -> datetime | None:
    """When all of them were read for the first time; None: not yet."""
    return _moment(notebook.get(tx, _since(connection)))


def until(tx: Tx, connection: str) -> datetime | None:
    return _moment(notebook.get(tx, _until(connection)))


def _moment(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)


def _since(connection: str) -> str:
    return f"deals_read_since:{connection}"


def _until(connection: str) -> str:
    return f"deals_read_until:{connection}"
