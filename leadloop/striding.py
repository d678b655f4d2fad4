"""A step forward of go-live that waits for a second person."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from domain.run import GoLive
from store import steps
from store.engine import Tx
from store.proposals import Deed, Kind
from store.steps import StepOrder
from sync.golive import MovedMeanwhileError, move_to


def step_forward(after: StepOrder, step: GoLive, *, reason: str, forced: Collection[str]) -> Deed:
    """`forced`: the checks that were not met, and that a reason was given for."""
    payload = {"step": step.value, "after": after.number, "reason": reason, "forced": sorted(forced)}
    return Deed(kind=Kind.GOLIVE, what=f"golive {after.step} to {step}", payload=payload)


def go_as_proposed(tx: Tx, payload: Mapping[str, Any], *, by: str, reason: str, now: datetime) -> str:
    """MovedMeanwhileError when any order was given since then: it may have been given because of what was seen."""
    steps.wait_for_others(tx)
    last = steps.last(tx)
    if last is None:
        raise LookupError("a step is proposed in sight of the one before")
    if last.number != payload["after"]:
        raise MovedMeanwhileError(last)
    made = move_to(tx, GoLive(payload["step"]), after=last, by=by, reason=reason, now=now)
    return f"go_live is `{made.step}`."
