"""One life: a simulator and an installation of its own, rounds of acts and kills, and a judgement at the end."""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store.engine import Store
from tests.audited import assert_joined
from tests.cast import USERS
from tests.installation import HALF_HOUR_S, KILLED, Installation, install
from tests.rig import SimulatorProcess
from tests.soak.daemon import END_S, daemon
from tests.soak.faults import order_any
from tests.soak.judge import Judge, repeats
from tests.soak.pair import PAIR, Pair
from tests.soak.people import People, Person
from tests.town import MONDAY, WIDE
from tests.witness import Witness

RANDOM = "at a random moment"
AT_REST = "between two looks"
PATIENCE_S = 30.0
"""Of real time, in which a daemon that was started after a kill is to have handed over whoever waits."""
MISSED_S = 8.0
"""After which a daemon that did not pass its point is killed where it stands: it rests between two looks."""
PAIR_SHARE = 0.1
"""Of all kills: there are two daemons, and it is one of these."""
RANDOM_SHARE = 0.35
"""Of all kills: no point of ours says where these fall."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one life showed. Times in seconds of real time, from a cold start to the hand-over of whoever waited."""

    seed: int
    database: str
    kills: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    recovery_s: list[float] = field(default_factory=list)
    settled_s: list[float] = field(default_factory=list)
    """Recoveries that had to wait until an unsure write could be settled: the wait itself is simulated time."""
    repeats: list[int] = field(default_factory=list)
    """Per process that was started after a kill: rows that were written again without changing anything."""
    made: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What else must not be: writes at rest, effects that the audit does not know, a daemon that does not end."""
    effects: int = 0
    seconds: float = 0.0


def live(seed: int, *, kills: int, points: Sequence[str], database_url: str | None = None) -> Outcome:
    """Until so many kills have fired. Whatever goes wrong stands in the outcome."""
    began = time.monotonic()
    with TemporaryDirectory(prefix="leadloop-soak-") as folder, SimulatorProcess(start=MONDAY) as world:
        made = install(Path(folder) / "installation", world, database_url=database_url, more=WIDE)
        world.seed(users=USERS)
        life = Life(installation=made, chance=random.Random(seed), points=points)
        life.outcome = Outcome(seed=seed, database="sqlite" if database_url is None else "postgres")
        try:
            life.begin()
            while life.outcome.kills.total() < kills:
                life.round(kills - life.outcome.kills.total())
            life.end()
        finally:
            made.close()
    life.outcome.seconds = round(time.monotonic() - began, 1)
    return life.outcome


@dataclass(slots=True, kw_only=True)
class Life:
    """`begin`, some `round`s, `end`."""

    installation: Installation
    chance: random.Random
    points: Sequence[str]
    outcome: Outcome = field(init=False)
    people: People = field(init=False)
    _seq: int = 0

    def begin(self) -> None:
        self.people = People(world=self.installation.simulator, chance=self.chance)
        self._run_whole()

    def round(self, at_most: int) -> None:
        """People act, the daemon is killed a few times while it takes that in, and then left alone until it has."""
        world = self.installation.simulator
        raiser = self.people.act()
        if self.chance.random() < 0.3:
            order_any(world, self.chance)
        world.time(advance_s=HALF_HOUR_S)
        self._seq = world.seq()
        for _ in range(min(self.chance.randint(2, 5), at_most)):
            self._kill()
        self._recover(raiser)

    def end(self) -> None:
        """The dust settles; then both systems are judged, one more run must write nothing, and the audit must join."""
        world = self.installation.simulator
        world.clear()
        for _ in range(3):
            world.time(advance_s=HALF_HOUR_S)
            self._run_whole()
        judge = Judge(world=world, people=self.people)
        self.outcome.lost += judge.lost()
        self.outcome.doubled += judge.doubled()
        self.outcome.made = judge.made()
        since = world.seq()
        world.time(advance_s=HALF_HOUR_S)
        self._run_whole()
        writes = Witness(simulator=world, since=since).writes()
        self.outcome.wrong += [f"at rest: {each['method']} {each['path']}" for each in writes]
        self._join()

    def _join(self) -> None:
        settings = self.installation.app.settings
        store = Store.open(settings.database_url, folder=self.installation.folder)
        try:
            self.outcome.effects = assert_joined(store, self.installation.simulator)
        except AssertionError as error:
            self.outcome.wrong.append(f"audit: {error}")
        finally:
            store.dispose()

    def _run_whole(self) -> None:
        done = self.installation.command("run")
        if done.code:
            self.outcome.wrong.append(f"a run that nobody disturbed ended with {done.code}: {done.err[-300:]}")

    # --- kills

    def _kill(self) -> None:
        if self.outcome.kills[PAIR] < PAIR_SHARE * self.outcome.kills.total():
            self._kill_a_pair()
            return
        command = self.chance.choice(["serve", "run"])
        if self.outcome.kills[RANDOM] <= RANDOM_SHARE * self.outcome.kills.total():
            fired = self._kill_at_random(command)
        else:
            fired = self._kill_at(self._owed(), command)
        if fired:
            self._count_repeats()

    def _kill_a_pair(self) -> None:
        """Both daemons count as processes that were killed; what they wrote again is counted for the two together."""
        pair = Pair(self.installation, self.chance)
        pair.live()
        self.outcome.kills[PAIR] += pair.kills
        self.outcome.wrong += pair.wrong
        self._count_repeats()

    def _owed(self) -> str:
        """The point that was met least often, of several any."""
        tried = self.outcome.kills + self.outcome.missed
        fewest = min(tried[each] for each in self.points)
        return self.chance.choice([each for each in self.points if tried[each] == fewest])

    def _kill_at(self, point: str, command: str) -> bool:
        """At its first to third pass of the point, if it comes there; at the first where it did not before."""
        number = 1 if self.outcome.missed[point] else self.chance.choice([1, 1, 2, 3])
        crash = {"LEADLOOP_TESTING": "1", "LEADLOOP_CRASH": f"{point}:{number}"}
        with self.installation.running(command, environment=crash) as process:
            process.join(MISSED_S)
            if process.exitcode == KILLED:
                self.outcome.kills[point] += 1
                return True
            self.outcome.missed[point] += 1
            if process.exitcode is not None:
                return False
            process.kill()
            process.join()
            self.outcome.kills[AT_REST] += 1
            return True

    def _kill_at_random(self, command: str) -> bool:
        with self.installation.running(command) as process:
            process.join(self.chance.uniform(0.1, 3.0))
            if process.exitcode is not None:
                return False
            process.kill()
            process.join()
            self.outcome.kills[RANDOM] += 1
            return True

    def _count_repeats(self) -> None:
        """What was written again since the kill before, without changing anything."""
        lines = self.installation.simulator.log(self._seq)
        self._seq += len(lines)
        self.outcome.repeats.append(repeats(lines))

    # --- recovery

    def _recover(self, raiser: Person) -> None:
        """Unless the killed ones got that far already: then there is nothing to measure."""
        if Judge(world=self.installation.simulator, people=self.people).handled(raiser):
            return
        with daemon(self.installation) as process:
            began = time.monotonic()
            if self._handed_over(raiser, began + PATIENCE_S):
                self.outcome.recovery_s.append(round(time.monotonic() - began, 2))
            else:
                self.installation.simulator.time(advance_s=HALF_HOUR_S)
                again = time.monotonic()
                if self._handed_over(raiser, again + PATIENCE_S):
                    self.outcome.settled_s.append(round(time.monotonic() - again, 2))
                else:
                    self.outcome.wrong.append(f"{raiser.email} was not handed over within {2 * PATIENCE_S:.0f} s")
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(END_S)
            except subprocess.TimeoutExpired:
                code = None
            if code != 0:
                self.outcome.wrong.append(f"the daemon was asked to end and ended with {code}")
        self._count_repeats()

    def _handed_over(self, raiser: Person, deadline: float) -> bool:
        while time.monotonic() < deadline:
            if Judge(world=self.installation.simulator, people=self.people).handled(raiser):
                return True
            time.sleep(0.2)
        return False


def as_dict(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in outcome.__slots__}
