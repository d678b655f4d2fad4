"""How well clicks of mail scanners are told from people's: precision, recall and cost, on invented labelled traffic.

python3 -m benchmarks.scanners [--json] [--seed 1] [--each 2000]

What matters most is that no person's click is lost, so precision and lost clicks have the goals; recall has one where
the behaviour is told at all. A single click that looks like a person's in every respect is missed, and said to be.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.measure import Row, at_least, at_most, report
from benchmarks.scanner_traffic import PEOPLE, SCANNERS, STRANGE, Case, traffic
from config.scanners import ScannerRules
from domain.activity import Activity, ActivityKind
from scoring.scanners import machine_made, without_machines

RULES = ScannerRules()
PRECISION, LOST, SEEN = 0.995, 0.005, 0.95
CLAIMED = (
    "all links at once, a browser's agent",
    "the same, running scripts",
    "an honest agent",
    "HEAD only",
    "filtered by the sending system",
)
"""The kinds of which the goal for recall holds."""
POORER = {
    "no time of sending told": frozenset({"since_sent_s"}),
    "no agent and no method told": frozenset({"agent", "method"}),
    "only links and times told": frozenset({"since_sent_s", "agent", "method", "filtered"}),
}
"""Systems that say less, as lists of clicks from elsewhere do."""
COST_US = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Clicks of one kind of case: `human`, `machine`: by whom they were; of each, those taken for a machine's."""

    human: int
    human_lost: int
    machine: int
    machine_seen: int

    @property
    def precision(self) -> float:
        taken = self.machine_seen + self.human_lost
        return self.machine_seen / taken if taken else 1.0

    @property
    def recall(self) -> float:
        return self.machine_seen / self.machine if self.machine else 1.0

    @property
    def lost(self) -> float:
        return self.human_lost / self.human if self.human else 0.0


def judge(cases: Iterable[Case], rules: ScannerRules = RULES) -> dict[str, Judged]:
    """By kind of case."""
    counts: dict[str, Counter[str]] = {}
    for case in cases:
        made = machine_made(case.activities, rules)
        kind = counts.setdefault(case.kind, Counter())
        for each in case.activities:
            if each.kind is ActivityKind.EMAIL_CLICKED:
                who = "machine" if each.key in case.machine else "human"
                kind[who] += 1
                kind[f"{who} taken"] += each.key in made
    return {kind: _judged(count) for kind, count in counts.items()}


def together(found: Mapping[str, Judged]) -> Judged:
    """All kinds but the strange ones."""
    every = [each for kind, each in found.items() if kind not in STRANGE]
    return Judged(
        human=sum(each.human for each in every),
        human_lost=sum(each.human_lost for each in every),
        machine=sum(each.machine for each in every),
        machine_seen=sum(each.machine_seen for each in every),
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.scanners", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--seed", type=int, default=1, help="of the traffic")
    parser.add_argument("--each", type=int, default=2000, help="mails of each kind")
    given = parser.parse_args(arguments)
    return report(list(_measure(given.seed, given.each)), as_json=given.json)


def _measure(seed: int, each: int) -> Iterator[Row]:
    found = judge(traffic(seed, each))
    yield from _overall("", together(found))
    for kind in PEOPLE:
        yield at_most(_row(f"lost: {kind}", found[kind].lost, f"of {found[kind].human} clicks"), LOST)
    for kind in STRANGE:
        yield _row(f"lost: {kind}", found[kind].lost, f"of {found[kind].human} clicks, in no sum")
    for kind in SCANNERS:
        row = _row(f"recall: {kind}", found[kind].recall, f"of {found[kind].machine} clicks")
        yield at_least(row, SEEN) if kind in CLAIMED else row
    for name, unsaid in POORER.items():
        yield from _overall(f", {name}", together(judge(traffic(seed, each // 4 or 1, unsaid=unsaid))))
    yield from _costs(list(traffic(seed, each // 4 or 1)))


def _overall(name: str, every: Judged) -> Iterator[Row]:
    lost = f"{every.human_lost} of {every.human} human clicks lost, {every.machine_seen} of {every.machine} seen"
    yield at_least(_row(f"precision of machine{name}", every.precision, lost), PRECISION)
    yield at_most(_row(f"human clicks lost{name}", every.lost), LOST)
    yield _row(f"recall{name}", every.recall)


def _costs(cases: Sequence[Case]) -> Iterator[Row]:
    """Of one look at a lead's activities, as every scoring takes."""
    quiet = [tuple(each for each in case.activities if each.kind is ActivityKind.PAGE_VIEWED) * 20 for case in cases]
    yield at_most(_cost("a lead with clicks", [case.activities for case in cases]), COST_US)
    yield _cost("a lead without", quiet)


def _cost(name: str, leads: Sequence[Sequence[Activity]]) -> Row:
    began = time.process_time()
    for activities in leads:
        without_machines(activities, RULES)
    return Row(name=f"cost: {name}", figure=(time.process_time() - began) / len(leads) * 1e6, unit="µs CPU")


def _row(name: str, figure: float, note: str = "") -> Row:
    return Row(name=name, figure=figure, unit="", note=note)


def _judged(count: Counter[str]) -> Judged:
    return Judged(
        human=count["human"],
        human_lost=count["human taken"],
        machine=count["machine"],
        machine_seen=count["machine taken"],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
