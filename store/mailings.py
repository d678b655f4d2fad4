"""Whom marketing e-mail reached last, and when: one row per person and system, whatever is sent.

Kept beside the ledger, because a mailing to everybody is nothing that anybody did: it makes no lead due.
"""

from collections.abc import Mapping
from datetime import datetime

from domain.values import from_text, to_text
from store import identity
from store import installation as notebook
from store.chunks import BulkInsert
from store.columns import to_micros
from store.engine import Tx
from store.schema import mailed

_SINCE = "mailings_since:"
_PUT = BulkInsert(
    mailed,
    ("lead_id", "connection", "at"),
    "ON CONFLICT (lead_id, connection) DO UPDATE SET at = excluded.at WHERE excluded.at > mailed.at",
)


def note(tx: Tx, connection: str, reached: Mapping[str, datetime]) -> None:
    """`reached`: address → when a mail was last delivered there. An address that nobody has yet is left out."""
    leads = identity.by_address(tx, {(connection, address) for address in reached})
    newest: dict[int, int] = {}
    for address, at in reached.items():
        lead = leads.get((connection, address))
        if lead is not None:
            newest[lead] = max(newest.get(lead, 0), to_micros(at))
    _PUT.run(tx, [(lead, connection, at) for lead, at in sorted(newest.items())])


def begin(tx: Tx, connection: str, *, now: datetime) -> None:
    """From when on we are told; nobody knows of earlier mails."""
    if notebook.get(tx, f"{_SINCE}{connection}") is None:
        notebook.put(tx, f"{_SINCE}{connection}", to_text(now))


def told_since(tx: Tx, connections: list[str]) -> datetime | None:
    """From when on any of these systems tells us of mails that arrived; None while none does."""
    known = (notebook.get(tx, f"{_SINCE}{name}") for name in connections)
    return min((from_text(text) for text in known if text is not None), default=None)
