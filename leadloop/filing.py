"""When a daemon holds the lead: file the request with it and wait for its answer."""

import threading
from collections.abc import Mapping
from typing import Any

from leadloop import exits, screen
from leadloop.app import App
from leadloop.clock import monotonic
from store import requests

WAIT_S = 300.0
LOOK_S = 0.5


def file_and_wait(app: App, kind: str, payload: Mapping[str, Any], *, wait: bool) -> int:
    """File and return 75 at once, or wait for the daemon's answer: its exit code is ours."""
    with app.store.write() as tx:
        number = requests.file(tx, kind, dict(payload), now=app.clock.now())
    if not wait:
        screen.say(f"A daemon leads this installation: request {number} is filed with it.")
        return exits.TRY_AGAIN
    screen.say(f"A daemon leads this installation: waiting for it to carry out request {number} ...")
    until, pause = monotonic() + WAIT_S, threading.Event()
    while monotonic() < until:
        with app.store.read() as tx:
            found = requests.get(tx, number)
        if found is not None and found.result is not None:
            screen.document(found.result) if payload.get("json") else screen.say(str(found.result.get("message", "")))
            return int(found.result.get("exit_code", exits.OK))
        pause.wait(LOOK_S)
    screen.say(f"The daemon did not answer within {WAIT_S:.0f} s; request {number} stays filed.")
    return exits.TRY_AGAIN
