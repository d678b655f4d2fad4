"""One look at an installation, for `status`, the probes and the metrics."""

from dataclasses import replace
from datetime import datetime, timedelta

from config.settings import Settings
from domain.run import InstallationStatus
from leadloop.anchors import AnchorFile, trouble
from leadloop.app import App
from reports.going_live import going_live
from reports.standing import Standing, standing
from store.engine import Store
from sync.firstday import step_in_force


def look_at(app: App) -> Standing:
    return look(app.store, app.settings, anchors=app.anchors, now=app.clock.now())


def look(store: Store, settings: Settings, *, anchors: AnchorFile, now: datetime) -> Standing:
    with store.read() as tx:
        writes_all = step_in_force(tx, settings.go_live).hands_off
        going = going_live(tx, observe_days=settings.observe_days, now=now)
        found = standing(
            tx,
            cycle=timedelta(minutes=settings.schedule.cycle_minutes),
            arrival=timedelta(minutes=settings.neighbours.arrival_minutes) if writes_all else None,
            now=now,
        )
        found = replace(found, going=going)
    cut = trouble(store, anchors)
    return replace(found, status=InstallationStatus.FAILING, reason=f"{cut}; {found.reason}") if cut else found
