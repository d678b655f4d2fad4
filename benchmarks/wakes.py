"""How often time alone makes the loop look at a lead, and how often it finds something to write.

The starter's rules over the histories of `benchmarks/crowd.py`: every lead is looked at whenever it wakes, for so many
days. A lower bound that is much too early would show here, as looks that bring nothing.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from benchmarks.crowd import BASE, NOON, SAMPLE, history
from benchmarks.measure import Row
from config.scoring import ScoringRules
from domain.activity import Activity
from domain.values import RuleHash
from scoring.scorer import Scorer
from scoring.showing import is_overdue, is_worth_showing
from tests.starter import starter_file

DAYS = 60


@dataclass(slots=True, kw_only=True)
class Looks:
    """At how many moments a lead was looked at, and at how many something was written."""

    all: int = 0
    writing: int = 0


def measure() -> Iterator[Row]:
    scorer = Scorer(ScoringRules.model_validate(starter_file("scoring")), RuleHash("starter"), "Europe/Berlin")
    ledgers: dict[str, list[Activity]] = {}
    for each in history(range(BASE + 1, BASE + SAMPLE + 1), random.Random(20261122), NOON):
        ledgers.setdefault(each.external_id.partition("-")[0], []).append(replace(each, seen_at=each.occurred_at))
    found = Looks()
    for done in ledgers.values():
        _live(scorer, done, found)
    a_day = 1_000_000 / SAMPLE / DAYS
    yield Row(
        name="P5 looks that time alone asks for",
        figure=found.all * a_day,
        unit="a day and million leads",
        note=f"{100 * found.writing / found.all:.0f} % of them write; {SAMPLE:,} leads over {DAYS} days",
    )


def _live(scorer: Scorer, done: Sequence[Activity], found: Looks) -> None:
    """One lead, to whom nothing new happens."""
    shown: int | None = None
    band: str | None = None
    shown_at: datetime | None = None
    now: datetime | None = NOON
    rules = scorer.book.source.showing
    while now is not None and now < NOON + timedelta(days=DAYS):
        late = is_overdue(band=band, shown_at=shown_at, rules=rules, now=now)
        score = scorer.score((), done, as_of=now, known_at=now, shown=shown, is_overdue=late)
        worth = is_worth_showing(score, shown=shown, band=band, shown_at=shown_at, rules=rules, now=now)
        if now > NOON:
            found.all += 1
            found.writing += worth
        if worth:
            shown, band, shown_at = score.shown, score.band, now
        refresh = shown_at + timedelta(days=rules.days) if shown_at is not None else None
        now = min((at for at in (score.next_change_at, refresh) if at is not None and at > now), default=None)
