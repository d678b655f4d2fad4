"""A system that is away for minutes or days: what waited is out as soon as it is back,"""

import pytest

from tests.cast import ANA, USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

MINUTE_S, DAY_S = 60.0, 86_400.0


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


@pytest.mark.parametrize(("away", "until_back_s"), [([MINUTE_S] * 2, MINUTE_S), ([DAY_S] * 3, 5 * MINUTE_S)])
def test_what_waited_for_a_system_goes_out_as_soon_as_it_is_back(
    installation: Installation, world: SimulatorProcess, away: list[float], until_back_s: float
) -> None:
    """The ladder of a row that is refused ends in days; nobody who asked to be called waits for that."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.settle(2)
    world.fault("bad_gateway", system="salesforce", times=None, status=503)
    raise_hand(world, ANA)
    for seconds in away:
        installation.settle(1, every_s=seconds)
    world.clear()
    installation.settle(1, every_s=until_back_s)
    witness = Witness(simulator=world)
    assert witness.lead(ANA)["LL_Stage__c"] == witness.contact(ANA)["ll_stage"] == "assigned"
    assert len(witness.tasks(witness.lead(ANA)["Id"])) == 1
    installation.settle(1)
    assert set(witness.created().values()) == {1}
