"""A daemon under constant change with faults on: does its memory stay flat, does what was promised to be deleted go,
and has every warning a cause?"""

import json
import random
import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text

from store.engine import Store
from store.retention import purge
from store.schema import metadata
from sync.decide import BATCH
from tests.cast import USERS
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.soak.daemon import END_S, daemon, errors_of
from tests.soak.faults import EXPIRED, order_any
from tests.soak.judge import Judge
from tests.soak.people import People
from tests.town import MONDAY, WIDE

QUICK = "schedule: { cycle_minutes: 1, hand_raise_seconds: 10 }\nlog: { format: json }\n"
ROUND_S = 5.0
HOUR_S = 3600.0
"""Simulated time that passes in every round of half an hour's trial, which is two weeks of retention."""
WHOLE_MINUTES = 30.0
"""In a longer trial less time passes with each round: who waits for three weeks is recycled by the starter's rules."""
SAMPLE_S = 15.0
EXPLAINED = frozenset({"connection_failed", "unsure_not_settled"})
"""What the ordered faults make the daemon warn of; anything else is a finding."""
PATIENCE_S = 90.0
"""Of real time, in which everything that waited is to be written once nothing fails any more."""
CROWD = BATCH
"""So many ask to be called at the beginning: with fewer the loop decides, and holds in memory, more at every pass."""
FLAT_MB_PER_HOUR = 20.0
FULL_MB = 200.0
LATE = timedelta(days=2)
"""How long after its time a row may still stand: retention runs once in twenty hours, of five seconds each."""


