"""`leadloop run`: one cycle by hand, or filed with the daemon that leads."""

from pathlib import Path

from domain.errors import LeadHeldError
from domain.run import Run
from leadloop import exits, screen
from leadloop.app import App, leading, open_app
from leadloop.filing import file_and_wait
from sync.cycle import observing, run_once


def run(folder: Path, *, environment: str | None, as_json: bool, wait: bool) -> int:
    app = open_app(folder, environment=environment)
    try:
        try:
            with leading(app) as loop:
                done = run_once(loop, now=app.clock.refresh(), trigger="cli")
                if observing(loop):
                    screen.say("go_live is `observe`: nothing was written. See `leadloop plan`.")
        except LeadHeldError:
            return file_and_wait(app, "run", {}, wait=wait)
        report(done, as_json=as_json)
        return exits.SOME_FAILED if failed(done, app) else exits.OK
    finally:
        app.close()


def report(done: Run, *, as_json: bool) -> None:
    if as_json:
        screen.document({"run": done.id, "counts": dict(done.counts), "failures": list(done.failures)})
        return
    for name, count in done.counts.items():
        if count:
            screen.out().print(f"{name.replace('_', ' '):24} {count:>8}")
    for failure in done.failures:
        screen.say(f"✗ {failure}")


def failed(done: Run, _app: App) -> bool:
    return bool(done.failures) or bool(done.counts.get("refused")) or bool(done.counts.get("decided_failed"))
