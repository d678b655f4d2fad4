"""Take the lead and work; or, when another process holds it, file the request with it and wait for its answer."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from domain.errors import LeadHeldError
from leadloop import exits, screen
from leadloop.answers import Answer
from leadloop.app import App, leading
from leadloop.clock import monotonic
from store import leadership, requests
from sync.loop import Loop

WAIT_S = 300.0
LOOK_S = 0.25
LEADER_LOOK_S = 2.0
"""How often a waiting command looks whether there still is a leader: another `run` ends without answering anybody."""


def lead_or_file(
    app: App, work: Callable[[Loop], Answer], *, kind: str, payload: Mapping[str, Any], wait: bool
) -> Answer:
    """What the work gave, here or in the daemon. LeadHeldError when nobody waits for it, or too long."""
    while True:
        try:
            with leading(app) as loop:
                return work(loop)
        except LeadHeldError:
            answer = _file(app, kind, payload, wait=wait)
        if answer is not None:
            return answer


def _file(app: App, kind: str, payload: Mapping[str, Any], *, wait: bool) -> Answer | None:
    with app.store.write() as tx:
        number = requests.file(tx, kind, dict(payload), now=app.clock.now())
    if not wait:
        raise LeadHeldError(f"Another process leads this installation: request {number} is filed with it.")
    screen.say(f"Another process leads this installation: waiting for it to carry out request {number} ...")
    return _wait(app, number)


def _wait(app: App, number: int) -> Answer | None:
    """The answer; None, and the request taken back, when the leader ended without giving one."""
    pause, until, look_at = threading.Event(), monotonic() + WAIT_S, monotonic() + LEADER_LOOK_S
    while monotonic() < until:
        with app.store.read() as tx:
            found = requests.get(tx, number)
        if found is not None and found.result is not None:
            return found.result
        if monotonic() > look_at:
            if _nobody_leads(app):
                with app.store.write() as tx:
                    requests.answer(tx, number, {"error": "taken back", "exit_code": exits.OK}, now=app.clock.now())
                return None
            look_at += LEADER_LOOK_S
        pause.wait(LOOK_S)
    raise LeadHeldError(f"There was no answer within {WAIT_S:.0f} s; request {number} stays filed.")


def _nobody_leads(app: App) -> bool:
    try:
        leadership.keep_out(app.store)()
    except LeadHeldError:
        return False
    return True
