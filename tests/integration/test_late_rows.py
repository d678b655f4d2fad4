"""What shows later than any reading goes back is found at night, and counted: the overlap is too short (F27)."""

from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

ANA, BEN, EVE = "ana.ruiz@globex.example", "ben.cole@initech.example", "eve.adams@umbrella.example"
HOURS_S, NIGHT_S = 3 * 3_600, 21 * 3_600


def test_a_contact_that_search_hid_for_hours_is_read_at_night_and_counted_once(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.seed(contacts=[contact(BEN)])
    world.fault("search_lag", system="hubspot", seconds=2 * HOURS_S, times=None)
    assert [installation.run(after_s=HOURS_S).counts["late"] for _ in range(2)] == [0, 0]
    world.clear()
    world.seed(contacts=[contact(EVE)])
    night = installation.run(after_s=NIGHT_S)
    assert (night.counts["late"], night.failures) == (1, ())
    assert installation.run(after_s=NIGHT_S).counts["late"] == 0
