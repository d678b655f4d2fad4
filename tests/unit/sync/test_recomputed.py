"""What a tick keeps of a score is what the ledger gives when it is asked again, for that moment and for ever."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.lead import Fact
from domain.run import RuleVersion
from domain.score import Score
from domain.values import LeadId
from store import leads, ledger
from store.engine import Tx
from sync.decide import decide_due
from sync.loop import Loop
from tests.unit.scoring.material import NOW, activity_lists, fact_lists, rule_sets
from tests.unit.sync.test_wakes import QUIET, Office, arrive

HOUR = timedelta(hours=1)
STEPS = st.lists(
    st.tuples(st.sampled_from(["does", "takes back", "learns", "sleeps"]), st.integers(1, 400), st.integers(0, 5)),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def office(tmp_path: Path, version: RuleVersion) -> Office:
    return Office(tmp_path, version)


def kept(tx: Tx, lead: LeadId) -> Score:
    return leads.scores_of(tx, [lead])[lead][0]


def asked_again(loop: Loop, tx: Tx, lead: LeadId, at: datetime) -> Score:
    done = ledger.activities_of(tx, [lead], known_at=at).get(lead, [])
    facts = ledger.facts_of(tx, [lead]).get(lead, [])
    return loop.in_force(tx).scorer.score(facts, done, as_of=at, known_at=at)


def same(one: Score) -> dict[str, Any]:
    """What is kept for its own sake; when to look again depends on what people see."""
    left_out = {"hand_raises", "next_change_at", "machine_made", "problems", "rule_hash"}
    return {name: getattr(one, name) for name in one.__slots__ if name not in left_out}


def step(tx: Tx, what: str, number: int, lead: LeadId, *, did: list[Activity], now: datetime) -> None:
    if what == "does" and did:
        news = replace(did[number % len(did)], external_id=f"news {now.isoformat()}", occurred_at=now)
        ledger.add(tx, [news], seen_at=now)
        tx.exec_driver_sql("UPDATE activity SET lead_id = ? WHERE lead_id = 0", (lead,))
    elif what == "takes back":
        theirs = ledger.activities_of(tx, [lead]).get(lead, [])
        ledger.retract(tx, [each.key for each in theirs[number % max(1, len(theirs)) :][:1]], reason="no", at=now)
    elif what == "learns":
        ledger.put_facts(tx, lead, {"size": "big" if number % 2 else None}, since=now, seen_at=now)
    if what != "sleeps":
        leads.touch(tx, [lead])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule_sets(), st.tuples(activity_lists(most=8), activity_lists(most=4)), fact_lists(), STEPS)
def test_a_kept_score_is_recomputed_from_the_ledger_and_nobody_elses_moves(
    office: Office,
    scoring: ScoringRules,
    lives: tuple[list[Activity], list[Activity]],
    facts: list[Fact],
    steps: list[tuple[str, int, int]],
) -> None:
    done, others = lives
    quiet = ScoringRules.model_validate(scoring.model_dump(mode="json", by_alias=True) | QUIET)
    with office.loop(quiet) as loop:
        with loop.store.write(loop.epoch) as tx:
            ana, ben = arrive(tx, done, facts), arrive(tx, others)
        decide_due(loop, now=NOW)
        now, past = NOW, []
        for what, hours, number in steps:
            now += HOUR * hours
            with loop.store.write(loop.epoch) as tx:
                his = kept(tx, ben)
                step(tx, what, number, ana, did=done, now=now)
            decide_due(loop, now=now)
            with loop.store.read() as tx:
                mine = kept(tx, ana)
                past.append(mine)
                assert what == "sleeps" or mine.as_of == now
                assert same(mine) == same(asked_again(loop, tx, ana, mine.as_of))
                assert same(asked_again(loop, tx, ben, his.as_of)) == same(his)
        with loop.store.read() as tx:
            for each in past:
                assert same(asked_again(loop, tx, ana, each.as_of)) == same(each), "any past score can be recomputed"
