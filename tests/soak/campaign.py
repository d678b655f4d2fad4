"""Adds lives up, and says whether the campaign is green: as much fired as was asked, and nothing wrong was seen."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.soak.life import RANDOM, Outcome

PER_POINT, AT_RANDOM = 0.02, 0.3
"""Of what was asked: 20 at each point and 300 at random moments of 1,000 (reliability G1)."""
RECOVERY_S = 30.0
BATCH = 200
"""Rows of work that a kill may cost again at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """`lives` of one database."""

    asked: int
    points: Sequence[str]
    lives: Sequence[Outcome]

    @property
    def kills(self) -> Counter[str]:
        return sum((each.kills for each in self.lives), Counter[str]())

    def faults(self) -> list[str]:
        """Why it is red; nothing when it is green."""
        return [*self._too_few(), *self._seen(), *self._too_slow()]

    def _too_few(self) -> Iterator[str]:
        kills = self.kills
        if kills.total() < self.asked:
            yield f"{kills.total()} kills fired, {self.asked} were asked for"
        least = math.floor(self.asked * PER_POINT)
        yield from (
            f"{point} was met {kills[point]} times, less than {least}" for point in self.points if kills[point] < least
        )
        if kills[RANDOM] < math.floor(self.asked * AT_RANDOM):
            yield f"{kills[RANDOM]} kills {RANDOM}, fewer than {AT_RANDOM:.0%}"

    def _seen(self) -> Iterator[str]:
        for each in self.lives:
            for name in ("lost", "doubled", "wrong"):
                yield from (f"life {each.seed}, {name}: {words}" for words in getattr(each, name))

    def _too_slow(self) -> Iterator[str]:
        slowest = max((time for each in self.lives for time in each.recovery_s), default=0.0)
        if slowest > RECOVERY_S:
            yield f"a recovery took {slowest} s"
        most = max((rows for each in self.lives for rows in each.repeats), default=0)
        if most > BATCH:
            yield f"{most} rows were written again after one kill"

    def as_dict(self) -> dict[str, Any]:
        """The whole campaign as one document."""
        made = sum((each.made for each in self.lives), Counter[str]())
        recovery = [time for each in self.lives for time in each.recovery_s]
        settled = [time for each in self.lives for time in each.settled_s]
        return {
            "schema_version": 1,
            "database": self.lives[0].database if self.lives else None,
            "asked": self.asked,
            "kills": dict(sorted(self.kills.items())),
            "fired": self.kills.total(),
            "not_reached": dict(sorted(sum((each.missed for each in self.lives), Counter[str]()).items())),
            "lives": len(self.lives),
            "made": dict(sorted(made.items())),
            "effects_joined_with_audit": sum(each.effects for each in self.lives),
            "lost": sum(len(each.lost) for each in self.lives),
            "doubled": sum(len(each.doubled) for each in self.lives),
            "wrong": sum(len(each.wrong) for each in self.lives),
            "recovery_s": percentiles(recovery),
            "recovery_after_settling_s": percentiles(settled),
            "repeated_rows_per_kill": {
                "max": max((rows for each in self.lives for rows in each.repeats), default=0),
                "sum": sum(sum(each.repeats) for each in self.lives),
            },
            "seconds": round(sum(each.seconds for each in self.lives), 1),
            "faults": self.faults(),
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        told = self.as_dict()
        yield f"{told['fired']} kills of {told['asked']} in {told['lives']} lives on {told['database']}"
        yield from (f"  {point:<28} {times:>5}" for point, times in told["kills"].items())
        yield f"made: {', '.join(f'{count} {name}' for name, count in told['made'].items())}"
        yield f"lost {told['lost']}, doubled {told['doubled']}, wrong {told['wrong']}"
        yield f"working again after {_spread(told['recovery_s'])}"
        yield f"  where a write had to be settled first {_spread(told['recovery_after_settling_s'])}"
        yield f"rows written again: {told['repeated_rows_per_kill']['max']} after one kill at most"
        yield from (f"RED: {fault}" for fault in told["faults"])


def percentiles(times: Sequence[float]) -> dict[str, float | int]:
    """Count, p50, p95 (nearest rank) and maximum."""
    ordered = sorted(times)
    if not ordered:
        return {"count": 0}
    rank = {share: ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95)}
    return {"count": len(ordered), "p50": rank[0.5], "p95": rank[0.95], "max": ordered[-1]}


def _spread(told: dict[str, float | int]) -> str:
    return f"p50 {told['p50']} / p95 {told['p95']} / max {told['max']} s" if told["count"] else "(none)"


def read_lives(path: Path, *, database: str) -> list[Outcome]:
    """What a result file holds of one database; nothing if there is none."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [_outcome(row) for row in rows if row["database"] == database]


def _outcome(row: dict[str, Any]) -> Outcome:
    counted = {name: Counter(row[name]) for name in ("kills", "missed", "made")}
    return Outcome(**{**row, **counted})
