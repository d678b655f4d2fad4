"""Everything answers 200 and nothing is there: nobody is gone, nobody comes off a list, nobody is made again."""

from tests.accidents.people import ANN, BOB, EVERYBODY, has_stage, is_with_a_rep, raise_hand
from tests.accidents.truth import wrong_writes
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

A_NIGHT_S = 21 * 3600.0
WITH_SALES = "LL · With sales"


def test_an_empty_pull_of_both_systems_over_nights_takes_nobody_away(
    office: Installation, world: SimulatorProcess
) -> None:
    raise_hand(world, BOB)
    office.settle(1)
    assert is_with_a_rep(world, BOB)
    since, witness = world.seq(), Witness(simulator=world)
    for system in ("salesforce", "hubspot"):
        world.fault("nothing_found", system=system, times=None)
    office.run(after_s=A_NIGHT_S)
    raise_hand(world, ANN)
    office.run(after_s=A_NIGHT_S)
    office.settle(1)
    assert wrong_writes(world, asked={ANN}, had={BOB}, since=since) == []
    assert has_stage(witness, ANN), "who asked meanwhile is known by the form, and reaches a rep"
    world.clear()
    office.run(after_s=A_NIGHT_S)
    office.settle(1)
    assert wrong_writes(world, asked={ANN}, had={BOB}, since=since) == []
    assert is_with_a_rep(world, ANN)
    assert [len(witness.leads(email)) for email in EVERYBODY] == [1] * len(EVERYBODY)
    assert witness.lists_of(witness.contact(BOB)["hs_object_id"]) == {WITH_SALES}
    since = world.seq()
    office.settle(1)
    assert Witness(simulator=world, since=since).writes() == []
