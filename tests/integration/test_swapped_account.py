"""Another org or portal behind a connection, in the middle of a working day: nothing is written there any more."""

import threading
from dataclasses import replace

import pytest

from connectors.contract import Lane
from domain.errors import WrongAccountError
from leadloop.app import leading
from sync.cycle import Tally, decide_and_plan
from sync.pull import pull
from sync.push import push
from tests.cast import ANA
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

OWN = {"salesforce": "00D5e0000000001EAA", "hubspot": "24600001"}
OTHER = {"salesforce": "00D5e0000000002EAA", "hubspot": "99999999"}


def give_work(world: SimulatorProcess) -> None:
    """Something that has to be written into both systems."""
    world.act("outcome", system="salesforce", id=Witness(simulator=world).lead(ANA)["Id"], outcome="No budget")
    for url in ("/compare", "/pricing"):
        world.act("page_view", system="hubspot", id=ANA, as_="prospect", url=f"https://our.example{url}")


@pytest.mark.parametrize("system", OWN)
def test_a_swap_stops_every_write_of_that_connection_until_the_first_account_is_back(
    office: Installation, world: SimulatorProcess, system: str
) -> None:
    give_work(world)
    world.settings(org={system: OTHER[system]})
    since = world.seq()
    office.settle(2)
    written = Witness(simulator=world, since=since)
    assert {line["path"] for line in written.calls() if line["system"] == system and line["effects"]} == set()
    standing = office.connections()[system]
    assert standing["status"] == "suspended"
    assert f"was set up with {OWN[system][:15]}" in standing["reason"]
    assert OTHER[system][:15] in standing["reason"]
    world.settings(org={system: OWN[system]})
    office.settle(2)
    assert written.lead(ANA)["LL_Stage__c"] == written.contact(ANA)["ll_stage"] == "recycled"
    assert {each["status"] for each in office.connections().values()} == {"running"}


def test_lanes_that_meet_the_swap_together_write_nothing_either(office: Installation, world: SimulatorProcess) -> None:
    """Two pushers with connectors of their own, as the daemon has them; the outbox is full."""
    give_work(world)
    world.time(advance_s=1_800)
    with leading(office.app) as loop:
        for name in OWN:
            pull(loop, name, now=office.app.clock.refresh())
    world.settings(org=OTHER)
    raised: list[str] = []
    since = world.seq()
    with leading(office.app) as loop:
        now = office.app.clock.refresh()
        decide_and_plan(loop, Tally(), now=now, run_id=None)

        def send(name: str, lane: Lane) -> None:
            own = replace(loop, connections=office.app.connect(lane=lane), holder=f"{name} {lane}")
            try:
                push(own, name, now=now, lane=lane)
            except WrongAccountError:
                raised.append(name)

        threads = [threading.Thread(target=send, args=(name, lane)) for name in OWN for lane in Lane]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(raised) == set(OWN)
    assert [line["path"] for line in Witness(simulator=world, since=since).calls() if line["effects"]] == []
