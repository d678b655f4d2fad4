"""When the installation went live: what happened before opens no handoff."""

from datetime import datetime

from store import installation as notebook
from store.engine import Tx

NAME = "went_live_at"


def went_live_at(tx: Tx) -> datetime | None:
    """When the baseline was taken; None until every system's people were read once."""
    text = notebook.get(tx, NAME)
    return datetime.fromisoformat(text) if text else None


def go_live(tx: Tx, *, now: datetime) -> None:
    notebook.put(tx, NAME, now.isoformat())
