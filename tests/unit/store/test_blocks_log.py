"""Everybody at once and one by one on the whole recorded lead-handling log. Skipped where the log is not there."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.one_file import read_scoring
from config.scoring import ScoringRules
from domain.values import LeadId, RuleHash
from leadloop.demo.case_acts import APPLICATION, PRE_ACCEPTED
from leadloop.demo.case_log import FILE, ZONE, Happening, happenings
from leadloop.demo.replay import BESIDE, EXAMPLE, PLACE
from scoring.bulk import BulkScorer
from scoring.scorer import Scorer
from store import blocks, leads, ledger
from store.chunks import chunks
from store.columns import to_json, to_micros
from store.engine import Store, Tx
from tests.starter import starter_file
from tests.stores import empty_store
from tests.unit.scoring.bulk_material import in_words, names_of, words_of

LOG = Path(os.environ.get(PLACE, BESIDE)) / FILE
WHAT = {
    "A_SUBMITTED": ("form_submitted", {"form": APPLICATION}),
    "A_PREACCEPTED": ("form_submitted", {"form": PRE_ACCEPTED}),
    "A_CANCELLED": ("form_submitted", {"form": "demo, or not"}),
    "O_CREATED": ("webinar_registered", {"campaign": "Offer"}),
    "O_SENT_BACK": ("email_replied", {}),
    "W_Nabellen offertes": ("call_logged", {"duration_s": 300}),
    "W_Completeren aanvraag": ("page_viewed", {"url": "https://bank.example/pricing"}),
    "W_Afhandelen leads": ("email_clicked", {"url": "https://bank.example/blog", "mail": "m1"}),
}
"""What it would be in a marketing system, so that every kind of rule has something to count."""
SETS = {
    "starter": ScoringRules.model_validate(starter_file("scoring")),
    "example": read_scoring(EXAMPLE / "scoring.yaml", EXAMPLE),
}

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"the recorded log is not at {LOG}")


def loaded(tx: Tx) -> datetime:
    """The log in the ledger, as pulls would have left it; the moment of its last row."""
    rows = list(happenings(LOG))
    firsts: dict[int, Happening] = {}
    for row in rows:
        firsts.setdefault(row.case, row)
    numbers = {case: LeadId(number) for number, case in enumerate(firsts, 1)}
    leads.create(tx, len(numbers), now=rows[-1].at, installation="LL")
    for portion in chunks(_acts(rows, numbers)):
        ledger.INSERT.run(tx, portion)
    for some in chunks(firsts.values()):
        values = {numbers[row.case]: {"requested_amount": row.amount, "employees": row.amount} for row in some}
        since = {numbers[row.case]: row.at for row in some}
        ledger.put_facts_many(tx, values, since=since, seen_at=some[0].at)
    return max(row.at for row in rows)


def _acts(rows: Sequence[Happening], numbers: Mapping[int, LeadId]) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(rows):
        if row.activity not in WHAT:
            continue
        kind, said = WHAT[row.activity]
        moment = to_micros(row.at)
        whose = (numbers[row.case], "desk", "lists", f"{number:07d}")
        yield (*whose, kind, moment, moment, None, None, None, None, None, False, to_json(said), None, None)


def test_every_lead_of_the_log_has_one_total(tmp_path: Path) -> None:
    store = Store.open(empty_store(tmp_path / "leadloop.db"))
    with store.write() as tx:
        last = loaded(tx)
        for name, when in (("starter", last - timedelta(days=40)), ("example", last)):
            check(tx, SETS[name], when)
    store.dispose()


def check(tx: Tx, rules: ScoringRules, when: datetime) -> None:
    scorer = Scorer(rules, RuleHash("r"), ZONE.key)
    bulk = BulkScorer(scorer)
    _, bars = names_of(bulk, rules)
    seen = scored = 0
    for block in blocks.blocks(tx, names=bulk.names):
        totals = bulk.totals(block, as_of=when, known_at=when)
        facts, done = ledger.facts_of(tx, block.leads), ledger.activities_of(tx, block.leads)
        for place, lead in enumerate(block.leads):
            alone = scorer.score(facts.get(lead, ()), done.get(lead, ()), as_of=when, known_at=when)
            assert in_words(totals, place, bars) == words_of(alone)
            scored += alone.engagement > 0
        seen += len(block.leads)
    assert (seen, scored > 1000) == (13_087, True)
