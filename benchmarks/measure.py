"""Measures pieces of work against each other: rounds that take turns, a process per piece and round, medians.

Absolute figures move with whatever else the machine does; ratios within one run hardly do.
"""

import json
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

PROCESSES = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one piece of work took. `other_cpu_s`: of processes that worked for it, a database's for one."""

    wall_s: float
    cpu_s: float
    rss_mb: float
    other_cpu_s: float = 0.0

    @property
    def total_cpu_s(self) -> float:
        return self.cpu_s + self.other_cpu_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a report: a figure, what it is compared with, and how far it may go. `goal` None: only told."""

    name: str
    figure: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None
    note: str = ""


class Timer:
    """Begin and end of what counts in a piece of work; setting up around it does not."""

    def __init__(self, other_cpu_s: Callable[[], float] = lambda: 0.0) -> None:
        self._other = other_cpu_s
        self._began: tuple[float, float, float] | None = None
        self.spent: Spent | None = None

    def __enter__(self) -> "Timer":
        self._began = (time.perf_counter(), time.process_time(), self._other())
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu, other = self._began or (0.0, 0.0, 0.0)
        self.spent = Spent(
            wall_s=time.perf_counter() - wall,
            cpu_s=time.process_time() - cpu,
            rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            other_cpu_s=self._other() - other,
        )


Work = Callable[..., Spent]


def take_turns(pieces: Mapping[str, tuple[Work, tuple[Any, ...]]], *, rounds: int) -> dict[str, list[Spent]]:
    """Every piece once per round, each time in a new process; a piece is a function of a module and its arguments."""
    found: dict[str, list[Spent]] = {name: [] for name in pieces}
    for number in range(rounds):
        for name, (work, arguments) in pieces.items():
            print(f"  round {number + 1} of {rounds}: {name}", file=sys.stderr)
            with PROCESSES.Pool(1) as pool:
                found[name].append(pool.apply(work, arguments))
    return found


def cpu_ratio(work: Sequence[Spent], floor: Sequence[Spent]) -> float:
    """The median of the rounds' own ratios: what slowed one round slowed both."""
    return statistics.median(
        each.total_cpu_s / bare.total_cpu_s for each, bare in zip(work, floor, strict=True) if bare.total_cpu_s
    )


def median_cpu_s(spent: Sequence[Spent]) -> float:
    return statistics.median(each.total_cpu_s for each in spent)


def known(timer: Timer, is_whole: bool = True) -> Spent:
    """What was measured; raises when the work was not all there, or a fast answer would be none."""
    if timer.spent is None or not is_whole:
        raise RuntimeError("the piece of work did not do what is measured")
    return timer.spent


def at_most(row: Row, limit: float) -> Row:
    """The row with its goal: the ratio, or the figure where there is none, may be at most this."""
    value = row.figure if row.ratio is None else row.ratio
    return Row(**{**asdict(row), "goal": f"≤ {limit:g}", "met": value <= limit})


def at_least(row: Row, limit: float) -> Row:
    value = row.figure if row.ratio is None else row.ratio
    return Row(**{**asdict(row), "goal": f"≥ {limit:g}", "met": value >= limit})


def report(rows: Sequence[Row], *, as_json: bool) -> int:
    """Print it; 1 when a goal was missed."""
    if as_json:
        print(json.dumps({"rows": [asdict(row) for row in rows]}, indent=2, ensure_ascii=False))
    else:
        for row in rows:
            print(_line(row))
    return int(any(row.met is False for row in rows))


def _line(row: Row) -> str:
    mark = {None: " ", True: "✓", False: "✗"}[row.met]
    ratio = "" if row.ratio is None else f" → {row.ratio:.2f} ×"
    floor = "" if row.floor is None else f" (floor {row.floor:.4g})"
    goal = "" if row.goal is None else f"  goal {row.goal}"
    note = f"  {row.note}" if row.note else ""
    return f"{mark} {row.name}: {row.figure:.4g} {row.unit}{floor}{ratio}{goal}{note}"
