"""Whatever happens there and on the way: every record arrives, in its newest version, once.

`LEADLOOP_LIVES=1000` lives so many lives in each test instead of a few.
"""

import os
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings

from connectors.salesforce import bulk_query
from domain.run import RuleVersion
from store.engine import Store
from tests.contract import arrival_hubspot, arrival_salesforce
from tests.contract.arrival import Deed, Do, Installation, Lag, Meets, Pull, Remote, Step, Wait, lives
from tests.contract.arrival_hubspot import Portal
from tests.contract.arrival_salesforce import Org
from tests.fresh import FreshSimulator
from tests.stores import empty_store

EXAMPLES = int(os.environ.get("LEADLOOP_LIVES", "6"))
LIVES = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

LATE_CALL: list[Step] = [Lag(3), Pull(), Deed(Do.CALL), Wait(290), Pull(), Wait(610), Pull()]
"""Logged, read past while the lag hid it, and shown a moment before the overlap ends."""
LATE_EDITS: list[Step] = [
    *(Pull(), Wait(4_500), Lag(3)),
    *(Deed(Do.EDIT, who) for who in range(6)),
    *(Wait(1_830), Pull(), Wait(4_500), Pull()),
]
"""Edited, and hidden from both passes over that time; most show an hour later."""
KILLED: list[Step] = [Wait(4_500), *(Pull(at, Meets.DEATH) for at in range(1, 7))]
"""A first load, of what no overlap reads again, that dies at every one of its points, one after the other."""
LATE_MERGE: list[Step] = [Pull(), Lag(3), Pull(), Wait(290), Deed(Do.MERGE, 4, 0), Wait(1_830), Pull()]
"""Merged into a new record that search shows only when the first pass looks no longer and the second not yet."""

Live = Callable[[Callable[[FreshSimulator], Remote], Sequence[Step]], None]


@pytest.fixture(scope="module")
def live(vendors: FreshSimulator, version: RuleVersion, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """Lives a life in a new world, with an empty store."""
    path = tmp_path_factory.mktemp("store") / "leadloop.db"

    def lived(begin: Callable[[FreshSimulator], Remote], steps: Sequence[Step]) -> None:
        vendors.begin()
        for left in path.parent.iterdir():
            left.unlink()
        store = Store.open(empty_store(path))
        try:
            remote = begin(vendors)
            with Installation(simulator=vendors, remote=remote, store=store, version=version) as installation:
                installation.live(steps)
        finally:
            store.dispose()

    return lived


@LIVES
@given(steps=lives(arrival_salesforce.DOES, spoils=list(Meets)))
@example(steps=LATE_CALL)
@example(steps=KILLED)
@example(steps=[Pull(), Deed(Do.EDIT_SLOWLY, 0, 3), Wait(1_830), Pull(), Wait(290), Pull()])
def test_every_record_of_salesforce_arrives_in_its_newest_version_once(live: Live, steps: list[Step]) -> None:
    live(lambda vendors: Org(vendors, bulk_rows=0), steps)


@LIVES
@given(steps=lives(arrival_salesforce.DOES, spoils=list(Meets)))
@example(steps=[Pull(3, Meets.DEATH), Deed(Do.EDIT, 1), Pull(2, Meets.LATER)])
def test_every_record_of_salesforce_arrives_by_bulk_jobs_too(live: Live, steps: list[Step]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_query, "ROWS_PER_ANSWER", 8)
        live(lambda vendors: Org(vendors, bulk_rows=1), steps)


@pytest.mark.parametrize("generation", ["v3", "2026-03"])
@LIVES
@given(steps=lives(arrival_hubspot.DOES, spoils=list(Meets)))
@example(steps=LATE_EDITS)
@example(steps=KILLED)
@example(steps=LATE_MERGE)
@example(steps=[Deed(Do.CALL, 0), Pull(), Deed(Do.MERGE, 0, 1)])
def test_every_record_of_hubspot_arrives_in_its_newest_version_once(
    live: Live, generation: str, steps: list[Step]
) -> None:
    live(lambda vendors: Portal(vendors, generation=generation), steps)
