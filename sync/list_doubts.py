"""Whether a list that came back much shorter is believed: by what is missing, or because a person said so."""

from datetime import datetime

from domain.missing import Missing
from store import sweeps
from store.engine import Tx
from sync.listing import Listing


def doubt_of(tx: Tx, listing: Listing, stream: str, *, connection: str, percent: float, now: datetime) -> str | None:
    """As `Listing.doubt`, unless a person said that exactly these left; their word is used up with it.

    Told of a list are the numbers of leads.
    """
    missing = Missing(
        connection=connection,
        stream=stream,
        object=f"list '{listing.name}'",
        ids=frozenset(map(str, listing.missing)),
        known=len(listing.shown & listing.at_start),
    )
    doubt = listing.doubt(percent)
    if doubt is not None and not sweeps.covers(tx, missing, now=now):
        sweeps.note(tx, missing, now=now)
        return doubt
    sweeps.close(tx, connection, missing.object, now=now)
    return None
