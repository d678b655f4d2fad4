"""P5: what one tick costs in stores of different size, beside a look at every lead, and its memory.

A tick is what the loop does with 1,000 new activities and 1,000 leads whose time has come: keep and touch, decide,
plan, each by the loop's own functions, without the systems. Every tick is a process of its own and takes other leads,
so that nothing of theirs was read before by anybody but the operating system.
"""

import gc
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from benchmarks.copies import multiply, number_from, wake
from benchmarks.crowd import BASE, NOON, happening, live, loop_over
from benchmarks.measure import PROCESSES, Row, Spent, Timer, at_least, at_most, known
from benchmarks.memory import Memory
from benchmarks.store import backend_cpu
from domain.activity import Activity
from domain.values import LeadId
from leadloop import log
from store import leadership, leads, ledger
from store.chunks import chunks
from store.engine import Store
from sync.decide import decide_due
from sync.loop import Loop
from sync.outgoing import OpenRun, plan_due
from tests.postgres import PostgresServer

T = TypeVar("T")

EVENTS = DUE = 1_000
ASLEEP = 20
"""Of so many leads the time of one has come."""
GOALS = {"sqlite": 3.0, "postgresql": 5.0}
SCAN_AT, SCAN_GOAL, MEMORY_GOAL_MB = 1_000_000, 25, 200
SCANNED, PORTION = 20_000, 500
BYTES = {"sqlite": 4_000, "postgresql": 5_500}
"""Of disk that a lead takes, at most."""
PAGE = 500
"""Activities that one page brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    spent: Spent
    memory_mb: int
    decided: int
    planned: int

    @property
    def told(self) -> str:
        spent = self.spent
        return f"{spent.total_cpu_s:.2f} s CPU, {spent.wall_s:.2f} s, {self.memory_mb} MB, {self.decided:,} decided"


def measure(kinds: Sequence[str], *, leads: Sequence[int], rounds: int) -> Iterator[Row]:
    """One database after the other: each is thrown away before the next is made."""
    if min(leads) < rounds * DUE * ASLEEP:
        raise SystemExit(f"{rounds} rounds take stores of {rounds * DUE * ASLEEP:,} leads at least")
    for kind in kinds:
        with _stores(kind, sorted(leads)) as urls:
            ticks: dict[int, list[Tick]] = {count: [] for count in urls}
            for number in range(rounds):
                for count, url in urls.items():
                    ticks[count].append(_alone(_tick, url, count, number))
                    _say(f"{kind}: tick {number + 1} of {rounds} over {count:,} leads: {ticks[count][-1].told}")
            for row in _told(kind, ticks):
                _say(f"{row.name}: {row.figure:.4g} {row.unit}, {row.ratio}, {row.note}")
                yield row
            if SCAN_AT in urls:
                _say(f"{kind}: a look at every lead of {SCAN_AT:,}, by {SCANNED:,} of them")
                yield _scan_row(kind, _alone(_scan, urls[SCAN_AT], SCAN_AT), ticks[SCAN_AT])


def _told(kind: str, ticks: Mapping[int, Sequence[Tick]]) -> Iterator[Row]:
    smallest, largest = min(ticks), max(ticks)
    floor = _cpu_ms(ticks[smallest])
    for count, several in ticks.items():
        wall = _wall_ms(several)
        one = several[0]
        row = Row(
            name=f"P5 {kind}: a tick over {count:,} leads",
            figure=_cpu_ms(several),
            unit="ms CPU",
            floor=None if count == smallest else floor,
            ratio=None if count == smallest else _cpu_ms(several) / floor,
            note=f"{wall:,.0f} ms wall ({wall / _wall_ms(ticks[smallest]):.2f} ×); "
            f"{one.decided:,} leads decided, {one.planned:,} writes planned",
        )
        yield row if count == smallest else at_most(row, GOALS[kind])
    most = max(each.memory_mb for each in ticks[largest])
    yield at_most(Row(name=f"P5 {kind}: memory at {largest:,} leads", figure=most, unit="MB RssAnon"), MEMORY_GOAL_MB)


def _scan_row(kind: str, spent: Spent, ticks: Sequence[Tick]) -> Row:
    whole = 1000 * spent.total_cpu_s * SCAN_AT / SCANNED
    row = Row(
        name=f"P5 {kind}: reading and scoring all {SCAN_AT:,} leads",
        figure=whole,
        unit="ms CPU",
        floor=_cpu_ms(ticks),
        ratio=whole / _cpu_ms(ticks),
        note=f"extrapolated from {SCANNED:,}, evenly spread; nothing decided, nothing written",
    )
    return at_least(row, SCAN_GOAL)


def _cpu_ms(ticks: Sequence[Tick]) -> float:
    return 1000 * statistics.median(each.spent.total_cpu_s for each in ticks)


def _wall_ms(ticks: Sequence[Tick]) -> float:
    return 1000 * statistics.median(each.spent.wall_s for each in ticks)


def _say(words: str) -> None:
    print(f"  {words}", file=sys.stderr, flush=True)


@contextmanager
def _stores(kind: str, counts: Sequence[int]) -> Iterator[dict[int, str]]:
    """A store for each size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        free, needed = shutil.disk_usage(folder).free, sum(counts) * BYTES[kind]
        if needed > free:
            raise SystemExit(f"{kind}: {folder} has {free >> 30} GiB free, and {needed >> 30} GiB are needed: TMPDIR")
        server = PostgresServer(folder) if kind == "postgresql" else None
        try:
            urls = {
                count: server.create_database(f"leads_{count}") if server else f"sqlite:///{folder}/{count}.db"
                for count in counts
            }
            for count, url in urls.items():
                _say(f"{kind}: makes {count:,} leads")
                _alone(_fill, url, count)
            yield urls
        finally:
            if server is not None:
                server.stop("immediate")


