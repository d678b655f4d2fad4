"""HubSpot's lifecycle stage set back: cleared and then not set, because everything went away between the two."""

import pytest

from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA = "ana.ruiz@globex.example"
STAGE = "lifecyclestage"


@pytest.fixture
def handed_off(installation: Installation, world: SimulatorProcess) -> Witness:
    """Ana stands with a rep; the rules take her stage back to `lead` when she is recycled."""
    installation.rewrite("leadloop.yaml", "    type: hubspot", "    type: hubspot\n    lifecycle_steps_back: true")
    installation.rewrite("mapping.yaml", "    forward_only: [hubspot]", "    #")
    installation.rewrite(
        "mapping.yaml",
        "        mql: marketingqualifiedlead",
        "        recycled: lead\n        mql: marketingqualifiedlead",
    )
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={"message": "Hi"})
    installation.settle(2)
    witness = Witness(simulator=world)
    assert witness.contact(ANA)[STAGE] == "marketingqualifiedlead"
    return witness


def test_a_stage_that_was_cleared_and_not_set_is_set_in_the_next_cycles(
    handed_off: Witness, installation: Installation, world: SimulatorProcess
) -> None:
    world.act("reject", system="salesforce", id=handed_off.lead(ANA)["Id"], reason="No budget")
    world.fault("slow", system="hubspot", path=r"contacts/batch/update$", seconds=0.0)
    world.fault("server_error", system="hubspot", path=r"contacts/batch/update$", times=None, status=503)
    installation.run(after_s=HALF_HOUR_S)
    world.clear()
    assert handed_off.contact(ANA).get(STAGE) is None, "cleared, and then HubSpot went away"
    installation.close()  # nothing is remembered but what the store keeps
    installation.settle(3)
    assert handed_off.contact(ANA)[STAGE] == "lead"
    assert handed_off.contact(ANA)["ll_stage"] == handed_off.lead(ANA)["LL_Stage__c"] == "recycled"
    since = world.seq()
    installation.settle(1)
    assert Witness(simulator=world, since=since).writes() == []
