"""Two rule files on the recorded lead-handling log, straight from its rows. Skipped where the log is not there."""

import os
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from config.one_file import read_scoring
from domain.activity import Activity, ActivityKind
from domain.lead import Fact, Lead
from domain.score import Grade
from domain.stage import Stage
from domain.values import LeadId, RuleHash
from leadloop.demo.case_acts import APPLICATION, PRE_ACCEPTED
from leadloop.demo.case_log import FILE, ZONE, Happening, happenings
from leadloop.demo.replay import BESIDE, EXAMPLE, PLACE
from reports.backtest import Backtest, Count, Question, Rung, Tried, backtest, lift
from reports.fates import Yardstick
from reports.histories import Life
from scoring.past.knowable import Loaded
from scoring.past.occasion import occasion
from scoring.scorer import Scorer

LOG = Path(os.environ.get(PLACE, BESIDE)) / FILE
ROWS = 40_000
FIRST = datetime(2011, 9, 30, 22, tzinfo=UTC)
KINDS = {
    "A_SUBMITTED": (ActivityKind.FORM_SUBMITTED, {"form": APPLICATION}),
    "A_PREACCEPTED": (ActivityKind.FORM_SUBMITTED, {"form": PRE_ACCEPTED}),
    "O_CREATED": (ActivityKind.EMAIL_SENT, {}),
    "A_ACTIVATED": (ActivityKind.NOTE_LOGGED, {"status": "A_ACTIVATED"}),
}

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"the recorded log is not at {LOG}")


def lives() -> list[Life]:
    """What an office with lists alone would have kept of the log's first weeks."""
    did: dict[int, list[Activity]] = {}
    first: dict[int, Happening] = {}
    for row in islice(happenings(LOG), ROWS):
        first.setdefault(row.case, row)
        if row.activity in KINDS:
            kind, said = KINDS[row.activity]
            number = f"{row.case}-{len(did.get(row.case, ()))}"
            made = Activity(
                connection="desk", stream="lists", external_id=number, kind=kind, occurred_at=row.at, properties=said
            )
            did.setdefault(row.case, []).append(made)
    return [_life(number, row, did.get(case, [])) for number, (case, row) in enumerate(first.items(), 1)]


def _life(number: int, row: Happening, activities: list[Activity]) -> Life:
    lead = Lead(
        id=LeadId(number), key=str(row.case), revision=1, stage=Stage.KNOWN, stage_since=row.at, armed_at=row.at
    )
    amount = Fact(name="requested_amount", value=row.amount, since=row.at, seen_at=row.at)
    return Life(lead=lead, facts=[amount], activities=activities)


def test_two_rule_files_on_the_real_log() -> None:
    people = lives()
    won = occasion("first note_logged where status = A_ACTIVATED")
    until = max(each.occurred_at for life in people for each in life.activities)
    measure = Yardstick(won=won, accepted=occasion("first email_sent"), within=timedelta(days=14), until=until)
    files = (EXAMPLE / "scoring.yaml", EXAMPLE / "variants" / "amount.yaml")
    tried = [
        Tried(name=file.stem, scorer=Scorer(read_scoring(file, EXAMPLE), RuleHash(file.stem), ZONE.key))
        for file in files
    ]
    found = Backtest(
        question=Question(since=FIRST, measure=measure, busy=timedelta(days=30), loaded=Loaded(), zone=ZONE),
        tried=tried,
    )
    assert sum(1 for _ in backtest(iter([people]), found)) == sum(each.total.entries for each in tried)
    everyone, amount = tried
    assert (found.leads, found.won) == (2451, 246)
    assert found.everybody == Count(entries=2451, ripe=1345, won=119, judged=1345, accepted=571)
    assert everyone.total == Count(entries=1458, ripe=812, won=119, judged=812, accepted=571)
    assert (everyone.asked, everyone.crossed.entries) == (everyone.total, 0)
    assert amount.total == Count(entries=1361, ripe=766, won=116, judged=766, accepted=548)
    assert (amount.asked.entries, amount.crossed) == (0, amount.total)
    by_band = {band: (count.won, count.ripe) for band, count in everyone.bands.items()}
    assert by_band == {"A hot": (69, 435), "B hot": (47, 331), "C hot": (2, 30), "D hot": (1, 16)}
    assert amount.at(Rung(50, Grade.A)).entries == 784
    lifts = [lift(each.total, found.everybody) for each in tried]
    assert lifts == pytest.approx([1.656, 1.712], abs=0.001)
