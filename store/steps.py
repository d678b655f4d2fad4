"""The steps of go-live: which one is in force, every order that led there, and what each folder said last.

The last order counts. A folder's `go_live` is an order only when it is another than that very folder said before: a
copy of the folder that nobody edited must not undo what was ordered elsewhere meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import orjson
from sqlalchemy import select, text

from domain.run import GoLive
from store import installation as notebook
from store.columns import AnyRow
from store.engine import Tx
from store.schema import golive_step as table

_NEWEST = select(table).order_by(table.c.number.desc()).limit(1)
_SAID = "go_live_said"
FOLDERS = 50
"""How many folders are remembered, those heard last: every container has one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOrder:
    """One order: from `at` on this step is in force. `by`: a person's login, or the file that was edited."""

    number: int
    step: GoLive
    at: datetime
    by: str
    reason: str = ""


def order(tx: Tx, step: GoLive, *, at: datetime, by: str, reason: str = "") -> StepOrder:
    """Put a step in force. Of two at once the second sees what the first did, if it asks within this transaction."""
    before = last(tx)
    made = StepOrder(number=before.number + 1 if before else 1, step=step, at=at, by=by, reason=reason)
    row = {"number": made.number, "step": step.value, "at": at, "actor": by, "reason": reason}
    tx.execute(table.insert(), row)
    return made


def wait_for_others(tx: Tx) -> None:
    """Until the commit nobody else gives an order."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('golive_step', 71))"))


def last(tx: Tx) -> StepOrder | None:
    """What is in force; None in a store that was never opened for work."""
    row = tx.execute(_NEWEST).first()
    return None if row is None else _to_order(row)


def history(tx: Tx) -> list[StepOrder]:
    """Every order, newest first."""
    return [_to_order(row) for row in tx.execute(select(table).order_by(table.c.number.desc()))]


def ended(tx: Tx, *, before: datetime) -> datetime | None:
    """When the last of the steps ended that were over before then; None where none was."""
    changes = (after.at for after, earlier in pairwise(history(tx)) if after.step is not earlier.step)
    return max((at for at in changes if at < before), default=None)


def observed(tx: Tx, *, since: datetime | None, now: datetime) -> timedelta:
    """How long the installation has observed in all, counted from `since`: before, there was nothing to compare."""
    found, until = timedelta(), now
    for each in history(tx) if since is not None else ():
        begun = max(each.at, since) if since is not None else each.at
        if each.step is GoLive.OBSERVE and begun < until:
            found += until - begun
        until = min(until, each.at)
    return found


def said(tx: Tx) -> Mapping[str, GoLive]:
    """What `go_live` was when it was last heard, by folder; under "" whoever said it last."""
    kept = orjson.loads(notebook.get(tx, _SAID) or "{}")
    return {folder: GoLive(step) for folder, step in kept.items()}


def hear(tx: Tx, folder: str, step: GoLive) -> None:
    """Note what a folder says."""
    others = {name: each.value for name, each in said(tx).items() if name not in {"", folder}}
    kept = dict(list(others.items())[-FOLDERS + 1 :]) | {folder: step.value, "": step.value}
    notebook.put(tx, _SAID, orjson.dumps(kept).decode())


def _to_order(row: AnyRow) -> StepOrder:
    return StepOrder(number=row.number, step=GoLive(row.step), at=row.at, by=row.actor, reason=row.reason)
