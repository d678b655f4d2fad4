"""`leadloop apply FILE`: exactly that plan, nothing else."""

from contextlib import closing
from pathlib import Path

from domain.errors import SettingsError
from leadloop import answers, exits, log, screen
from leadloop.actor import actor
from leadloop.app import open_app
from leadloop.badge import show_badge
from leadloop.filing import lead_or_file
from sync import planfile
from sync.apply import apply
from sync.loop import Loop


def run(folder: Path, file: Path, *, environment: str | None, volume: int, as_json: bool, wait: bool) -> int:
    try:
        plan = planfile.read(file)
    except SettingsError as error:
        screen.say(str(error))
        return exits.BAD_DATA
    with closing(open_app(folder, environment=environment)) as app:
        log.follow(app.settings.log, volume=volume, daemon=False)
        if not as_json:
            show_badge(app)
        who = actor()

        def work(loop: Loop) -> answers.Answer:
            return answers.applied_answer(apply(loop, plan, now=app.clock.refresh(), actor=who))

        payload = {"file": str(file.resolve()), "by": who}
        return answers.report(lead_or_file(app, work, kind="apply", payload=payload, wait=wait), as_json=as_json)
