"""What `explain` says of routing for a lead that waits."""

from domain.handoff import Handoff, HandoffKind, Queue
from domain.values import LeadId
from handoff.assigning import HELD
from leadloop.routing_told import routing_as_data
from store import handoffs
from sync.loop import InForce
from tests.unit.sync.looping import NOON
from tests.unit.sync.test_accounts import LEAD, World, world

__all__ = ["world"]

CAUSE = "held: giving it out waits for a person's word"


def waiting(*steps: str) -> Handoff:
    return Handoff(
        lead_id=LeadId(1),
        number=1,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=NOON,
        why="asked for a demo",
        hand_raise=False,
        score=0,
        band="B hot",
        queue=Queue.UNASSIGNED,
        queue_cause=CAUSE,
        steps=steps,
    )


def test_a_held_lead_is_said_to_be_nobody_s_yet_and_not_whom_the_rules_would_choose(
    world: World, rules: InForce
) -> None:
    world.show(LEAD, Email="ana@acme.example", Company="Acme")
    handoffs.save(world.tx, [waiting()])
    asked = routing_as_data(world.tx, LeadId(1), rules, [], now=NOON)
    assert asked is not None
    assert asked["rule"] != HELD
    handoffs.save(world.tx, [waiting(HELD)])
    told = routing_as_data(world.tx, LeadId(1), rules, [], now=NOON)
    assert told is not None
    assert (told["owner"], told["why"], told["trace"]) == (None, CAUSE, [f"waits in queue unassigned: {CAUSE}"])
