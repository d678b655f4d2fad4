"""A rep clears what is wrong: it comes back neither from the other system nor by a conversion nor by new rules."""

from leadloop import exits
from tests.accidents.people import ANN, BOB, CAT, DAN, PHONE
from tests.accidents.truth import wrong_writes
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

TITLE = "hubspot: jobtitle }\n    sync: Prefer Salesforce unless blank\n    transforms: [trim"


def test_what_a_rep_cleared_stays_cleared(office: Installation, world: SimulatorProcess) -> None:
    since, witness = world.seq(), Witness(simulator=world)
    leads = {email: witness.lead(email)["Id"] for email in (ANN, BOB, CAT, DAN)}
    for lead in leads.values():
        world.act("edit", system="salesforce", id=lead, as_="rep", Phone="", Title="")
    world.act("convert", system="salesforce", id=leads[BOB], as_="rep", create_opportunity=False)
    office.settle(1)
    world.act("convert", system="salesforce", id=leads[CAT], as_="rep", create_opportunity=False)
    office.settle(2)
    office.rewrite("mapping.yaml", TITLE, f"{TITLE}, lower")
    assert office.command("config", "publish").code == exits.OK
    world.act("edit", system="hubspot", id=ANN, as_="marketer", city="Leeds")
    office.settle(2)
    assert wrong_writes(world, since=since) == []
    people = [witness.lead(ANN), *converted(world), witness.lead(DAN)]
    assert [(each["Phone"], each["Title"]) for each in people] == [(None, None)] * 4
    titles = {witness.contact(email)["jobtitle"] for email in leads}
    assert titles == {"Buyer"}, "what is blank there is no word on what HubSpot has"
    world.act("edit", system="hubspot", id=DAN, as_="marketer", phone=PHONE, jobtitle="Head of buying")
    office.settle(1)
    found = witness.lead(DAN)
    assert (found["Phone"], found["Title"].lower()) == (PHONE, "head of buying"), "somebody said something newer"


def converted(world: SimulatorProcess) -> list[dict[str, object]]:
    found = world.objects("Contact", system="salesforce")
    assert {row["Email"] for row in found} == {BOB, CAT}
    return found
