"""Has the daemon make and send the reports that are due. `sync/` knows when and to whom, this knows how one is made."""

from dataclasses import dataclass
from datetime import datetime

from config.deliver import Delivery
from leadloop.app import App
from leadloop.page_making import made_of
from sync.delivering import deliver_due
from sync.loop import Loop
from sync.report_telling import Made


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """Call `look` every minute, in a thread of its own."""

    app: App

    def look(self, loop: Loop) -> None:
        deliver_due(loop, self._make, now=self.app.clock.refresh())

    def _make(self, delivery: Delivery, due: datetime) -> Made:
        return made_of(self.app, delivery.report, drive=delivery.drive, at=due)
