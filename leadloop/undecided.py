"""A person's word on conflicts: carried out by whoever leads, this process or the daemon."""

from collections.abc import Mapping
from typing import Any

from leadloop import exits
from leadloop.answers import Answer
from leadloop.app import App
from sync.conflicts import Choice, resolve
from sync.loop import Loop

RESOLVE = "conflicts resolve"
"""The kind of request by which a daemon is asked."""


def resolve_all(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`conflicts`: their names, `connection` or `value` or neither: what is to be shown, `by`: who says so."""
    choice = Choice(connection=payload["connection"], value=payload["value"])
    decided = resolve(loop, payload["conflicts"], choice, by=payload["by"], now=app.clock.refresh())
    code = exits.SOME_FAILED if decided.refused else exits.OK
    return {"decided": decided.count, "refused": decided.refused, "moved": decided.moved, "exit_code": code}
