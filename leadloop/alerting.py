"""Tells operations when the installation's standing changes: once per change, and not of what passes within minutes."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from connectors.contract import Lane
from domain.notice import Audience, NoticeKind
from domain.run import ConnectionStatus
from domain.values import to_text
from leadloop.app import App
from leadloop.status_of import look_at
from reports.standing import Standing
from store import installation as notebook
from store.engine import Tx
from sync.firstday import step_written
from sync.loop import Loop
from sync.noticing import draft_of
from sync.outgoing import put
from sync.telling import Addressed, address, alert_of

LOOKS = 3
"""So many looks in a row, a minute apart, have to find the same before anybody is told."""
TOLD = "told_standing"
REASON_CHARS = 1_000


@dataclass(slots=True, kw_only=True)
class Alerts:
    """Call `look` every minute; what was told last is kept in the store, so that a restart tells nothing twice."""

    app: App
    _seen: str = ""
    _times: int = field(default=0)

    def look(self, loop: Loop) -> None:
        where = address(loop.settings, Audience.OPERATIONS, "")
        if not isinstance(where, Addressed):
            return
        found, now = look_at(self.app), self.app.clock.now()
        said = _standing(found)
        self._times = self._times + 1 if said == self._seen else 1
        self._seen = said
        if self._times >= LOOKS:
            with loop.store.write(loop.epoch) as tx:
                self._tell(tx, loop, where, found, said, now=now)

    def _tell(self, tx: Tx, loop: Loop, where: Addressed, found: Standing, said: str, *, now: datetime) -> None:
        before = notebook.get(tx, TOLD)
        if before == said:
            return
        notebook.put(tx, TOLD, said)
        if before is None or step_written(tx, loop.settings.go_live) is None:
            return
        words = {"status": said, "before": before, "reason": found.reason[:REASON_CHARS]}
        text = loop.settings.notices.say(NoticeKind.STANDING, words)
        key = hashlib.sha256(f"standing\n{said}\n{to_text(now)}".encode()).hexdigest()[:40]
        change = alert_of(key, text, where, at=to_text(now))
        draft = draft_of(loop, change, where.connection, loop.in_force(tx), lead_id=None, lane=Lane.BACKGROUND)
        put(tx, [draft], now=now, run_id=None, random_bytes=loop.random_bytes)


def _standing(found: Standing) -> str:
    """The installation's word, and the connections that wait for a person: what else is wrong changes by the minute."""
    stopped = [each.name for each in found.connections if each.status is ConnectionStatus.SUSPENDED]
    return f"{found.status}, suspended: {', '.join(sorted(stopped))}" if stopped else found.status.value
