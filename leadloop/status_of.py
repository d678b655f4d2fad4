"""One look at an installation, for `status`, the probes and the metrics."""

from datetime import timedelta

from leadloop.app import App
from reports.standing import Standing, standing


def look_at(app: App) -> Standing:
    with app.store.read() as tx:
        return standing(tx, cycle=timedelta(minutes=app.settings.schedule.cycle_minutes), now=app.clock.now())