def _alone(work: Callable[..., T], *arguments: object) -> T:
    with PROCESSES.Pool(1, _quietly) as pool:
        return pool.apply(work, arguments)


def _quietly() -> None:
    log.set_up(level="warning", form="console")


@contextmanager
def _leading(url: str) -> Iterator[Loop]:
    store = Store.open(url)
    store.migrate()
    held = leadership.acquire(store, holder="benchmark")
    try:
        yield loop_over(store, held.epoch)
    finally:
        held.release()
        store.dispose()


def _fill(url: str, count: int) -> None:
    with _leading(url) as loop:
        with loop.store.write(loop.epoch) as tx:
            number_from(tx, "lead", BASE)
        live(loop.store, loop.epoch)
        multiply(loop.store, count)


def _tick(url: str, count: int, number: int) -> Tick:
    now, chance = NOON + timedelta(seconds=number + 1), random.Random(number)
    happened = [
        happening(BASE + 1 + chance.randrange(count), 1_000_000 * (number + 1) + place, chance, now)
        for place in range(EVENTS)
    ]
    with _leading(url) as loop:
        with loop.store.write(loop.epoch) as tx:
            wake(tx, DUE, place=number)
        gc.collect()
        gc.freeze()  # as the daemon does once it has started
        memory = Memory()
        memory.start()
        with Timer(backend_cpu(loop.store)) as timer:
            decided, planned = _steps(loop, happened, now)
        most = memory.end()
        spent = known(timer, decided > DUE)
    return Tick(spent=spent, memory_mb=most, decided=decided, planned=planned)


def _steps(loop: Loop, happened: Sequence[Activity], now: datetime) -> tuple[int, int]:
    for page in chunks(happened, PAGE):
        with loop.store.write(loop.epoch) as tx:
            leads.touch(tx, {lead for _, lead in ledger.add(tx, page, seen_at=now) if lead is not None})
    decided = decide_due(loop, now=now)
    return decided.leads, plan_due(loop, now=now, run=OpenRun())


def _scan(url: str, count: int) -> Spent:
    """Read what is known of leads and score them, portion by portion, each portion a neighbourhood."""
    with _leading(url) as loop, loop.store.read() as tx:
        scorer = loop.in_force(tx).scorer
        with Timer(backend_cpu(loop.store)) as timer:
            for begin in range(0, count, count * PORTION // SCANNED):
                ids = [LeadId(BASE + 1 + begin + place) for place in range(PORTION)]
                facts, done, found = ledger.facts_of(tx, ids), ledger.activities_of(tx, ids), leads.get(tx, ids)
                for each in ids:
                    shown = found[each].shown_score
                    scorer.score(facts.get(each, ()), done.get(each, ()), as_of=NOON, known_at=NOON, shown=shown)
    return known(timer)