@dataclass(slots=True, kw_only=True)
class Steadiness:
    """What the trial showed. `memory`: minutes since the start, RssAnon in MB."""

    minutes: float
    memory: list[tuple[float, float]] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[int]] = field(default_factory=dict)
    """Of every table that has any: rows half-way and at the end."""
    overdue: dict[str, int] = field(default_factory=dict)
    """Rows that should have been deleted long ago, by kind."""
    acts: int = 0
    lost: list[str] = field(default_factory=list)
    """What people did and the systems do not show at the end, when nothing fails any more."""
    doubled: list[str] = field(default_factory=list)
    deadlocks: int = 0
    """Of PostgreSQL: who deadlocks is answered by doing its work again, but everybody locks in one order."""
    ended: int | None = None

    @property
    def half_way_mb(self) -> float:
        """At the last look before the second half."""
        return next((mb for minute, mb in reversed(self.memory) if minute <= self.minutes / 2), 0.0)

    @property
    def mb_per_hour(self) -> float:
        """Over the second half: the first one fills caches."""
        half = [(minute / 60, mb) for minute, mb in self.memory if minute >= self.minutes / 2]
        return statistics.linear_regression(*zip(*half, strict=True)).slope if len(half) > 1 else 0.0

    def faults(self) -> Iterator[str]:
        """Why it is red; nothing when it is green."""
        yield from (
            f"{name} was logged {times} times" for name, times in self.warnings.items() if name not in EXPLAINED
        )
        yield from self.lost
        yield from self.doubled
        yield from (f"{count} rows of {name} stood longer than promised" for name, count in self.overdue.items())
        if self.deadlocks:
            yield f"{self.deadlocks} deadlocks"
        if self.mb_per_hour > FLAT_MB_PER_HOUR:
            yield f"memory grows by {self.mb_per_hour:.1f} MB an hour"
        if max((mb for _, mb in self.memory), default=0.0) > FULL_MB:
            yield f"more than {FULL_MB:.0f} MB"
        if self.ended != 0:
            yield f"asked to end, the daemon ended with {self.ended}"

    def as_dict(self) -> dict[str, Any]:
        """The whole trial as one document."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {"schema_version": 1, **told, "mb_per_hour": round(self.mb_per_hour, 2), "faults": list(self.faults())}

    def lines(self) -> Iterator[str]:
        """For people."""
        first, last = (self.memory[at][1] if self.memory else 0.0 for at in (0, -1))
        yield f"{self.minutes} minutes, {self.acts} rounds of acts"
        yield (
            f"  {first} MB at the start, {self.half_way_mb} half-way, {last} at the end, "
            f"{self.mb_per_hour:+.1f} MB an hour in the second half"
        )
        yield from (
            f"  {name:<24} {half:>8} rows half-way {end:>8} at the end" for name, (half, end) in self.rows.items()
        )
        yield from (f"  logged: {name} {times} times" for name, times in self.warnings.items())
        yield from (f"RED: {fault}" for fault in self.faults())


def steady(minutes: float, *, seed: int = 1, database_url: str | None = None) -> Steadiness:
    """So many minutes of real time; on SQLite where no database is given."""
    shown = Steadiness(minutes=minutes)
    with TemporaryDirectory(prefix="leadloop-steady-") as folder, SimulatorProcess(start=MONDAY) as world:
        made = install(Path(folder) / "installation", world, database_url=database_url, more=WIDE + QUICK)
        world.seed(users=USERS)
        chance = random.Random(seed)
        store = Store.open(database_url or "sqlite:///leadloop.db", folder=made.folder)
        with daemon(made) as process:
            _wait_for_the_baseline(made)
            people = People(world=world, chance=chance)
            _live(shown, store, people, chance, process.pid)
            shown.lost = _lost_at_rest(people)
            process.send_signal(signal.SIGTERM)
            shown.ended = process.wait(END_S)
        shown.overdue = _overdue(store, before=world.time() - LATE)
        shown.deadlocks = _deadlocks(store)
        store.dispose()
        shown.warnings = _warnings(made)
        shown.doubled = list(Judge(world=world, people=people).doubled())
    return shown


def _wait_for_the_baseline(made: Installation) -> None:
    """Whoever was there before it opens no handoff."""
    deadline = time.monotonic() + PATIENCE_S
    while "baseline_taken" not in errors_of(made).read_text(encoding="utf-8"):
        assert time.monotonic() < deadline, "the daemon took no baseline"
        time.sleep(0.2)


def _live(shown: Steadiness, store: Store, people: People, chance: random.Random, pid: int) -> None:
    for _ in range(CROWD):
        people.raises_a_hand()
    began = sampled = time.monotonic()
    while (passed := time.monotonic() - began) < shown.minutes * 60:
        people.act()
        shown.acts += 1
        if chance.random() < 0.3:
            order_any(people.world, chance, but=EXPIRED)  # sessions end by themselves here, every two hours
        people.world.time(advance_s=HOUR_S * min(1.0, WHOLE_MINUTES / shown.minutes))
        time.sleep(ROUND_S)
        if time.monotonic() - sampled >= SAMPLE_S:
            sampled = time.monotonic()
            shown.memory.append((round((sampled - began) / 60, 2), _mb(pid)))
        if not shown.rows and passed >= shown.minutes * 30:
            shown.rows = {name: [count] for name, count in _rows(store).items()}
    left = _rows(store)
    shown.rows = {name: [*shown.rows.get(name, [0]), left.get(name, 0)] for name in sorted({*shown.rows, *left})}


def _lost_at_rest(people: People) -> list[str]:
    """What is not seen in the systems although nothing fails, nobody does anything, and hours pass."""
    people.world.clear()
    deadline = time.monotonic() + PATIENCE_S
    while (lost := list(Judge(world=people.world, people=people).lost())) and time.monotonic() < deadline:
        people.world.time(advance_s=HOUR_S)
        time.sleep(ROUND_S)
    return lost


def _mb(pid: int) -> float:
    """What is the process's own: what it shares, and pages of files, the system may take back."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (each for each in status.splitlines() if each.startswith("RssAnon:"))
    return round(int(line.split()[1]) / 1024, 1)


def _rows(store: Store) -> dict[str, int]:
    with store.read() as tx:
        counts = {
            each.name: tx.execute(select(func.count()).select_from(each)).scalar_one()
            for each in metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def _overdue(store: Store, *, before: datetime) -> dict[str, int]:
    """What retention still finds as of then; a portion of each kind at most."""
    with store.write() as tx:
        return {kind: found for kind, found in asdict(purge(tx, now=before)).items() if found}


def _deadlocks(store: Store) -> int:
    if not store.is_postgresql:
        return 0
    with store.read() as tx:
        return int(tx.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")) or 0)


def _warnings(made: Installation) -> Counter[str]:
    """What the daemon said at warning or above, by event; lines that are no event count as they begin."""
    found: Counter[str] = Counter()
    for line in errors_of(made).read_text(encoding="utf-8").splitlines():
        if not line.startswith("{"):
            found[line.split(":")[0][:60]] += not line.startswith("leadloop serves")
        elif (event := json.loads(line))["level"] not in {"debug", "info"}:
            found[event["event"]] += 1
    return +found
