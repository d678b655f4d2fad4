"""About once a day: decide where new people came from, and close the months that are due.

Both go by reports.yaml as it stands in the folder by then: it is never published, so nobody tells the daemon of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.audit import LOOP
from leadloop.app import App
from leadloop.came_from import settle
from leadloop.checked import load
from leadloop.closing import close, due
from leadloop.report_desk import Ask, desk_of
from store import installation as notebook
from sync.firstday import went_live_at
from sync.loop import Loop

EVERY = timedelta(hours=20)
NAME = "books_kept_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookKeeper:
    """Call `look` as often as you like: it works if the last time is long enough ago."""

    app: App
    environment: str | None

    def look(self, loop: Loop) -> None:
        now = self.app.clock.refresh()
        with loop.store.read() as tx:
            last, live = notebook.get(tx, NAME), went_live_at(tx)
        if live is None or (last is not None and now - datetime.fromisoformat(last) < EVERY):
            return
        self._keep(loop)
        with loop.store.write(loop.epoch) as tx:
            notebook.put(tx, NAME, now.isoformat())

    def _keep(self, loop: Loop) -> None:
        fresh = load(self.app.installation.folder, self.environment)
        desk = desk_of(replace(self.app, installation=fresh), Ask())
        settle(loop, desk.scope.channels, now=desk.scope.now)
        for month in due(desk):
            close(desk, month, by=LOOP, epoch=loop.epoch, reached=loop.reached)
            loop.reached("books.closed")
