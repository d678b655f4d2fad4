"""One look at an installation, for `status`, the probes and the metrics."""

from dataclasses import replace
from datetime import datetime, timedelta

from config.settings import Settings
from domain.run import GoLive, InstallationStatus
from leadloop.anchors import AnchorFile, trouble
from leadloop.app import App
from reports.standing import Standing, standing
from store.engine import Store


def look_at(app: App) -> Standing:
    return look(app.store, app.settings, anchors=app.anchors, now=app.clock.now())


def look(store: Store, settings: Settings, *, anchors: AnchorFile, now: datetime) -> Standing:
    writes_all = settings.go_live in {GoLive.PILOT, GoLive.LIVE}
    with store.read() as tx:
        found = standing(
            tx,
            cycle=timedelta(minutes=settings.schedule.cycle_minutes),
            arrival=timedelta(minutes=settings.neighbours.arrival_minutes) if writes_all else None,
            now=now,
        )
    cut = trouble(store, anchors)
    return replace(found, status=InstallationStatus.FAILING, reason=f"{cut}; {found.reason}") if cut else found
