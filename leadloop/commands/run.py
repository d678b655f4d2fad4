"""`leadloop run`: one cycle by hand, or filed with the daemon that leads."""

from contextlib import closing
from pathlib import Path

from leadloop import answers, log
from leadloop.actor import actor
from leadloop.app import ask_the_time, open_app
from leadloop.filing import lead_or_file
from leadloop.keeping_books import BookKeeper
from leadloop.mending import retry_suspended
from sync.cycle import run_once
from sync.loop import Loop


def run(folder: Path, *, environment: str | None, volume: int, as_json: bool, wait: bool, adopt: bool = False) -> int:
    with closing(open_app(folder, environment=environment, adopt=adopt)) as app:
        log.follow(app.settings.log, volume=volume, daemon=False)

        who = actor()

        def work(loop: Loop) -> answers.Answer:
            ask_the_time(app)
            now = app.clock.refresh()
            retry_suspended(loop, now=now)
            answer = answers.run_answer(run_once(loop, now=now, trigger="cli", actor=who), loop)
            BookKeeper(app=app, environment=environment).look(loop)
            return answer

        return answers.report(lead_or_file(app, work, kind="run", payload={"by": who}, wait=wait), as_json=as_json)
