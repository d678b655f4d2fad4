"""Who holds which row: a save locks its record and the records above it until its transaction has ended.

An act with `open_s` is such a transaction; `parent_lock_s` makes every request hold what it wrote for a moment longer,
as in an org where imports, flows and other integrations save at the same time.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from simulator.salesforce.errors import RefusedError
from simulator.salesforce.table import Row

PARENTS = {
    "Contact": ("AccountId",),
    "Opportunity": ("AccountId",),
    "Task": ("WhoId", "WhatId"),
    "Event": ("WhoId", "WhatId"),
    "CampaignMember": ("CampaignId", "LeadId", "ContactId"),
}
"""What a save locks beside the row. A new or changed owner is locked too: sharing is worked out anew."""


class Locks:
    """Rows held by requests that have answered already; a request is never in its own way."""

    def __init__(self) -> None:
        self.parent_lock_s = 0.0
        self._held: dict[str, tuple[datetime, object]] = {}

    def check(self, wanted: Iterable[str], held: Iterable[str], *, by: object, now: datetime) -> None:
        """RefusedError when somebody else holds one of them; `held` are those of transactions still open."""
        open_, busy = set(held), []
        for record_id in wanted:
            until, holder = self._held.get(record_id, (now, by))
            if record_id in open_ or (holder is not by and until > now):
                busy.append(record_id)
        if busy:
            message = f"unable to obtain exclusive access to this record or {len(busy)} records: {','.join(busy)}"
            raise RefusedError("UNABLE_TO_LOCK_ROW", message, fields=())

    def take(self, ids: Iterable[str], *, by: object, now: datetime) -> None:
        if self.parent_lock_s:
            until = now + timedelta(seconds=self.parent_lock_s)
            self._held.update(dict.fromkeys(ids, (until, by)))

    def release(self) -> None:
        """Everybody has committed."""
        self._held.clear()


def locked_by(type_name: str, before: Row | None, row: Row) -> list[str]:
    """The rows that saving this one locks."""
    above = [row.get(name) for name in PARENTS.get(type_name, ())]
    owner = row.get("OwnerId")
    if owner != (before or {}).get("OwnerId"):
        above.append(owner)
    own = [] if before is None else [row["Id"]]
    return [str(one) for one in dict.fromkeys([*own, *above]) if one]
