"""Drive the real loop against the simulator, day by day, while the actors act in a process of their own.

Go-live in its simplest form: a first cycle that only watches takes the baseline, the first plan is
made, shown and applied, then the loop runs live. One day a rule edit goes wrong on purpose; one day
nobody is at work. At the end the dust settles and a last cycle shows that nothing is left to write.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from domain.run import GoLive
from leadloop.app import App, leading, open_app
from leadloop.clock import monotonic
from leadloop.commands.plan import make_plan
from leadloop.demo import installation
from leadloop.demo.door import Door
from leadloop.demo.processes import Line, peak_rss_mb, running
from leadloop.publishing import put_in_force
from leadloop.whole_files import whole
from store import held
from sync import planfile
from sync.apply import apply
from sync.cycle import run_once
from sync.loop import Loop

HOUR_S = 3600.0
DAYS = 36
MISTAKE_DAY = 30
PARTS = (("morning", 9.5), ("afternoon", 15.0))
"""When the actors act, in hours of the simulated day; a cycle follows half an hour later."""
TWICE_UNTIL = 9
"""So many days have a cycle after each part; later ones have one a day, which is enough to see the rest."""

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Played:
    """What the driver knows that the log does not say: seconds, memory, what was held, how it ended."""

    addresses: dict[str, str]
    seconds: float = 0.0
    first_plan: dict[str, int] = field(default_factory=dict)
    backlog: int = 0
    held: int = 0
    moments: dict[str, int] = field(default_factory=dict)
    """Named moments of the play → number of the log's last line then."""
    ended: str = ""
    """The simulated time at the end of the play."""
    peak_rss_mb: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Play:
    """The stage: simulator, actors, side door and the folder of the installation."""

    folder: Path
    door: Door
    actors: Line
    simulator: Line
    say: Say
    played: Played


def play(folder: Path, *, seed_number: int, say: Say, stack: ExitStack) -> Played:
    """Run the whole demo in `folder`; the processes end with `stack`."""
    started = monotonic()
    stage = _stage(folder, seed_number=seed_number, say=say, stack=stack)
    played = stage.played
    stage.door.act(
        [{"as": "admin", "do": "edit", "system": "hubspot", "id": "settings", "fields": installation.PORTAL}]
    )
    stage.actors.ask({"do": "seed"})
    _go_live(stage)
    _days(stage)
    played.ended = stage.door.now()
    played.seconds = round(monotonic() - started, 1)
    played.peak_rss_mb = {"daemon": peak_rss_mb(), "simulator": peak_rss_mb(stage.simulator.pid)}
    return played


def _stage(folder: Path, *, seed_number: int, say: Say, stack: ExitStack) -> Play:
    """The systems, the people in them and an installation, each before anything was done."""
    log = folder / "simulator.log.jsonl"
    ports = ("--salesforce-port", "0", "--hubspot-port", "0")
    timed = ("--start", installation.START, "--log", str(log))
    simulator = stack.enter_context(running("simulator", *ports, *timed, errors=folder / "simulator.err"))
    heard = simulator.hear()
    salesforce, hubspot = heard["salesforce"], heard["hubspot"]
    places = ("--salesforce", salesforce, "--hubspot", hubspot, "--seed-number", str(seed_number))
    actors = stack.enter_context(running("leadloop.demo.actors", *places, errors=folder / "actors.err"))
    installation.write(folder, salesforce=salesforce, hubspot=hubspot)
    return Play(
        folder=folder,
        door=Door(salesforce),
        actors=actors,
        simulator=simulator,
        say=say,
        played=Played(addresses={"salesforce": salesforce, "hubspot": hubspot, "log": str(log)}),
    )


def _go_live(stage: Play) -> None:
    """Watch once and take the baseline; then go live with a plan that somebody looked through."""
    with closing(open_app(stage.folder)) as app, leading(app) as loop:
        run_once(loop, now=app.clock.refresh(), trigger="demo")
    installation.set_go_live(stage.folder, GoLive.LIVE)
    with closing(open_app(stage.folder)) as app:
        plan = make_plan(app)
        path = stage.folder / f"{plan.header.id}.jsonl"
        with whole(path) as file:
            planfile.write(plan, file)
        stage.played.first_plan = dict(plan.header.counts)
        stage.say(f"First plan: {plan.header.counts['updates']} records to update, no handoff. Approved.")
        with leading(app) as loop:
            apply(loop, planfile.read(path), now=app.clock.refresh())
        with app.store.read() as tx:
            stage.played.backlog = len(held.open_lead_ids(tx))
        _mark(stage, "baseline")
    stage.say(f"Baseline: {stage.played.backlog} leads stand above the line from before; they are released slowly.")


def _days(stage: Play) -> None:
    """One process holds the lead all the time, as a daemon would."""
    app = open_app(stage.folder)
    try:
        installation.approve_backlog(app)
        with leading(app) as loop:
            for day in range(1, DAYS + 1):
                if day == MISTAKE_DAY:
                    _make_the_mistake(stage)
                _day(stage, app, loop, day)
                if day == MISTAKE_DAY:
                    _take_it_back(stage, app)
            _settle(stage, app, loop)
    finally:
        app.close()


def _day(stage: Play, app: App, loop: Loop, day: int) -> None:
    """From midnight to midnight: the actors' parts, and the cycles half an hour after them."""
    hour = 0.0
    for part, at in PARTS:
        stage.door.advance((at - hour) * HOUR_S)
        stage.actors.ask({"do": "day", "day": day, "part": part})
        stage.door.advance(HOUR_S / 2)
        hour = at + 0.5
        if day <= TWICE_UNTIL or day == MISTAKE_DAY or (part, at) == PARTS[-1]:
            run_once(loop, now=app.clock.refresh(), trigger="demo")
    stage.door.advance((24 - hour) * HOUR_S)
    stage.say(f"Day {day:2} of {DAYS}")


def _publish(stage: Play, *, author: str) -> None:
    """As `leadloop config publish` does from another terminal: the loop finds the new version by itself."""
    app = open_app(stage.folder)
    try:
        put_in_force(app, author=author)
    finally:
        app.close()


def _make_the_mistake(stage: Play) -> None:
    """Somebody lowers the line to where half the database stands."""
    installation.lower_the_line(stage.folder)
    _publish(stage, author="a hurried admin")
    _mark(stage, "mistake")
    stage.say("A rule edit lowers the line to 20 points.")


def _take_it_back(stage: Play, app: App) -> None:
    with app.store.write() as tx:
        names = [each.name for each in held.sets(tx) if each.name.startswith("publish-")]
        stage.played.held = sum(held.discard(tx, name, now=app.clock.now()) for name in names)
    stage.say(f"{stage.played.held} leads were held; hand-raisers passed. The edit is taken back.")
    _mark(stage, "mended")
    installation.raise_the_line(stage.folder)
    _publish(stage, author="the same admin")


def _settle(stage: Play, app: App, loop: Loop) -> None:
    """Let the dust settle, then show one more cycle: it writes nothing."""
    for _ in range(4):
        stage.door.advance(HOUR_S / 2)
        run_once(loop, now=app.clock.refresh(), trigger="demo")
    stage.door.advance(HOUR_S / 12)
    _mark(stage, "settled")
    run_once(loop, now=app.clock.refresh(), trigger="demo")


def _mark(stage: Play, name: str) -> None:
    stage.played.moments[name] = max((line["seq"] for line in stage.door.log()), default=0)
