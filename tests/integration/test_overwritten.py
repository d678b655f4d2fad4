"""What somebody else writes into a field that leadloop alone decides does not stay, in either system."""

import pytest

from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA = "ana.ruiz@globex.example"


@pytest.fixture
def handed_off(installation: Installation, world: SimulatorProcess) -> Witness:
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={"message": "Hi"})
    installation.settle(2)
    return Witness(simulator=world)


def test_fields_of_ours_that_were_overwritten_are_put_back_and_then_nothing_moves(
    handed_off: Witness, installation: Installation, world: SimulatorProcess
) -> None:
    contact_before, lead_before = handed_off.contact(ANA), handed_off.lead(ANA)
    world.act("edit", system="hubspot", as_="marketer", id=ANA, ll_stage="customer", ll_score="3", hs_lead_status="")
    world.act("edit", system="salesforce", as_="rep", id=lead_before["Id"], LL_Score__c=3, LL_Why__c="")
    since = world.seq()
    installation.run(after_s=HALF_HOUR_S)
    named = ("ll_stage", "ll_score", "hs_lead_status")
    assert [handed_off.contact(ANA).get(name) for name in named] == [contact_before[name] for name in named]
    shown = handed_off.lead(ANA)
    assert [shown[name] for name in ("LL_Score__c", "LL_Why__c")] == [
        lead_before[name] for name in ("LL_Score__c", "LL_Why__c")
    ]
    assert len(Witness(simulator=world, since=since).writes()) == 2, "one to each system"
    since = world.seq()
    installation.settle(1)
    assert Witness(simulator=world, since=since).writes() == []


def test_a_status_that_a_person_set_and_the_rules_do_not_know_stays(
    handed_off: Witness, installation: Installation, world: SimulatorProcess
) -> None:
    world.act("edit", system="hubspot", as_="marketer", id=ANA, hs_lead_status="NEW")
    since = world.seq()
    installation.settle(2)
    assert handed_off.contact(ANA)["hs_lead_status"] == "NEW"
    assert Witness(simulator=world, since=since).writes() == []
