"""Looks for half a decision in the tables: a part of it without another that is saved in the same transaction (F05).

One look is of one moment on either database, so it may be taken while a process writes, and right after its kill.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread

from sqlalchemy import text

from store import audit_joins
from store.engine import Store, Tx
from tests.installation import Installation

EVERY_S = 0.05
TWO_DAYS = timedelta(days=2)
"""Nothing counts as still on its way for being young."""

_STAGE = "'stage ' || t.before || ' to ' || t.after"
_MOVED = f"SELECT 1 FROM transition t WHERE t.lead_id = a.lead_id AND a.action = {_STAGE}"
HALVES = {
    "a move that the audit does not know": (
        "SELECT t.lead_id FROM transition t GROUP BY t.lead_id, t.before, t.after HAVING count(*) <> "
        f"(SELECT count(*) FROM audit a WHERE a.lead_id = t.lead_id AND a.action = {_STAGE})"
    ),
    "an audited move that is none": (
        f"SELECT a.lead_id FROM audit a WHERE a.action LIKE 'stage % to %' AND NOT EXISTS ({_MOVED})"
    ),
    "a move that its lead does not show": (
        "SELECT l.id FROM lead l JOIN transition t ON t.lead_id = l.id WHERE t.after <> l.stage "
        "AND t.id = (SELECT max(id) FROM transition WHERE lead_id = l.id)"
    ),
    "a handoff that no move opened": (
        "SELECT h.lead_id FROM handoff h WHERE NOT EXISTS "
        "(SELECT 1 FROM transition t WHERE t.lead_id = h.lead_id AND t.handoff = h.number)"
    ),
    "a move of a handoff that is not there": (
        "SELECT t.lead_id FROM transition t WHERE t.handoff IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM handoff h WHERE h.lead_id = t.lead_id AND h.number = t.handoff)"
    ),
    "an assignment of a handoff that is not there": (
        "SELECT s.lead_id FROM assignment s WHERE NOT EXISTS "
        "(SELECT 1 FROM handoff h WHERE h.lead_id = s.lead_id AND h.number = s.handoff)"
    ),
    "a rep whom nobody chose": (
        "SELECT h.lead_id FROM handoff h WHERE h.owner IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM assignment s WHERE s.lead_id = h.lead_id AND s.handoff = h.number)"
    ),
    "a rep without a task": (
        "SELECT h.lead_id FROM handoff h WHERE h.owner IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM intent i WHERE i.lead_id = h.lead_id AND i.handoff = h.number AND i.kind = 'task')"
    ),
    "a task of a handoff that is not there": (
        "SELECT i.lead_id FROM intent i WHERE i.kind = 'task' AND NOT EXISTS "
        "(SELECT 1 FROM handoff h WHERE h.lead_id = i.lead_id AND h.number = i.handoff)"
    ),
    "a rep whom nothing wishes to be written": (
        "SELECT h.lead_id FROM handoff h WHERE h.owner IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM desired d WHERE d.lead_id = h.lead_id)"
    ),
    "an intent that nobody plans or puts out": (
        "SELECT i.lead_id FROM intent i JOIN lead l ON l.id = i.lead_id WHERE i.status = 'open' AND i.kind <> 'notice' "
        "AND NOT l.plan_due AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.lead_id = i.lead_id)"
    ),
}
"""Each query finds leads of which one part is there and the other is not."""


def halves(tx: Tx, *, now: datetime) -> list[str]:
    """What is half, in words; empty when every decision is whole and every write announced."""
    found = [
        f"{what}: lead {lead}" for what, query in HALVES.items() for lead in tx.execute(text(query)).scalars().all()
    ]
    return [*found, *(f"{end.what}: {end.connection} {end.key}" for end in audit_joins.loose_ends(tx, now=now))]


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks all the time while somebody else writes. `looks`: how often; `moved`: whether there was anything to see."""

    store: Store
    now: datetime
    looks: int = 0
    found: list[str] = field(default_factory=list)

    def look(self) -> None:
        with self.store.read() as tx:
            self.found += halves(tx, now=self.now)
        self.looks += 1

    def until(self, ended: Event) -> None:
        while not ended.wait(EVERY_S):
            self.look()


@contextmanager
def nothing_half(made: Installation) -> Iterator[Watch]:
    """While this lasts, and at its end, no decision is half."""
    url = made.app.store.engine.url.render_as_string(hide_password=False)
    watch = Watch(store=Store.open_to_look(url), now=made.simulator.now() + TWO_DAYS)
    ended = Event()
    thread = Thread(target=watch.until, args=(ended,))
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join()
    watch.look()
    watch.store.dispose()
    assert not watch.found, sorted(set(watch.found))
