"""Replay the recorded lead-handling log against the real loop: one cycle per day of the log.

The simulator begins on the log's first day, whole weeks later so that it ends before today; the people of
the log act in a process of their own; the clock is advanced through the side door and stands at now in the end.
"""

import resource
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import requests

from domain.errors import SettingsError
from domain.handoff import Handoff
from domain.run import Run
from domain.stage import Stage
from leadloop.app import leading, open_app
from leadloop.clock import AnyClock, SystemClock, monotonic
from leadloop.demo.case_log import FILE, ZONE, Extent, LogError, begins, measure
from leadloop.demo.door import Door
from leadloop.demo.processes import KIB, Line, peak_rss_mb, running
from store import handoffs, held, leads
from store.engine import Store
from store.vault import make_key
from sync.cycle import run_once
from sync.loop import Loop

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "bpi2012"
PLACE = "LEADLOOP_DATA"
BESIDE = ROOT.parent / "shared" / "data"
ADDRESSES = ("LEADLOOP_SIMULATOR_SALESFORCE", "LEADLOOP_SIMULATOR_HUBSPOT")
STORE = "leadloop.db"
TOUCH_STEPS = ("remind", "manager", "release")
SETTLING = 2
HALF_HOUR_S = 1800.0
TOLD_EVERY_DAYS = 10

Say = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What the replay counts as it goes."""

    days: int = 0
    cycles: int = 0
    touches: int = 0
    acts: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    slowest_cycle_s: float = 0.0
    cycles_s: float = 0.0
    own_mb: int = 0
    """The most memory of its own after a cycle: without the pages of the database's file, which can be dropped."""

    def add(self, run: Run, *, seconds: float) -> None:
        self.cycles += 1
        self.cycles_s += seconds
        self.slowest_cycle_s = max(self.slowest_cycle_s, seconds)
        self.own_mb = max(self.own_mb, own_mb())
        self.counts.update(run.counts)
        self.failures.update(run.failures)


@dataclass(slots=True, kw_only=True)
class Scene:
    """Where the replay takes place."""

    loop: Loop
    clock: AnyClock
    door: Door
    replayer: Line
    say: Say
    tally: Tally


def find_log(given: Path | None, environment: Mapping[str, str]) -> Path:
    """The log's file: the path given (or the folder it is in), LEADLOOP_DATA, ../shared/data; SettingsError if none."""
    asked = given or (Path(environment[PLACE]) if environment.get(PLACE) else BESIDE)
    found = asked / FILE if asked.is_dir() else asked
    if not found.is_file():
        raise SettingsError(
            f"There is no {FILE} at {asked}: the recorded log is not part of leadloop. Name its folder by --data or "
            f"{PLACE} (BPI Challenge 2012, doi:10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f, as CSV)."
        )
    return found


def replay(folder: Path, data: Path, *, say: Say, stack: ExitStack, days: int | None = None) -> dict[str, object]:
    """Replay the log (or its first `days`) in `folder`; the processes end with `stack`."""
    started = monotonic()
    log = find_log(data, {})
    try:
        extent = measure(log)
    except LogError as error:
        raise SettingsError(f"The recorded log cannot be used: {error}") from error
    weeks = extent.weeks_to(SystemClock().now().astimezone(ZONE).date())
    say(f"{extent.cases:,} leads, {extent.rows:,} rows, {len(extent.people)} reps: {weeks} weeks later than recorded.")
    simulator, addresses = start_simulator(folder, begins(extent.first + timedelta(weeks=weeks)), stack)
    replayer = start_replayer(folder, addresses["salesforce"], log, weeks, stack)
    replayer.ask({"do": "seed", "people": extent.people})
    install(folder, addresses)
    app = open_app(folder)
    stack.callback(app.close)
    with leading(app) as loop:
        door = Door(addresses["salesforce"])
        stage = Scene(loop=loop, clock=app.clock, door=door, replayer=replayer, say=say, tally=Tally())
        _cycle(stage)
        _days(stage, extent, weeks=weeks, limit=days)
        last_writes = _settle(stage)
    figures: dict[str, object] = {
        **standing(app.store),
        **counted(stage.tally),
        "writes_after_quiescence": last_writes,
        "ended": stage.door.now(),
        "api_calls": _api_calls(addresses["salesforce"]),
        "seconds": round(monotonic() - started, 1),
        "peak_rss_mb": {"daemon": peak_rss_mb(), "simulator": peak_rss_mb(simulator.pid)},
    }
    advance_to(stage.door, SystemClock().now())
    return figures


