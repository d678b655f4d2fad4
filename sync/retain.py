"""Delete what was promised to be kept for a while only: about once a day, in small transactions."""

from datetime import datetime, timedelta

from store import flaps
from store import installation as notebook
from store.retention import purge
from sync.loop import Loop

EVERY = timedelta(hours=20)
NAME = "retained_at"
QUIET = timedelta(days=7)
"""The longest time within which overwritings may be set to count."""


def retain(loop: Loop, *, now: datetime) -> None:
    """Purge if the last time is long enough ago; broken off in the middle, the rest goes the next time."""
    with loop.store.read() as tx:
        last = notebook.get(tx, NAME)
    if last is not None and now - datetime.fromisoformat(last) < EVERY:
        return
    while loop.store.transact(lambda tx: purge(tx, now=now), loop.epoch).more:
        pass
    with loop.store.write(loop.epoch) as tx:
        flaps.forget_quiet(tx, before=now - QUIET)
        notebook.put(tx, NAME, now.isoformat())
