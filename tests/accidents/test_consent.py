"""One system says no and the other yes, whichever spoke last: it is no in both, and no yes is ever written."""

from typing import Any

from tests.accidents.people import ANN, BOB, CAT, DAN, ELI, raise_hand
from tests.accidents.truth import wrong_writes
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

NO: dict[str, Any] = {"HasOptedOutOfEmail": True}
YES: dict[str, Any] = {"HasOptedOutOfEmail": False}
IN_HUBSPOT = "hs_email_optout"


def test_a_no_on_either_side_is_a_no_on_both_and_no_yes_travels(office: Installation, world: SimulatorProcess) -> None:
    since, witness = world.seq(), Witness(simulator=world)
    lead = {email: witness.lead(email)["Id"] for email in (ANN, BOB, CAT, DAN)}
    world.act("unsubscribe", system="hubspot", id=ANN, as_="prospect")  # the yes is newer
    world.act("edit", system="salesforce", id=lead[BOB], as_="rep", **NO)  # the no is newer
    at = world.time().isoformat()
    world.act("edit", system="salesforce", id=lead[CAT], as_="rep", at=at, **NO)  # both in one instant
    world.act("edit", system="hubspot", id=CAT, as_="marketer", at=at, **{IN_HUBSPOT: "false"})
    world.act("edit", system="salesforce", id=lead[ANN], as_="rep", **YES)
    office.settle(1)
    world.act("edit", system="salesforce", id=lead[DAN], as_="rep", **NO)  # and a rep who takes it back
    office.settle(1)
    world.act("edit", system="salesforce", id=lead[DAN], as_="rep", **YES)
    raise_hand(world, ELI)
    office.settle(2)
    said = {email: (witness.lead(email)["HasOptedOutOfEmail"], witness.contact(email)[IN_HUBSPOT]) for email in lead}
    assert said == dict.fromkeys(lead, (True, "true"))
    assert witness.contact(ELI)["ll_stage"] == "assigned"
    given = [each["after"] for each in Witness(simulator=world, since=since).effects("update")]
    written = [row[name] for row in given for name in ("HasOptedOutOfEmail", IN_HUBSPOT) if name in row]
    assert set(written) == {True, "true"}
    assert wrong_writes(world, asked={ELI}, since=since) == []
