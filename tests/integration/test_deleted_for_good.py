"""A lead that somebody deletes for good in Salesforce does not live on in leadloop."""

import pytest

from domain.values import RecordRef
from store import records
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA = "ana.ruiz@globex.example"
DAY_S = 24 * 3_600


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ana is with a rep."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
    installation.settle(2)
    return installation


def test_the_next_night_nothing_is_left_of_it_and_nothing_more_is_written_to_it(
    office: Installation, world: SimulatorProcess
) -> None:
    lead = Witness(simulator=world).lead(ANA)["Id"]
    ref = RecordRef(connection="salesforce", object="Lead", id=lead)
    world.act("delete", system="salesforce", id=lead, as_="admin", purge=True)
    office.run(after_s=DAY_S)
    with office.app.store.read() as tx:
        held = records.get(tx, [ref])[ref]
    assert (held.archived, dict(held.values)) == (True, {})
    since = world.seq()
    office.settle(1)
    touched = {each["id"] for each in Witness(simulator=world, since=since).effects() if each["type"] == "Lead"}
    assert lead not in touched
