"""When the steps run: APScheduler with jobs handed in. The truth about runs is in our tables, not here."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

LOOK_S = 5.0
"""How often it is looked whether the machine's clock was set back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that runs every `every_s` seconds, never twice at once; a late start is made up for once."""

    name: str
    every_s: float
    run: Callable[[], None]


class Beat(BaseTrigger):  # type: ignore[misc]  # APScheduler comes without types
    """Every so many seconds. What the machine slept through, or its clock leapt over, is one beat: APScheduler's own
    trigger would count every one of them first, which takes minutes for a year."""

    def __init__(self, every_s: float) -> None:
        self.every = timedelta(seconds=every_s)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        following = (previous_fire_time or now) + self.every
        return following if following > now else now + self.every


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
        scheduler.add_job(job.run, Beat(job.every_s), id=job.name, name=job.name, next_run_time=now)
    scheduler.start()
    return scheduler


def catch_up(scheduler: BackgroundScheduler, *, now: datetime) -> None:
    """Have run now what is further off than its interval: the machine's clock was set back since, and until it is
    there again nobody waits. `now` is that clock's."""
    for job in scheduler.get_jobs():
        if job.next_run_time - now > job.trigger.every:
            scheduler.modify_job(job.id, next_run_time=now)


def wait_and_stop(scheduler: BackgroundScheduler, stop: threading.Event, *, grace_s: float) -> bool:
    """Block until `stop` is set, start nothing more, and give running jobs `grace_s` seconds to end.

    Returns whether they did. One that hangs in a call would otherwise keep the process for minutes.
    """
    while not stop.wait(LOOK_S):
        catch_up(scheduler, now=datetime.now(UTC))
    ending = threading.Thread(target=scheduler.shutdown, name="ending", daemon=True)
    ending.start()
    ending.join(grace_s)
    return not ending.is_alive()
