"""A year of handing over, on the injected clock: 20,000 leads, thirty reps, holidays, and what must not happen.

python3 -m benchmarks.year [--json] [--leads 20000] [--days 365] [--seed 1]

Real rules, real scoring, real decisions in the loop's order (`benchmarks/office.py` says what is left out: the store
and the systems). The same seed gives the same decisions, byte for byte: their digest is printed. Exit 1 when something
happened that must not.
"""

import argparse
import json
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.agenda import Agenda
from benchmarks.judge import Judge
from benchmarks.office import BATCH, Office, reps_of
from benchmarks.year_prospects import Prospects, arrivals
from benchmarks.year_reps import Reps
from benchmarks.year_rules import HASH, ZONE, habits, rulebook, scoring
from domain.handoff import Handoff
from scoring.scorer import Scorer

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SWEEP_EVERY = timedelta(days=7)
LEAVERS = 2
MUSTS = ("moves", "places", "steps", "roads", "lists", "stays", "hand_raises", "capacity", "fairness")
"""Kinds of breaches, by the judge's words: each has to be 0."""
TOUCH_STEPS = ("remind", "manager", "release")

Figures = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What was asked for."""

    leads: int = 20_000
    days: int = 365
    seed: int = 1
    batch: int = BATCH


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.year", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    usual = Year()
    parser.add_argument("--leads", type=int, default=usual.leads)
    parser.add_argument("--days", type=int, default=usual.days)
    parser.add_argument("--seed", type=int, default=usual.seed)
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    figures = live(Year(leads=given.leads, days=given.days, seed=given.seed), say=_say)
    figures["seconds"] = round(time.perf_counter() - began, 1)
    figures["cpu_seconds"] = round(time.process_time(), 1)
    figures["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    tell(figures, as_json=given.json)
    return int(bool(figures["breaches"]))


def _say(words: str) -> None:
    print(f"  {words}", file=sys.stderr, flush=True)


def tell(figures: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"schema_version": 1, **figures}, indent=2, ensure_ascii=False))
        return
    for name, figure in figures.items():
        print(f"{name}: {figure}")


def live(year: Year, *, say: Callable[[str], None] = lambda _: None) -> Figures:
    """Let the year happen and count."""
    chance = random.Random(year.seed)
    office = Office(
        book=rulebook(FIRST.date(), year.days, chance),
        scorer=Scorer(scoring(), HASH, ZONE),
        reps=reps_of(habits()),
        batch=year.batch,
    )
    agenda = Agenda()
    judge = Judge(office=office)
    prospects = Prospects(office=office, agenda=agenda, chance=chance)
    reps = Reps(office=office, agenda=agenda, chance=chance, habits=habits())
    office.observers = (judge, prospects, reps)
    for number, at in enumerate(arrivals(year.leads, FIRST, year.days, chance), 1):
        prospects.arrive(number, at, armed_at=FIRST)
    for email in chance.sample(sorted(habits()), LEAVERS):
        reps.leave(email, FIRST + timedelta(days=chance.randrange(year.days)))
    _weeks(office, agenda, judge, year, say)
    return {**_asked(year), **count(office, judge)}


def _weeks(office: Office, agenda: Agenda, judge: Judge, year: Year, say: Callable[[str], None]) -> None:
    end, now = FIRST + timedelta(days=year.days), FIRST
    while now < end:
        until = min(now + SWEEP_EVERY, end)
        agenda.live(office, now, until)
        judge.sweep(until)
        now = until
        say(f"{now:%Y-%m-%d}: {len(office.dossiers):,} leads, {office.decisions:,} decisions")


def _asked(year: Year) -> Figures:
    return {"seed": year.seed, "days": year.days}


def count(office: Office, judge: Judge) -> Figures:
    """What came of it."""
    every = [each for dossier in office.dossiers.values() for each in dossier.handoffs.values()]
    return {
        "leads": len(office.dossiers),
        "decisions": office.decisions,
        "transitions": office.counts["transitions"],
        "handoffs": len(every),
        "hand_raises": judge.raised,
        "touch_minutes": spread(_touch_minutes(office, every)),
        "breach_steps": dict(Counter(step for each in every for step in touch_steps(each))),
        "breached_handoffs": sum(any(touch_steps(each)) for each in every),
        "handed_on": sum(each.after is not None for each in every),
        "given_by_rule": office.counts["by_rule"],
        "given_by_a_person": office.counts["by_person"],
        "given_back_or_lost": sum(len(each.tried) for each in every),
        "released": sum(step.partition(":")[0] == "release" for each in every for step in each.steps),
        "went_quiet": sum(each.outcome == "went_quiet" for each in every),
        "outcomes": dict(Counter(each.outcome.value for each in every if each.outcome is not None)),
        "stages": dict(Counter(each.lead.stage.value for each in office.dossiers.values())),
        "returns": sum(each.number > 1 for each in every),
        "fairness": {name: _fairness(judge, name) for name in sorted(judge.turns)},
        "musts": {kind: judge.breaches[kind] for kind in MUSTS},
        "breaches": judge.told,
        "digest": office.digest,
    }


def touch_steps(handoff: Handoff) -> Iterator[str]:
    """The steps of its touch clock that were taken, each turn for itself."""
    names = (step.partition(":")[0] for step in handoff.steps)
    yield from (name for name in names if name in TOUCH_STEPS)


def _touch_minutes(office: Office, every: Iterable[Handoff]) -> Iterator[float]:
    """Working minutes of the rep's team from the assignment to the first touch."""
    for each in every:
        if each.assigned_at is not None and each.touched_at is not None:
            yield office.book.calendar_of(each.owner).working_minutes(each.assigned_at, each.touched_at)


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median and how far the slow ones are out."""
    found = sorted(values)
    if len(found) < 2:
        return {"count": len(found)}
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return {"count": len(found), "p50": cuts[49], "p75": cuts[74], "p90": cuts[89], "p99": cuts[98], "most": found[-1]}


def _fairness(judge: Judge, pool: str) -> Figures:
    """`widest`: the most rounds by weight that lay between two reps while the same reps were eligible."""
    turns = judge.turns[pool]
    return {"turns": turns.turns, "widest": float(turns.widest), "longest_stretch": turns.longest}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
