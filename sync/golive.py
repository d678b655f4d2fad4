"""The first day: when everything that is out there has been read once, the baseline stands.

What happened before that moment changes scores and opens no handoff (law 4 of design.md).
"""

from datetime import datetime

import structlog

from connectors.contract import Holds, Reader
from domain.run import ConnectionStatus
from store import connections, held, leads
from store import installation as notebook
from store.engine import Tx
from sync.firstday import go_live, read_whole, went_live_at
from sync.loop import Loop

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


def follow_step(tx: Tx, loop: Loop) -> None:
    """When go-live has moved on, whoever was held back by the step before is decided anew: the approval stands.

    What the step before kept from being written is planned now.
    """
    step = loop.settings.go_live.value
    before = notebook.get(tx, "go_live")
    if before == step:
        return
    notebook.put(tx, "go_live", step)
    if before is not None:
        leads.touch(tx, held.of_set(tx, before))
        leads.mark_all_plan_due(tx)
        log.info("go_live_moved", stage=step)
