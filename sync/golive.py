"""The steps of go-live, from the first day on.

When everything that is out there has been read once, the baseline stands: what happened before changes scores and
opens no handoff (law 4 of design.md). A step back takes back what was planned and not sent: at `scores` nothing but
scores goes out, while observing nothing at all. The last order counts, a person's or an edited leadloop.yaml's.
"""

from datetime import datetime

import structlog

from connectors.contract import Holds, Lane, Reader
from domain.errors import SettingsError
from domain.run import ConnectionStatus, GoLive
from store import audit, connections, held, leads, steps
from store.audit import AuditEntry
from store.engine import Tx
from store.steps import StepOrder
from sync.firstday import (
    followed_since,
    go_live,
    note_step,
    read_whole,
    step_followed,
    step_in_force,
    step_written,
    went_live_at,
)
from sync.loop import Loop
from sync.outgoing import withdraw_unsent

log = structlog.get_logger(__name__)

FILE = "leadloop.yaml"
"""Who orders when the setting was edited."""


class MovedMeanwhileError(SettingsError):
    """Somebody else ordered another step between the look and the word. `now`: theirs."""

    def __init__(self, now: StepOrder) -> None:
        super().__init__(f"{now.by} went to `{now.step}` meanwhile: look again")
        self.now = now


def is_known(tx: Tx, setting: GoLive, *, folder: str) -> bool:
    """Whether a folder's `go_live` was heard before, and is what it was."""
    return steps.said(tx).get(folder) is setting and steps.last(tx) is not None


def heed_setting(tx: Tx, setting: GoLive, *, folder: str, now: datetime, frozen: bool = False) -> StepOrder | None:
    """Take up what a folder's `go_live` says, if it says something new; returns the order that it became.

    Of a folder that was never heard before nobody knows whether it was edited: only its lower step is taken up. While
    changes are frozen nobody knows who edited it: forward it is not followed, not even when the freeze is over.
    """
    steps.wait_for_others(tx)
    if is_known(tx, setting, folder=folder):
        return None
    last, said = steps.last(tx), steps.said(tx)
    known = said.get(folder, said.get(""))
    is_new_here = folder not in said
    steps.hear(tx, folder, setting)
    if last is None:
        since = followed_since(tx) if step_followed(tx) is setting else None
        return steps.order(tx, setting, at=since or now, by=FILE, reason="the first step")
    if known is setting or last.step is setting or (is_new_here and setting.covers(last.step)):
        return None
    if frozen and not last.step.covers(setting):
        log.warning("golive_edit_not_followed", stage=setting.value, reason="changes are frozen: `leadloop golive`")
        action = f"go_live was edited to {setting} while changes are frozen: not followed"
        audit.append(tx, [AuditEntry(at=now, actor=FILE, action=action)])
        return None
    return _order(tx, last, setting, by=FILE, reason="go_live was edited", now=now)


def move_to(tx: Tx, step: GoLive, *, after: StepOrder, by: str, reason: str, now: datetime) -> StepOrder:
    """A person's order, given in sight of `after`; a step back stands whatever was ordered since then."""
    steps.wait_for_others(tx)
    last = steps.last(tx) or after
    if last.number != after.number and not last.step.covers(step):
        raise MovedMeanwhileError(last)
    return _order(tx, last, step, by=by, reason=reason, now=now)


def _order(tx: Tx, last: StepOrder, step: GoLive, *, by: str, reason: str, now: datetime) -> StepOrder:
    made = steps.order(tx, step, at=now, by=by, reason=reason)
    action = f"go_live {last.step} to {step}: {reason}" if reason else f"go_live {last.step} to {step}"
    audit.append(tx, [AuditEntry(at=now, actor=by, action=action)])
    return made


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
    step, before = step_in_force(tx, loop.settings.go_live), step_followed(tx)
    if before is step:
        return
    note_step(tx, step, now=now)
    if before is None:
        return
    withdrawn = 0 if step.covers(before) else withdraw_unsent(tx, f"go_live went back to {step}", now=now)
    leads.touch(tx, held.of_set(tx, before.value))
    leads.mark_all_plan_due(tx)
    log.info("go_live_moved", stage=step.value, withdrawn=withdrawn)


def lanes_open(tx: Tx, setting: GoLive) -> tuple[Lane, ...]:
    """What may be sent at the step in force; nothing until what was planned at another one has been taken back.

    Everything that is written at `scores` goes in the background.
    """
    step = step_written(tx, setting)
    if step is None:
        return ()
    return (Lane.BACKGROUND,) if step is GoLive.SCORES else tuple(Lane)
