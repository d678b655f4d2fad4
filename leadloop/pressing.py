"""Hears what people answer in notices while the daemon runs, and keeps it before the system is thanked.

A standby hears, too: whoever leads takes up what it kept.
"""

import os
import threading
from contextlib import closing

import structlog

from connectors.abilities import Hearing, Listening
from domain.errors import LeadloopError
from domain.notice import Press
from leadloop.app import App, crash_points
from store import presses
from store.engine import Tx
from web.metrics import Received

log = structlog.get_logger(__name__)

AGAIN_S = 15.0
"""How often it is looked whether answers are heard; the connection itself comes back sooner by its own means."""


def answering(app: App) -> list[str]:
    """The connections in whose messages people can answer."""
    return [name for name, each in app.connectors.items() if isinstance(each, Hearing) and each.hears]


class PressListener:
    """One connection's ear, in a thread of its own between `start` and `stop`."""

    def __init__(self, app: App, name: str, received: Received) -> None:
        self.host = name
        self._app = app
        self._name = name
        self._received = received
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._trouble: str | None = "not begun"
        self._reached = crash_points(os.environ)

    def start(self) -> int | None:
        """There is no port: the connection goes out."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"answers:{self._name}", daemon=True)
            self._thread.start()
        return None

    def stop(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _run(self) -> None:
        """Until the end: connect, watch, and after a trouble that waits for a person try again."""
        while not self._ended.is_set():
            try:
                connector = self._app.connect()[self._name]
                if not isinstance(connector, Hearing):
                    return
                with closing(connector.listen(self._keep)) as ear:
                    self._watch(ear)
            except LeadloopError as error:
                self._say(str(error))
                self._received.hearing(self._name, connected=False)
                self._ended.wait(AGAIN_S)

    def _watch(self, ear: Listening) -> None:
        while not self._ended.is_set():
            self._say(None if ear.connected else "the connection is lost and comes back by itself")
            self._received.hearing(self._name, connected=ear.connected)
            self._ended.wait(AGAIN_S if ear.connected else 1.0)

    def _say(self, trouble: str | None) -> None:
        """Once when it begins or is back, once when it goes away."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if trouble is None:
            log.info("answers_heard", connection=self._name)
        else:
            log.warning("answers_not_heard", connection=self._name, reason=trouble)

    def _keep(self, press: Press) -> None:
        now = self._app.clock.refresh()

        def add(tx: Tx) -> bool:
            added = presses.add(tx, press, now=now)
            self._reached("press.before_commit")
            return added

        self._app.store.transact(add)
        self._reached("press.committed")
