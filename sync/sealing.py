"""Seal the audit in short transactions, and have its new end kept outside the database after each of them."""

from datetime import datetime

from store import audit_chain
from sync.loop import Loop

PORTION = 2000
"""Rows sealed at once: some 60 ms in which nobody else writes to SQLite."""


def seal(loop: Loop, *, now: datetime) -> None:
    """Seal everything that was written down until now."""
    while True:
        with loop.store.write(loop.epoch) as tx:
            before = audit_chain.end(tx)
            end = audit_chain.seal(tx, now=now, most=PORTION)
        sealed = (0 if end is None else end.number) - (0 if before is None else before.number)
        if end is not None and sealed:
            loop.anchored(end)
        if sealed < PORTION:
            return
