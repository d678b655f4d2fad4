"""One look at an installation, for `status`, the probes and the metrics."""

from datetime import datetime, timedelta

from config.settings import Settings
from domain.run import GoLive
from leadloop.app import App
from reports.standing import Standing, standing
from store.engine import Store


def look_at(app: App) -> Standing:
    return look(app.store, app.settings, now=app.clock.now())


def look(store: Store, settings: Settings, *, now: datetime) -> Standing:
    writes_all = settings.go_live in {GoLive.PILOT, GoLive.LIVE}
    with store.read() as tx:
        return standing(
            tx,
            cycle=timedelta(minutes=settings.schedule.cycle_minutes),
            arrival=timedelta(minutes=settings.neighbours.arrival_minutes) if writes_all else None,
            now=now,
        )
