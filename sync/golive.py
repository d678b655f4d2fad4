"""The steps of go-live, from the first day on.

When everything that is out there has been read once, the baseline stands: what happened before changes scores and
opens no handoff (law 4 of design.md). A step back takes back what was planned and not sent: at `scores` nothing but
scores goes out, while observing nothing at all.
"""

from datetime import datetime

import structlog

from connectors.contract import Holds, Lane, Reader
from domain.run import ConnectionStatus, GoLive
from store import connections, held, leads
from store.engine import Tx
from sync.firstday import go_live, note_step, read_whole, step_followed, went_live_at
from sync.loop import Loop
from sync.outgoing import withdraw_unsent

log = structlog.get_logger(__name__)


def take_baseline(tx: Tx, loop: Loop, *, now: datetime) -> bool:
    """Note the moment once every system's people were read to the end; returns whether the baseline stands.

    A system that a person paused is not waited for.
    """
    if went_live_at(tx) is not None:
        return True
    paused = {each.name for each in connections.all(tx) if each.status is ConnectionStatus.PAUSED}
    for name, connector in loop.connections.items():
        if not isinstance(connector, Reader) or name in paused:
            continue
        read = read_whole(tx, name)
        people = [stream.name for stream in connector.streams.values() if stream.holds is Holds.PEOPLE]
        if any(stream not in read for stream in people):
            return False
    go_live(tx, now=now)
    log.info("baseline_taken")
    return True


def follow_step(tx: Tx, loop: Loop, *, now: datetime) -> None:
    """When go-live has moved, whoever was held back by the step before is decided anew: the approval stands.

    What the step before kept from being written is planned now; what this step does not cover is not sent any more.
    """
    step, before = loop.settings.go_live, step_followed(tx)
    if before is step:
        return
    note_step(tx, step, now=now)
    if before is None:
        return
    withdrawn = 0 if step.covers(before) else withdraw_unsent(tx, f"go_live went back to {step}", now=now)
    leads.touch(tx, held.of_set(tx, before.value))
    leads.mark_all_plan_due(tx)
    log.info("go_live_moved", stage=step.value, withdrawn=withdrawn)


def lanes_open(tx: Tx, step: GoLive) -> tuple[Lane, ...]:
    """What may be sent at a step; nothing until what was planned at another one has been taken back.

    Everything that is written at `scores` goes in the background.
    """
    if step is GoLive.OBSERVE or step_followed(tx) not in {None, step}:
        return ()
    return (Lane.BACKGROUND,) if step is GoLive.SCORES else tuple(Lane)
