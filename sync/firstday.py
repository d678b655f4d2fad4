"""When the installation went live: what happened before opens no handoff.

Until every system's people were read once nobody knows who is a customer or with a rep already, so
that only scores are shown; the moment they were, every lead gets its first stage from all of them.
"""

from collections.abc import Collection
from datetime import datetime

import orjson

from domain.run import GoLive
from store import installation as notebook
from store import leads, restored, scores, steps
from store.engine import Tx

_STEP, _SINCE = "go_live", "go_live_since"


def went_live_at(tx: Tx) -> datetime | None:
    """When the baseline was taken; None until every system's people were read once."""
    text = notebook.get(tx, notebook.WENT_LIVE)
    return datetime.fromisoformat(text) if text else None


def read_whole(tx: Tx, connection: str) -> set[str]:
    """The streams of a connection that were read to their end since it was set up; kept until the baseline stands."""
    return set(orjson.loads(notebook.get(tx, _key(connection)) or "[]"))


def note_whole(tx: Tx, connection: str, streams: Collection[str]) -> None:
    """Add to them. A cursor alone does not tell: it moves with every page, and one that broke off stays."""
    notebook.put(tx, _key(connection), orjson.dumps(sorted(read_whole(tx, connection).union(streams))).decode())


def _key(connection: str) -> str:
    return f"read_whole:{connection}"


def go_live(tx: Tx, *, now: datetime) -> None:
    """The baseline stands from now on: arm every lead, and have those that were scored before it begin anew."""
    notebook.put(tx, notebook.WENT_LIVE, now.isoformat())
    leads.arm_all(tx, now)
    scores.forget_all(tx)
    leads.make_all_due(tx)
    leads.mark_all_plan_due(tx)


def is_deaf(tx: Tx) -> bool:
    """Whether a backup was restored and not everything was read since: what was done meanwhile is not known yet."""
    found = restored.last(tx)
    return found is not None and found.is_deaf


def step_in_force(tx: Tx, setting: GoLive) -> GoLive:
    """The step that was ordered last; `setting`, what leadloop.yaml says, where none ever was."""
    found = steps.last(tx)
    return setting if found is None else found.step


def note_step(tx: Tx, step: GoLive, *, now: datetime) -> None:
    """The loop follows this step of go-live from now on."""
    notebook.put(tx, _STEP, step.value)
    notebook.put(tx, _SINCE, now.isoformat())


def step_followed(tx: Tx) -> GoLive | None:
    """The step that what waits to be sent was planned at; None before the first decision."""
    kept = notebook.get(tx, _STEP)
    return None if kept is None else GoLive(kept)


def followed_since(tx: Tx) -> datetime | None:
    """Since when the loop follows its step."""
    kept = notebook.get(tx, _SINCE)
    return None if kept is None else datetime.fromisoformat(kept)


def step_since(tx: Tx, setting: GoLive, *, now: datetime) -> datetime:
    """When the step in force began: now, if it is not followed yet."""
    kept = followed_since(tx)
    return kept if kept is not None and step_followed(tx) is step_in_force(tx, setting) else now


def step_written(tx: Tx, setting: GoLive) -> GoLive | None:
    """The step at which something is written now: none while observing, none before the loop follows an order, and
    none before everything was read again after a restore."""
    step = step_in_force(tx, setting)
    if is_deaf(tx):
        return None
    return None if step is GoLive.OBSERVE or step_followed(tx) not in {None, step} else step


def step_now(tx: Tx, setting: GoLive) -> GoLive:
    """How far the installation goes at most: no further than to show scores before the baseline stands."""
    step = step_in_force(tx, setting)
    if step is GoLive.OBSERVE or went_live_at(tx) is not None:
        return step
    return GoLive.SCORES
