"""A full listing that is much smaller than before is taken for a fault: seen by the operator, and nobody is moved."""

import pytest

from domain.run import ConnectionStatus
from domain.values import LeadId
from store import connections, desired
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

RAISING = tuple(f"{name}@globex.example" for name in ("ann", "bob", "cat", "dan"))
WITH_SALES = "LL · With sales"
A_NIGHT_S = 21 * 3600.0


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Four people whom reps have, all on the list of those."""
    world.seed(users=USERS, contacts=[contact(email) for email in RAISING])
    installation.run()
    for email in RAISING:
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    installation.settle(2)
    assert len(members(installation)) == len(RAISING)
    return installation


def members(office: Installation) -> set[LeadId]:
    with office.app.store.read() as tx:
        return desired.shown_members(tx, "hubspot", WITH_SALES)


def take_off(world: SimulatorProcess, *emails: str) -> None:
    for email in emails:
        world.act("edit", system="hubspot", id=email, as_="marketer", list_remove=WITH_SALES)


def test_half_a_list_gone_in_a_night_takes_nobody_off_and_is_seen(
    office: Installation, world: SimulatorProcess
) -> None:
    take_off(world, *RAISING[:2])
    since = world.seq()
    run = office.run(after_s=A_NIGHT_S)
    assert [failure for failure in run.failures if "came back without 2 of 4 members" in failure] == list(run.failures)
    with office.app.store.read() as tx:
        hubspot = connections.get(tx, "hubspot")
    assert hubspot is not None
    assert hubspot.status is ConnectionStatus.DEGRADED
    assert len(members(office)) == len(RAISING)
    office.settle(2)
    assert Witness(simulator=world, since=since).moved("member_add") == {}


def test_one_who_was_taken_off_is_believed(office: Installation, world: SimulatorProcess) -> None:
    take_off(world, RAISING[0])
    assert office.run(after_s=A_NIGHT_S).failures == ()
    assert len(members(office)) == len(RAISING) - 1


def test_whom_a_person_says_to_have_left_a_list_is_off_it_in_the_next_cycle(
    office: Installation, world: SimulatorProcess
) -> None:
    take_off(world, *RAISING[:2])
    office.run(after_s=A_NIGHT_S)
    (found,) = office.command("sweeps", "list", "--json").json()["sweeps"]
    assert (found["object"], found["missing"], found["known"]) == (f"list '{WITH_SALES}'", 2, len(RAISING))
    assert office.command("sweeps", "approve", str(found["id"])).code == 0
    assert office.run(after_s=300).failures == ()
    assert len(members(office)) == len(RAISING) - 2
    assert office.command("sweeps", "list", "--json").json()["sweeps"] == []


def test_a_word_on_some_is_no_word_on_others_who_leave_meanwhile(office: Installation, world: SimulatorProcess) -> None:
    take_off(world, *RAISING[:2])
    office.run(after_s=A_NIGHT_S)
    (found,) = office.command("sweeps", "list", "--json").json()["sweeps"]
    office.command("sweeps", "approve", str(found["id"]))
    take_off(world, RAISING[2])
    office.run(after_s=300)
    assert len(members(office)) == len(RAISING)
