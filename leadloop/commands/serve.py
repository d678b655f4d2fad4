"""`leadloop serve`: the daemon. Leads or stands by, answers probes, stops cleanly on SIGTERM."""

import signal
import threading
from pathlib import Path
from types import FrameType

import structlog

from connectors.contract import Lane
from domain.errors import LeadHeldError
from leadloop import exits, log, screen
from leadloop.app import App, leading, open_app
from leadloop.clock import SystemClock
from leadloop.requests_job import answer_requests
from leadloop.status_of import look_at
from sync.daemon import Daemon
from sync.loop import Loop
from sync.schedule import Job, start, wait_and_stop
from web.health import server

STAND_BY_S = 5.0
logger = structlog.get_logger(__name__)


def run(folder: Path, *, environment: str | None) -> int:
    app = open_app(folder, environment=environment)
    log.set_up(level=app.settings.log.level, form=app.settings.log.format)
    stop = threading.Event()
    _stop_on_signals(stop)
    probes = server(lambda: look_at(app), host=app.settings.health.host, port=app.settings.health.port)
    thread = threading.Thread(target=probes.run, name="health", daemon=True)
    thread.start()
    try:
        return _lead_or_stand_by(app, stop)
    finally:
        probes.should_exit = True
        thread.join(timeout=STAND_BY_S)
        app.close()


def _stop_on_signals(stop: threading.Event) -> None:
    """The first SIGTERM or Ctrl-C asks for a clean end, the second ends at once."""

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)


def _lead_or_stand_by(app: App, stop: threading.Event) -> int:
    """On PostgreSQL any number of standbys wait their turn; an SQLite file has one daemon."""
    while not stop.is_set():
        try:
            with leading(app, connectors={}) as loop:
                _lead(app, loop, stop)
                return exits.OK if stop.is_set() else exits.TRY_AGAIN
        except LeadHeldError:
            if not app.store.is_postgresql:
                raise
            logger.info("standing_by")
            stop.wait(STAND_BY_S)
    return exits.OK


def _lead(app: App, loop: Loop, stop: threading.Event) -> None:
    daemon = Daemon(loops=_loops(app, loop), now=app.clock.refresh, stop=stop)
    jobs = daemon.jobs()
    jobs.append(Job(name="requests", every_s=1.0, run=lambda: answer_requests(app, daemon.loops["decide"])))
    logger.info("leading", epoch=loop.epoch, address=app.settings.health.host, port=app.settings.health.port)
    screen.say(f"leadloop serves {app.settings.environment}; stop with Ctrl-C or SIGTERM.")
    wait_and_stop(start(jobs, now=SystemClock().now()), stop)
    logger.info("stopped", epoch=loop.epoch)


def _loops(app: App, lead: Loop) -> dict[str, Loop]:
    """A loop with connectors of its own for every thread: vendors' clients are not shared between threads."""
    names = list(app.settings.connections)
    threads = [
        "decide",
        *(f"pull:{name}" for name in names),
        *(f"push:{name}:{lane}" for name in names for lane in Lane),
    ]
    return {
        thread: Loop(
            store=lead.store,
            settings=lead.settings,
            connections=app.connect(lane=Lane.HANDOFF if thread.endswith(Lane.HANDOFF) else Lane.BACKGROUND),
            holder=f"{lead.holder}:{thread}",
            epoch=lead.epoch,
            types=lead.types,
            reached=lead.reached,
        )
        for thread in threads
    }
