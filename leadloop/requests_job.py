"""What the leading daemon does for commands that could not take the lead themselves."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from domain.errors import FencedError, LeadloopError
from leadloop import exits
from leadloop.answers import Answer, applied_answer, run_answer
from leadloop.app import App
from leadloop.forgetting import ERASE, erase_one
from leadloop.grouping import CONFIRM, REOPEN, confirm_all, reopen_all
from leadloop.sending import SEND, send_one
from leadloop.undecided import RESOLVE, resolve_all
from leadloop.vouching import CONFIRM as CONFIRM_CLICKS
from leadloop.vouching import RETRACT, confirm_clicks, retract_clicks
from leadloop.whoiswho import JOIN, SPLIT, join_two, split_one
from store import requests
from sync import planfile
from sync.apply import apply
from sync.cycle import run_once
from sync.loop import Loop, StopAskedError

log = structlog.get_logger(__name__)


def answer_requests(app: App, loop: Loop) -> None:
    """Carry out every open request, oldest first; what fails is answered with its reason."""
    with app.store.read() as tx:
        waiting = requests.open(tx)
    for request in waiting:
        result = _carry_out(app, loop, request.kind, request.payload)
        with app.store.write() as tx:
            requests.answer(tx, request.id, result, now=app.clock.now())
        log.info("request_answered", request=request.id, trigger=request.kind, exit_code=result["exit_code"])


def _carry_out(app: App, loop: Loop, kind: str, payload: Mapping[str, Any]) -> Answer:
    work = KINDS.get(kind)
    if work is None:
        return {"error": f"This daemon does not know the request {kind!r}.", "exit_code": exits.USAGE}
    try:
        return work(app, loop, payload)
    except (FencedError, StopAskedError):
        raise
    except LeadloopError as error:
        return {"error": str(error), "exit_code": exits.code_of(error)}
    except Exception as error:  # one job (design.md 7): unanswered it would come again
        log.exception("request_failed", trigger=kind)
        return {
            "error": f"The daemon met a bug: {type(error).__name__}. Its log has the place.",
            "exit_code": exits.BUG,
        }


def _by(payload: Mapping[str, Any]) -> str:
    """Who filed it; an older command did not say."""
    return str(payload.get("by") or "operator")


def _run(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    return run_answer(run_once(loop, now=app.clock.refresh(), trigger="request", actor=_by(payload)), loop)


def _apply(app: App, loop: Loop, payload: Mapping[str, Any]) -> Answer:
    plan = planfile.read(Path(payload["file"]))
    return applied_answer(apply(loop, plan, now=app.clock.refresh(), actor=_by(payload)))


KINDS: dict[str, Callable[[App, Loop, Mapping[str, Any]], Answer]] = {
    "run": _run,
    "apply": _apply,
    CONFIRM: confirm_all,
    REOPEN: reopen_all,
    SPLIT: split_one,
    JOIN: join_two,
    RESOLVE: resolve_all,
    CONFIRM_CLICKS: confirm_clicks,
    RETRACT: retract_clicks,
    ERASE: erase_one,
    SEND: send_one,
}