def counted(tally: Tally) -> dict[str, object]:
    """What the replay counted. `cpu_seconds` and `own_mb` are the daemon's; see `Tally.own_mb`."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "touches": tally.touches,
        "acts": tally.acts,
        "days": tally.days,
        "cycles": tally.cycles,
        "loop": dict(tally.counts),
        "failures": dict(tally.failures),
        "cycle_seconds": {"all": round(tally.cycles_s, 1), "slowest": round(tally.slowest_cycle_s, 1)},
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "own_mb": tally.own_mb,
    }


def install(folder: Path, addresses: Mapping[str, str]) -> None:
    """The example's folder with a key of its own, pointed at the simulator by `.env`; never over an older replay."""
    if (folder / STORE).exists():
        raise SettingsError(f"{folder} holds an earlier replay: name another folder, or remove it.")
    if not EXAMPLE.is_dir():
        raise SettingsError(f"The example's folder {EXAMPLE} is missing: run the replay from a checkout of leadloop.")
    for file in sorted(EXAMPLE.glob("*.yaml")):
        shutil.copyfile(file, folder / file.name)
    lines = [f"{name}={addresses[system]}" for name, system in zip(ADDRESSES, ("salesforce", "hubspot"), strict=True)]
    secret = folder / ".env"
    secret.touch(mode=0o600)
    secret.write_text("\n".join([*lines, f"LEADLOOP_KEY={make_key()}", ""]), encoding="utf-8")


def start_simulator(folder: Path, start: datetime, stack: ExitStack) -> tuple[Line, dict[str, str]]:
    log = folder / "simulator.log.jsonl"
    options = ["--salesforce-port", "0", "--hubspot-port", "0", "--start", start.isoformat(), "--log", str(log)]
    line = stack.enter_context(running("simulator", *options, errors=folder / "simulator.err"))
    return line, line.hear()


def start_replayer(folder: Path, address: str, log: Path, weeks: int, stack: ExitStack) -> Line:
    options = ["--address", address, "--log", str(log), "--weeks", str(weeks)]
    return stack.enter_context(running("leadloop.demo.replayer", *options, errors=folder / "replayer.err"))


def _days(stage: Scene, extent: Extent, *, weeks: int, limit: int | None) -> None:
    """A day of the log, then the clock at its end, then one cycle."""
    last = extent.last + timedelta(weeks=weeks)
    day = extent.first + timedelta(weeks=weeks)
    while day <= last and (limit is None or stage.tally.days < limit):
        advance_to(stage.door, begins(day + timedelta(days=1)))
        did = stage.replayer.ask({"do": "day"})
        if did["day"] != day.isoformat():
            raise SettingsError(f"The log's next day is {did['day']}, expected was {day}: it is not sorted by time.")
        stage.tally.days += 1
        stage.tally.touches += did["touches"]
        stage.tally.acts += did["acts"] + did["leads"]
        _cycle(stage)
        if stage.tally.days % TOLD_EVERY_DAYS == 0:
            stage.say(f"Day {stage.tally.days}: {day}, {stage.tally.cycles_s:.0f} s of cycles so far")
        day += timedelta(days=1)


def _cycle(stage: Scene) -> None:
    started = monotonic()
    run = run_once(stage.loop, now=stage.clock.refresh(), trigger="demo")
    stage.tally.add(run, seconds=monotonic() - started)


def _settle(stage: Scene) -> int:
    """Let the dust settle; returns the writes of one more cycle, which are none.

    That one runs at once: half an hour later some lead's points may have run out, and that is worth a write.
    """
    for _ in range(SETTLING):
        stage.door.advance(HALF_HOUR_S)
        _cycle(stage)
    before = stage.tally.counts["sent"]
    _cycle(stage)
    return stage.tally.counts["sent"] - before


def advance_to(door: Door, moment: datetime) -> None:
    ahead = (moment - datetime.fromisoformat(door.now())).total_seconds()
    if ahead > 0:
        door.advance(ahead)


def standing(store: Store) -> dict[str, object]:
    """What the store says of leads and handoffs. A breach: a touch clock's step was taken in that handoff."""
    with store.read() as tx:
        ids = [lead for stage in Stage for lead in leads.by_stage(tx, stage)]
        every = [each for several in handoffs.all_of(tx, ids).values() for each in several]
        stages = {stage.value: count for stage, count in leads.count_by_stage(tx).items()}
        waiting = {each.name: each.leads for each in held.sets(tx)}
    steps = Counter(name for each in every for name in touch_steps(each))
    return {
        "leads": len(ids),
        "stages": stages,
        "handoffs": len(every),
        "touched": sum(1 for each in every if each.touched_at is not None),
        "accepted_by": dict(Counter(each.accepted_by for each in every if each.accepted_by)),
        "breaches": sum(1 for each in every if any(touch_steps(each))),
        "breach_steps": dict(steps),
        "outcomes": dict(Counter(each.outcome.value for each in every if each.outcome)),
        "held": waiting,
    }


def touch_steps(handoff: Handoff) -> Iterator[str]:
    """The steps of its touch clock that were taken: `remind`, `manager`, `release`, each turn for itself."""
    for step in handoff.steps:
        name = step.partition(":")[0]
        if name in TOUCH_STEPS:
            yield name


def own_mb() -> int:
    """This process's own memory now, in MiB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // KIB for line in lines if line.startswith("RssAnon:")), 0)


def _api_calls(address: str) -> dict[str, int]:
    answer = requests.get(f"{address}/_simulator/stats", timeout=10)
    found: dict[str, int] = answer.json()["api_calls"]
    return found
