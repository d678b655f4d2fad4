"""A stream that the portal's subscription does not give rests for a day, unless a person had doctor look again."""

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"


def asked(world: SimulatorProcess, since: int) -> int:
    return sum(line["path"].startswith("/events/v3/events") for line in world.log(since))


def test_what_was_bought_meanwhile_is_read_from_the_cycle_after_doctor_on(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.act("edit", system="hubspot", id="settings", tier="STARTER")
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    told = installation.command("doctor")
    assert "hubspot: page_views is not read" in told.out
    world.act("edit", system="hubspot", id="settings", tier="ENTERPRISE")
    since = world.seq()
    installation.run(after_s=HALF_HOUR_S)
    assert asked(world, since) == 0, "it rests"
    told = installation.command("doctor")
    assert told.code == exits.OK
    assert "hubspot: page_views is given by now" in told.out
    since = world.seq()
    installation.run(after_s=HALF_HOUR_S)
    assert asked(world, since) > 0
