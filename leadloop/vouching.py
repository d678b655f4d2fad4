"""A person's word on clicks: carried out by whoever leads, this process or the daemon."""

from collections.abc import Mapping
from typing import Any

from leadloop.answers import Answer
from leadloop.app import App
from leadloop.grouping import as_answer
from store.retraction import ActivityKey
from sync.clicks import confirm, retract
from sync.loop import Loop

CONFIRM, RETRACT = "clicks confirm", "clicks retract"
"""The kinds of requests by which a daemon is asked."""


def confirm_clicks(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`clicks`: their keys, `by`: who says so."""
    return as_answer(confirm(loop, _keys(payload), by=payload["by"], now=app.clock.refresh()))


def retract_clicks(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    """`clicks`: their keys, `reason`, `by`: who says so."""
    now = app.clock.refresh()
    return as_answer(retract(loop, _keys(payload), reason=payload["reason"], by=payload["by"], now=now))


def _keys(payload: Mapping[str, Any]) -> list[ActivityKey]:
    return [(connection, stream, external_id) for connection, stream, external_id in payload["clicks"]]
