"""The plan of a whole org: what previewing everybody costs, and whether the plan after it is empty.

python3 -m benchmarks.plan [--json] [--data PATH | --leads 13087]

The org is the recorded lead-handling log, played to its end before leadloop is connected, or so many invented people.
Everybody is read and decided while observing; then `go_live` is set to live and everybody is planned at once: the
largest plan that an installation ever makes.
"""

import argparse
import gc
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import cycle
from benchmarks.measure import PROCESSES, Row, Spent, Timer, at_most, known, report
from benchmarks.memory import Memory
from leadloop import log, planned, screen
from leadloop.__main__ import GARBAGE_EVERY
from leadloop.app import leading, open_app
from leadloop.clock import SystemClock
from leadloop.commands import plan
from leadloop.demo import replay
from leadloop.demo.case_log import ZONE, begins, measure
from leadloop.demo.door import Door
from store import leads
from sync import planfile
from sync.apply import apply
from sync.cycle import run_once
from tests.installation import install
from tests.rig import SimulatorProcess

CPU_GOAL_S, MEMORY_GOAL_MB = 60, 500
SETTLING, CYCLE_S = 4, 1800
SETTINGS, PLAN = "leadloop.yaml", "plan.jsonl"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.plan", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--data", type=Path, help="the recorded log; by default where the demo looks for it")
    parser.add_argument("--leads", type=int, help="so many invented people instead")
    given = parser.parse_args(arguments)
    return report(list(_measure(given.data, given.leads)), as_json=given.json)


def _measure(data: Path | None, invented: int | None) -> Iterator[Row]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        door = _invented(folder, invented, stack) if invented else _recorded(folder, data, stack)
        _say("reads and decides everybody while observing")
        _alone(_cycle, folder)
        _set(folder, "go_live: observe", "go_live: live")
        _say("plans everybody")
        first = _alone(_planned, folder)
        row = Row(name="the plan of everybody", figure=first.spent.cpu_s, unit="s CPU", note=first.told)
        yield at_most(row, CPU_GOAL_S)
        row = Row(name="the plan of everybody", figure=first.memory_mb, unit="MB RssAnon")
        yield at_most(row, MEMORY_GOAL_MB)
        _say("applies it")
        _alone(_applied, folder)
        for _ in range(SETTLING):
            door.advance(CYCLE_S)
            _alone(_cycle, folder)
        _say("plans everybody again")
        second = _alone(_planned, folder)
        row = Row(name="the second plan of everybody", figure=second.writes, unit="writes", note=second.told)
        yield at_most(row, 0)
        yield Row(name="the second plan of everybody", figure=second.spent.cpu_s, unit="s CPU")


def _say(words: str) -> None:
    print(f"  {words}", file=sys.stderr)


def _recorded(folder: Path, data: Path | None, stack: ExitStack) -> Door:
    """The log's org as it stands on its last evening, seen by nobody yet."""
    file = replay.find_log(data, {})
    extent = measure(file)
    weeks = extent.weeks_to(SystemClock().now().astimezone(ZONE).date())
    _, addresses = replay.start_simulator(folder, begins(extent.first + timedelta(weeks=weeks)), stack)
    people = replay.start_replayer(folder, addresses["salesforce"], file, weeks, stack)
    people.ask({"do": "seed", "people": extent.people})
    door, day = Door(addresses["salesforce"]), extent.first + timedelta(weeks=weeks)
    _say("plays the log")
    while day <= extent.last + timedelta(weeks=weeks):
        day += timedelta(days=1)
        replay.advance_to(door, begins(day))
        people.ask({"do": "day"})
    replay.install(folder, addresses)
    _set(folder, "go_live: live", "go_live: observe")
    return door


def _invented(folder: Path, count: int, stack: ExitStack) -> Door:
    simulator = stack.enter_context(SimulatorProcess())
    install(folder, simulator, go_live="observe", more=cycle.WIDE)
    _say("seeds")
    cycle.seed(simulator, count)
    return Door(simulator.salesforce)


def _set(folder: Path, before: str, after: str) -> None:
    file = folder / SETTINGS
    text = file.read_text(encoding="utf-8")
    if before not in text:
        raise LookupError(f"{before!r} is not in {file}")
    file.write_text(text.replace(before, after), encoding="utf-8")


def _alone(work: Callable[[Path], "Found"], folder: Path) -> "Found":
    """In a process of its own, as every command is."""
    with PROCESSES.Pool(1, _quietly) as pool:
        return pool.apply(work, (folder,))


def _quietly() -> None:
    gc.set_threshold(GARBAGE_EVERY)  # as the command does once it has started
    log.set_up(level="warning", form="console")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a piece of work, and its own memory at the most."""

    spent: Spent
    memory_mb: int = 0
    writes: int = 0
    told: str = ""


def _planned(folder: Path) -> Found:
    """Everybody due, as after a publication; then the command's work, its file and its document."""
    with closing(open_app(folder)) as app:
        with leading(app) as loop, app.store.write(loop.epoch) as tx:
            leads.make_all_due(tx)
            count = leads.count(tx)
        gc.collect()
        memory = Memory()
        memory.start()
        with Timer() as timer:
            made = plan.make_plan(app)
            with (folder / PLAN).open("wb") as written:
                planfile.write(made, written)
            shown = plan.shown(app, made, folder / PLAN)
            with (folder / PLAN).with_suffix(".json").open("w") as file, redirect_stdout(file):
                screen.long_document(planned.as_data(shown), "changes", planned.changes_of(made))
        writes, fields = sum(len(each.changes) for each in made.leads), sum(1 for _ in planned.changes_of(made))
    figures = ", ".join(f"{figure:,} {name}" for name, figure in made.header.counts.items() if figure)
    return Found(
        spent=known(timer),
        memory_mb=memory.end(),
        writes=writes,
        told=f"{count:,} leads: {figures or 'nothing to do'}, {fields:,} fields",
    )


def _applied(folder: Path) -> Found:
    with closing(open_app(folder)) as app, leading(app) as loop, Timer() as timer:
        apply(loop, planfile.read(folder / PLAN), now=app.clock.refresh())
    return Found(spent=known(timer))


def _cycle(folder: Path) -> Found:
    with closing(open_app(folder)) as app, leading(app) as loop, Timer() as timer:
        run_once(loop, now=app.clock.refresh(), trigger="benchmark")
    return Found(spent=known(timer))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
