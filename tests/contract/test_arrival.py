"""Whatever happens there and on the way: every record arrives, in its newest version, once."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings

from domain.run import RuleVersion
from store.engine import Store
from tests.contract import arrival_hubspot, arrival_salesforce
from tests.contract.arrival import Installation, Meets, Remote, Step, lives
from tests.contract.arrival_hubspot import Portal
from tests.contract.arrival_salesforce import Org
from tests.fresh import FreshSimulator
from tests.starter import starter_version
from tests.stores import migrated_file

EXAMPLES = int(os.environ.get("LEADLOOP_LIVES", "12"))
LIVES = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshSimulator]:
    with FreshSimulator(tmp_path_factory.mktemp("worlds")) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> RuleVersion:
    return starter_version(tmp_path_factory.mktemp("starter"))


Live = Callable[[Callable[[FreshSimulator], Remote], Sequence[Step]], None]


@pytest.fixture(scope="module")
def live(vendors: FreshSimulator, version: RuleVersion, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """Lives a life in a new world, with an empty store."""
    empty, path = migrated_file(tmp_path_factory.mktemp("empty")), tmp_path_factory.mktemp("store") / "leadloop.db"

    def lived(begin: Callable[[FreshSimulator], Remote], steps: Sequence[Step]) -> None:
        vendors.begin()
        shutil.copyfile(empty, path)
        for left in path.parent.glob("*-*"):
            left.unlink()
        store = Store.open(f"sqlite:///{path}")
        try:
            remote = begin(vendors)
            with Installation(simulator=vendors, remote=remote, store=store, version=version) as installation:
                installation.live(steps)
        finally:
            store.dispose()

    return lived


@LIVES
@given(steps=lives(arrival_salesforce.DOES, spoils=list(Meets)))
def test_every_record_of_salesforce_arrives_in_its_newest_version_once(live: Live, steps: list[Step]) -> None:
    live(lambda vendors: Org(vendors, bulk_rows=0), steps)


@LIVES
@given(steps=lives(arrival_salesforce.DOES, spoils=list(Meets)))
def test_every_record_of_salesforce_arrives_by_bulk_jobs_too(live: Live, steps: list[Step]) -> None:
    live(lambda vendors: Org(vendors, bulk_rows=1), steps)


HUBSPOT = lives(arrival_hubspot.DOES, spoils=list(Meets))


@pytest.mark.parametrize("generation", ["v3", "2026-03"])
@LIVES
@given(steps=HUBSPOT)
def test_every_record_of_hubspot_arrives_in_its_newest_version_once(
    live: Live, generation: str, steps: list[Step]
) -> None:
    live(lambda vendors: Portal(vendors, generation=generation), steps)
