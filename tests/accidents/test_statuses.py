"""The first run on an org with fifteen years of statuses: it shows scores and stages, and moves nobody."""

from tests.accidents.people import as_contact, as_lead, is_with_a_rep, raise_hand
from tests.accidents.truth import wrong_writes
from tests.cast import REPS, USERS
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

WORDS = ("Open", "Working", "Nurture", "Closed", "Dead", "Recycled", "Do not use", "Old import")
STATUSES = [f"{word} {year}" for year in range(2011, 2016) for word in WORDS]
LIFECYCLES = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"),
    *("evangelist", "other", "partner", "former", "Ünbekannt", "0815"),
)
WORKED = frozenset({"salesqualifiedlead", "opportunity"})
"""HubSpot's words for whom somebody is working on: the starter puts them on the list of those, and does no more."""
BOUGHT = frozenset({"customer", "evangelist"})
WITH_SALES = "LL · With sales"
ASKED = "p0@acme0.example"


def test_forty_statuses_and_twelve_lifecycle_stages_open_no_handoff_and_give_nobody_another_owner(
    installation: Installation, world: SimulatorProcess
) -> None:
    people = [f"p{number}@acme{number}.example" for number in range(len(STATUSES))]
    options = {"contacts.lifecyclestage": {"options": list(LIFECYCLES)}}
    world.act("edit", system="hubspot", id="settings", as_="admin", properties=options)
    world.act("edit", system="salesforce", id="settings", as_="admin", picklists={"Lead.Status": STATUSES})
    world.seed(
        users=USERS,
        contacts=[
            as_contact(email, lifecyclestage=LIFECYCLES[number % len(LIFECYCLES)])
            for number, email in enumerate(people)
        ],
        leads=[
            as_lead(email, Status=STATUSES[number], OwnerEmail=REPS[number % 2]) for number, email in enumerate(people)
        ],
    )
    for email in people:
        world.act("page_view", system="hubspot", id=email, as_="prospect", url="https://our.example/pricing")
    owners = {email: row["OwnerId"] for email in people for row in Witness(simulator=world).leads(email)}
    installation.run()
    installation.settle(1)
    witness = Witness(simulator=world)
    worked = {email for number, email in enumerate(people) if LIFECYCLES[number % len(LIFECYCLES)] in WORKED}
    customers = {email for number, email in enumerate(people) if LIFECYCLES[number % len(LIFECYCLES)] in BOUGHT}
    assert wrong_writes(world, had=worked, customers=customers) == []
    kept = {WITH_SALES, "LL · Open opportunity", "LL · Customer"}
    assert witness.created() == {("lists", name): 1 for name in kept}
    assert {email: witness.lead(email)["OwnerId"] for email in people} == owners
    assert {witness.lead(email)["LL_Stage__c"] is not None for email in people} == {True}, "and everybody has a stage"
    raise_hand(world, ASKED)
    installation.settle(1)
    assert is_with_a_rep(world, ASKED)
    assert wrong_writes(world, asked={ASKED}, had=worked, customers=customers) == []
