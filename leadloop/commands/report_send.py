"""`leadloop report send`: one report to one addressee now, for trying out what `deliver` would send."""

from contextlib import closing
from pathlib import Path

from config.deliver import NOBODY, Report
from config.notices import Channel, astray
from config.words import did_you_mean
from connectors.contract import Lane
from domain.errors import UsageError
from domain.values import to_text
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.answers import Answer
from leadloop.app import App, open_app
from leadloop.filing import lead_or_file
from leadloop.page_making import made_of
from leadloop.sending import SEND, as_payload, send_one
from sync.introduce import introduce
from sync.loop import Loop
from sync.push import push
from sync.report_telling import Made


def run(
    folder: Path, name: str, *, drive: str | None, to: str | None, dry_run: bool, environment: str | None, wait: bool
) -> int:
    """0 when it is on its way, or was shown."""
    report = _report(name, drive)
    if to is None and not dry_run:
        raise UsageError("Say to whom: `--to mail:revops@your-company.example`. `--dry-run` only shows it.")
    with closing(open_app(folder, environment=environment)) as app:
        channel = _channel(app, to) if to is not None else None
        made = made_of(app, report, drive=drive)
        if dry_run or channel is None:
            _show(made)
            return exits.OK
        answer = _send(app, made, channel, wait=wait)
    if "error" in answer:
        screen.say(f"! {answer['error']}")
    else:
        screen.show(f"On its way to {to}. What becomes of it: `leadloop errors list`, `leadloop status`.")
    return int(answer["exit_code"])


def _report(name: str, drive: str | None) -> Report:
    known = [each.value for each in Report]
    if name not in known:
        raise UsageError(f"There is no report {name!r} to be sent: {did_you_mean(name, known)}")
    if (name == Report.DRIVE) != (drive is not None):
        raise UsageError("`--drive NAME` says which drive of reports.yaml, and belongs to the report `drive`.")
    return Report(name)


def _channel(app: App, to: str) -> Channel:
    """`mail:revops@…`, `slack:C0123456789`, or a webhook's name alone."""
    name, _, where = to.partition(":")
    try:
        told = (
            Channel(connection=name, to=where or None)
            if "@" in where
            else Channel(connection=name, channel=where or None)
        )
    except ValueError as error:
        raise UsageError(f"{where!r} is neither an address nor the id of a channel, as C0123456789.") from error
    wrong = next(iter(astray(told, ("to",), app.settings.connections, nobody=NOBODY)), None)
    if wrong is not None:
        raise UsageError(f"--to {to}: {wrong.message}" + (f" ({wrong.hint})" if wrong.hint else ""))
    return told


def _show(made: Made) -> None:
    screen.show(f"{made.title}: {made.window}")
    for line in made.lines:
        screen.show(line)
    screen.show(made.see)
    for how, page in made.pages.items():
        screen.say(f"With it goes the page as a {how}: {len(page.encode()):,} bytes.")


def _send(app: App, made: Made, channel: Channel, *, wait: bool) -> Answer:
    who = actor()
    payload = as_payload(made, channel, name=f"by hand\n{to_text(app.clock.refresh())}\n{who}", by=who)

    def work(loop: Loop) -> Answer:
        answer, now = send_one(app, loop, payload), app.clock.refresh()
        introduce(loop, channel.connection, now=now)
        push(loop, channel.connection, now=now, lane=Lane.BACKGROUND)
        return answer

    return lead_or_file(app, work, kind=SEND, payload=payload, wait=wait)
