"""A system that is away for minutes or days: what waited is out as soon as it is back,"""

from tests.cast import ANA, USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

MINUTE_S, DAY_S = 60.0, 86_400.0


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def test_what_waited_three_days_for_a_system_is_out_five_minutes_after_its_last_try(
    installation: Installation, world: SimulatorProcess
) -> None:
    """The ladder of a row that is refused ends in days; nobody who asked to be called waits for that."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.settle(2)
    world.fault("bad_gateway", system="salesforce", times=None, status=503)
    raise_hand(world, ANA)
    installation.settle(3, every_s=DAY_S)
    world.clear()
    installation.settle(1, every_s=5 * MINUTE_S)
    witness = Witness(simulator=world)
    assert witness.lead(ANA)["LL_Stage__c"] == witness.contact(ANA)["ll_stage"] == "assigned"
    assert len(witness.tasks(witness.lead(ANA)["Id"])) == 1
    installation.settle(1)
    assert set(witness.created().values()) == {1}
