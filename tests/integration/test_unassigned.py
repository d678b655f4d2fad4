"""A lead that nobody can take waits in sight, and belongs to nobody: not to the user we log in as either."""

from tests.cast import REPS, USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANN = "ann@globex.example"


def test_the_owner_that_salesforce_gives_a_new_lead_is_nobodys_choice(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.seed(users=USERS, contacts=[contact(ANN)])
    installation.run()
    people = {row["Email"]: row["Id"] for row in world.objects("User", system="salesforce")}
    for email in REPS:
        world.act("edit", system="salesforce", id=people[email], as_="admin", IsActive=False)
    world.act("submit_form", system="hubspot", id=ANN, as_="prospect", form="Demo request", values={})
    installation.settle(4)
    witness = Witness(simulator=world)
    lead, person = witness.lead(ANN), witness.contact(ANN)
    assert lead["OwnerId"] not in {people[email] for email in REPS}, "Salesforce's own default"
    assert (lead["LL_Stage__c"], lead["LL_Queue__c"]) == ("mql", "unassigned")
    assert (person["ll_stage"], person["ll_queue"]) == ("mql", "unassigned")
    world.act("edit", system="salesforce", id=people[REPS[0]], as_="admin", IsActive=True)
    installation.settle(4)
    assert witness.owner(ANN) == REPS[0]
    assert witness.contact(ANN)["ll_stage"] == "assigned"
