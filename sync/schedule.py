"""When the steps run: APScheduler with jobs handed in. The truth about runs is in our tables, not here."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that runs every `every_s` seconds, never twice at once; a late start is made up for once."""

    name: str
    every_s: float
    run: Callable[[], None]


def start(jobs: Sequence[Job], *, now: datetime) -> BackgroundScheduler:
    """Start every job now and then at its interval, in threads of its own; nothing is kept between starts.

    `now` is the wall's time: the scheduler paces real calls, whatever the installation's clock says.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(max(len(jobs), 1))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        trigger = IntervalTrigger(seconds=job.every_s, timezone="UTC")
        scheduler.add_job(job.run, trigger, id=job.name, name=job.name, next_run_time=now)
    scheduler.start()
    return scheduler


def wait_and_stop(scheduler: BackgroundScheduler, stop: threading.Event, *, grace_s: float) -> bool:
    """Block until `stop` is set, start nothing more, and give running jobs `grace_s` seconds to end.

    Returns whether they did. One that hangs in a call would otherwise keep the process for minutes.
    """
    stop.wait()
    ending = threading.Thread(target=scheduler.shutdown, name="ending", daemon=True)
    ending.start()
    ending.join(grace_s)
    return not ending.is_alive()
