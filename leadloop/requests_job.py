"""What the leading daemon does for commands that could not take the lead themselves."""

from pathlib import Path

import structlog

from domain.errors import LeadloopError
from leadloop import exits
from leadloop.app import App
from store import requests
from sync import planfile
from sync.apply import apply
from sync.cycle import run_once
from sync.loop import Loop

log = structlog.get_logger(__name__)


def answer_requests(app: App, loop: Loop) -> None:
    """Carry out every open request, oldest first; what fails is answered with its reason."""
    with app.store.read() as tx:
        waiting = requests.open(tx)
    for request in waiting:
        try:
            result = _carry_out(app, loop, request.kind, request.payload)
        except LeadloopError as error:
            log.warning("request_failed", trigger=request.kind, error=type(error).__name__)
            result = {"message": str(error), "exit_code": exits.code_of(error)}
        with app.store.write() as tx:
            requests.answer(tx, request.id, result, now=app.clock.now())


def _carry_out(app: App, loop: Loop, kind: str, payload: dict[str, str]) -> dict[str, object]:
    now = app.clock.refresh()
    if kind == "run":
        done = run_once(loop, now=now, trigger="request")
        return {
            "message": f"run {done.id} done",
            "counts": dict(done.counts),
            "exit_code": exits.SOME_FAILED if done.failures else exits.OK,
        }
    if kind == "apply":
        applied = apply(loop, planfile.read(Path(payload["file"])), now=now)
        return {
            "message": f"{applied.leads} leads applied, {len(applied.skipped)} skipped",
            "exit_code": exits.SOME_FAILED if applied.skipped else exits.OK,
        }
    return {"message": f"this daemon does not know the request {kind!r}", "exit_code": exits.USAGE}
