"""Every figure of the week, of rests, attempts and drives is what the raw ledger says, counted once more by loops.

`LEADLOOP_REVIEW_SEEDS` says how many stores are made; the lists of the nurture page are told in test_listings and
test_resting. That the reference takes nothing from what it checks is told in test_report_figures.
"""

import os

import pytest

from reports.pages import passes, rests
from store.engine import Store
from tests.postgres import PostgresServer
from tests.reference.rested import rests as rests_told
from tests.reference.tried import tries_of
from tests.reference.two_teams import OFFICE
from tests.report_desk import people_in, scope_of, sight_of
from tests.review_desk import crew_up, differences_of

SEEDS = int(os.environ.get("LEADLOOP_REVIEW_SEEDS", "8"))


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that even a small crowd is read in several."""
    monkeypatch.setattr(passes, "PORTION", 3)
    monkeypatch.setattr(rests, "PORTION", 3)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_figure_is_what_the_raw_ledger_says(store: Store, seed: int) -> None:
    assert differences_of(store, seed) == []


def test_every_figure_is_what_the_raw_ledger_says_on_postgresql(postgres: PostgresServer) -> None:
    store = Store.open(postgres.create_store("review"))
    assert [each for seed in range(200, 202) for each in differences_of(store, seed)] == []
    store.dispose()
    postgres.drop_database("review")


def test_the_crowd_knows_every_case(store: Store) -> None:
    found, tried = [], []
    for seed in range(12):
        crowd = crew_up(store, seed)
        counted, now = people_in(store, crowd), int(crowd.now.timestamp()) * 1_000_000
        found += rests_told(counted, sight_of(scope_of(crowd)))
        tried += [one for person in counted for each in person.passes for one in tries_of(each, now, OFFICE)]
    assert {(each.back is not None, each.left) for each in found} == {(True, False), (False, True), (False, False)}
    assert {"without a handoff", "no_budget"} < {each.reason for each in found}
    assert {one.way for one in tried} == {"Call", "E-mail", "Meeting"}
    assert {one.worked for one in tried} == {True, False}
    assert {one.of.crew for one in tried} >= {"Inbound", "outbound"}
    assert max(one.number for one in tried) > 2
