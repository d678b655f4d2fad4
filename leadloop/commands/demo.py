"""`leadloop demo`: the loop to watch, on a simulated Salesforce and HubSpot, and an account of what happened."""

import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from leadloop import exits, log, screen
from leadloop.demo.account import Sentence, account, summary
from leadloop.demo.account import text as story
from leadloop.demo.door import Door
from leadloop.demo.driver import Played, Say, play
from leadloop.demo.installation import stop_the_clock
from leadloop.demo.replay import ADDRESSES, replay
from leadloop.options import there


def run(
    *, as_json: bool, seed_number: int, serve: bool, keep: Path | None, data: Path | None, write: Path | None
) -> int:
    """0 when the play went through to its end; everything it used is gone afterwards unless kept."""
    log.set_up(level="error", form="console")
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadloop-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        say = _narrator(stack)
        if data is not None:
            figures = replay(folder, data, say=say, stack=stack)
            _show_replay(figures, as_json=as_json)
            if keep is not None:
                stop_the_clock(keep, ADDRESS, str(figures["ended"]))
            return exits.OK
        played = play(folder, seed_number=seed_number, say=say, stack=stack)
        door = Door(played.addresses["salesforce"])
        figures = {**summary(door.log()), **told(played)}
        if write is not None:
            write.write_text(markdown(list(account(door.log())), figures, seed_number), encoding="utf-8")
        if as_json:
            screen.document({**figures, "account": [_as_data(each) for each in account(door.log())]})
        else:
            _show(list(account(door.log())), figures)
        if keep is not None and not serve:
            stop_the_clock(keep, played.addresses["salesforce"], played.ended)
        _point_to_the_reports(keep)
        if serve:
            _keep_up(played)
    return exits.OK


def told(played: Played) -> dict[str, object]:
    """What only the driver can know; the log is the source of everything else."""
    return {"seconds": played.seconds, "peak_rss_mb": played.peak_rss_mb, "moments": played.moments}


def _narrator(stack: ExitStack) -> Say:
    """One moving line on a terminal; elsewhere one line per stage."""
    if not screen.err().is_terminal:
        return screen.say
    progress = stack.enter_context(
        Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=screen.err())
    )
    task = progress.add_task("Starting the simulator ...", total=None)

    def say(text: str) -> None:
        progress.update(task, description=text)
        if not text.startswith("Day "):
            progress.console.print(text, highlight=False)

    return say


def _as_data(sentence: Sentence) -> dict[str, object]:
    return {"about": sentence.about, "text": sentence.text, "log": list(sentence.cites)}


def _show(sentences: list[Sentence], figures: dict[str, object]) -> None:
    console = screen.out()
    about = ""
    for sentence in sentences:
        if sentence.about != about:
            about = sentence.about
            console.print(f"\n{about}", style="bold", markup=False)
        console.print(f"  {sentence}", markup=False)
    console.print("\nSummary", style="bold")
    for name, value in figures.items():
        if name != "moments":
            console.print(f"  {name:24} {value}", markup=False)


def _point_to_the_reports(kept: Path | None) -> None:
    """What both teams would read of this month, as a page for a browser."""
    if kept is None:
        screen.say("\nKeep what was played, and look at its reports: `python3 run.py demo --keep DIR`.")
        return
    week = f"leadloop report week --html week.html{there(kept)}"
    screen.say(
        f"\nKept in {kept}. The last week as both teams read it: `{week}`; other pages: `leadloop report --help`."
    )


ADDRESS = f"${{env:{ADDRESSES[0]}}}"
"""How the folder of a replay says where its simulator is."""
UNSTEADY = frozenset({"moments", "seconds", "peak_rss_mb"})
"""Figures that differ from run to run and machine to machine."""


def markdown(sentences: list[Sentence], figures: dict[str, object], seed_number: int) -> str:
    """The account as a page for the repository."""
    rows = [f"| `{name}` | {value} |" for name, value in figures.items() if name not in UNSTEADY]
    return "\n".join(
        [
            "# What happened in the demo",
            "",
            f"Made by `python3 run.py demo --seed-number {seed_number} --write docs/demo.md`; do not edit.",
            "Every sentence cites lines of the simulator's log. Whom to tell about was chosen after the run, by what",
            "happened to them: the first of each kind.",
            "",
            story(sentences),
            "## Summary",
            "",
            "| figure | value |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _keep_up(played: Played) -> None:
    screen.say(f"\nSalesforce {played.addresses['salesforce']}  HubSpot {played.addresses['hubspot']}")
    screen.say(
        "Look into them: /_simulator/objects/Lead?system=salesforce, /_simulator/objects/contacts?system=hubspot"
    )
    screen.say("Stop with Ctrl-C.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.pause()


def _show_replay(figures: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        screen.document(figures)
        return
    for name, value in figures.items():
        screen.out().print(f"  {name:24} {value}", markup=False)
