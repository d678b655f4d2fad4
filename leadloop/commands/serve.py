"""`leadloop serve`: the daemon. Leads or stands by, answers probes, stops cleanly on SIGTERM."""

import gc
import os
import signal
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

import structlog

from connectors.contract import Lane
from domain.errors import LeadHeldError, StoreAwayError
from leadloop import exits, log, screen
from leadloop.alerting import Alerts
from leadloop.app import App, ask_the_time, leading, open_app, refresh_fields
from leadloop.clock import SystemClock
from leadloop.delivering import Deliveries
from leadloop.heap import GIVE_BACK_S, give_back, share_heap
from leadloop.keeping_books import BookKeeper
from leadloop.mending import retry_suspended
from leadloop.pressing import PressListener, answering
from leadloop.receiving import receiver
from leadloop.requests_job import answer_requests
from leadloop.status_of import look_at
from leadloop.watching import FolderWatch
from sync.daemon import Daemon
from sync.loop import Loop
from sync.schedule import Job, start, wait_and_stop
from web.health import Probes
from web.metrics import Received

STAND_BY_S = 5.0
GRACE_S = 15.0
"""How long running jobs may take to end: less than the 20 s after which docker and systemd lose patience."""

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """`asked`: a person or the system wants the daemon to end. `over`: this leadership ends, for whatever reason."""

    asked: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def on_signals(self) -> None:
        """The first SIGTERM or Ctrl-C asks for a clean end, the second ends at once."""

        def ask(number: int, _frame: FrameType | None) -> None:
            self.asked.set()
            self.over.set()
            signal.signal(number, signal.SIG_DFL)

        signal.signal(signal.SIGTERM, ask)
        signal.signal(signal.SIGINT, ask)


def run(folder: Path, *, environment: str | None, volume: int, adopt: bool = False) -> int:
    ending = Ending()
    ending.on_signals()
    share_heap()
    with closing(open_app(folder, environment=environment, adopt=adopt)) as app:
        log.follow(app.settings.log, volume=volume, daemon=True)
        app.store.require_sound()
        doors = _doors(app)
        try:
            _lead_or_stand_by(app, doors, ending, environment)
        finally:
            for door in doors.values():
                door.stop()
    return exits.OK


class Door(Protocol):
    """What is open while the daemon runs. `start` gives the port when it begins to listen on one."""

    host: str

    def start(self) -> int | None: ...

    def stop(self) -> None: ...


def _doors(app: App) -> dict[str, Door]:
    """What is served over HTTP, by the word of the log that tells its port: probes, and webhooks where they are on."""
    health, received = app.settings.health, Received()
    probes = Probes(lambda: look_at(app), host=health.host, port=health.port, received=received)
    webhooks = receiver(app, received)
    doors: dict[str, Door] = {"probes_answered": probes}
    if webhooks is not None:
        doors["webhooks_received"] = webhooks
    for name in answering(app):
        doors[f"answers_heard:{name}"] = PressListener(app, name, received)
    return doors


def _lead_or_stand_by(app: App, doors: Mapping[str, Door], ending: Ending, environment: str | None) -> None:
    """On PostgreSQL any number of standbys wait their turn; an SQLite file has one daemon.

    A server that goes away once we run is waited for: only who cannot begin at all is told to look at database_url.
    """
    told = ""
    while not ending.asked.is_set():
        ending.over.clear()
        if ending.asked.is_set():
            return  # the signal came between the two lines above
        try:
            with leading(app, connectors={}) as loop:
                told = ""
                _open(doors)
                _lead(app, loop, ending, environment)
        except LeadHeldError:
            if not app.store.is_postgresql:
                raise
            _open(doors)
            logger.info("standing_by")
            ending.over.wait(STAND_BY_S)
        except StoreAwayError as error:
            if told != (told := str(error)):
                logger.warning("database_away", reason=told)
            ending.over.wait(STAND_BY_S)


def _open(doors: Mapping[str, Door]) -> None:
    for event, door in doors.items():
        port = door.start()
        if port is not None:
            logger.info(event, address=door.host, port=port, pid=os.getpid())


def _lead(app: App, lead: Loop, ending: Ending, environment: str | None) -> None:
    ask_the_time(app)
    loops = _loops(app, lead)
    retry_suspended(loops["operators"], now=app.clock.refresh())
    daemon = Daemon(
        loops=loops,
        now=app.clock.refresh,
        answer=lambda loop: answer_requests(app, loop),
        published=lambda: refresh_fields(app),
        stop=ending.over,
        heed=FolderWatch(app=app, environment=environment).look,
        alert=Alerts(app=app).look if app.settings.notices.operations is not None else None,
        keep_books=BookKeeper(app=app, environment=environment).look,
        deliver=Deliveries(app=app).look,
    )
    gc.freeze()  # what start-up made stays for good: no later collection has to walk through it
    jobs = [*daemon.jobs(), Job(name="give_back", every_s=GIVE_BACK_S, run=give_back)]
    scheduler = start(jobs, now=SystemClock().now())
    logger.info("leading", epoch=lead.epoch)
    screen.say(f"leadloop serves {app.settings.environment}; stop with Ctrl-C or SIGTERM.")
    if not wait_and_stop(scheduler, ending.over, grace_s=GRACE_S):
        _leave_in_the_middle(lead, exits.OK if ending.asked.is_set() else exits.TRY_AGAIN)
    logger.info("stopped", epoch=lead.epoch)


def _leave_in_the_middle(lead: Loop, code: int) -> None:
    """A call to a system hangs, and Python would wait for it: go as a crash would, which the next start mends."""
    logger.warning("stopped_in_the_middle", epoch=lead.epoch)
    os._exit(code)


def _loops(app: App, lead: Loop) -> dict[str, Loop]:
    """A loop with connectors of its own for every thread: vendors' clients are not shared between threads."""
    names = list(app.settings.connections)
    threads = ["decide", "operators", "alerts", "deliver", *(f"pull:{name}" for name in names)]
    if app.settings.webhooks.public_url is not None:
        threads += [f"hints:{name}" for name in names]
    threads += [f"answers:{name}" for name in answering(app)]
    threads += [f"push:{name}:{lane}" for name in names for lane in Lane]
    return {thread: _loop(app, lead, thread) for thread in threads}


def _loop(app: App, lead: Loop, thread: str) -> Loop:
    return Loop(
        store=lead.store,
        settings=lead.settings,
        connections=app.connect(lane=Lane.HANDOFF if thread.endswith(Lane.HANDOFF) else Lane.BACKGROUND),
        holder=f"{lead.holder}:{thread}",
        epoch=lead.epoch,
        types=lead.types,
        fields=lead.fields,
        compiled=lead.compiled,
        reached=lead.reached,
        keep_lead=lead.keep_lead,
        random_bytes=lead.random_bytes,
        anchored=lead.anchored,
        introduced=lead.introduced,
    )
