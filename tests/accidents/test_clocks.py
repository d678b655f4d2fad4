"""Our own clock is set back, or leaps: by the systems' time nothing decays, runs out, comes back or is done twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.hubspot import client as hubspot_client
from connectors.salesforce import client as salesforce_client
from leadloop.app import ask_the_time, leading
from leadloop.clock import SystemClock
from sync.cycle import run_once
from tests.accidents.people import ANN, BOB, is_with_a_rep, populate, raise_hand
from tests.accidents.truth import wrong_writes
from tests.fresh import FreshSimulator
from tests.installation import Installation, install
from tests.witness import Witness

WRONG = (timedelta(hours=-1), timedelta(hours=3), timedelta(days=365))


@dataclass(slots=True)
class Machine:
    """A machine whose clock somebody sets."""

    wrong: timedelta = timedelta()

    def wall(self) -> datetime:
        return datetime.now(UTC) + self.wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An installation on such a machine; the systems tell the time themselves, as real ones do."""

    installation: Installation
    machine: Machine

    def run(self) -> None:
        app = self.installation.app
        ask_the_time(app)
        with leading(app) as loop:
            run_once(loop, now=app.clock.refresh())


@pytest.fixture
def office(vendors: FreshSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    for module in (salesforce_client, hubspot_client):
        monkeypatch.setattr(module, "is_loopback", lambda _: False)
    world, machine = vendors.begin(), Machine()
    installation = install(tmp_path / "installation", world)
    installation.app.clock = SystemClock(wall=machine.wall)
    made = Office(installation=installation, machine=machine)
    populate(world)
    world.seed(forms=[{"name": "Demo request"}])
    made.run()
    raise_hand(world, BOB)
    made.run()
    assert is_with_a_rep(world, BOB)
    yield made
    installation.close()


def test_a_clock_that_is_minutes_slow_holds_up_no_hand_raiser(office: Office, vendors: FreshSimulator) -> None:
    """What people did would lie in its future, and wait."""
    office.machine.wrong = timedelta(minutes=-9)
    raise_hand(vendors, ANN)
    office.run()
    office.run()
    assert is_with_a_rep(vendors, ANN)


def test_a_clock_that_leaps_or_is_set_back_writes_nothing_and_holds_up_no_hand_raiser(
    office: Office, vendors: FreshSimulator
) -> None:
    office.run()  # what was sent shows once more, and then nothing moves
    since = vendors.seq()
    for wrong in WRONG:
        office.machine.wrong = wrong
        office.run()
    assert Witness(simulator=vendors, since=since).writes() == []
    raise_hand(vendors, ANN)
    office.run()
    office.run()
    assert is_with_a_rep(vendors, ANN), "a year ahead"
    office.machine.wrong = timedelta()
    office.run()
    assert (is_with_a_rep(vendors, ANN), is_with_a_rep(vendors, BOB)) == (True, True)
    assert wrong_writes(vendors, asked={ANN, BOB}, since=since) == []
