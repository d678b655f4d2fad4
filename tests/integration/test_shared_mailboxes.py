"""An address that several people share is nobody's name: who only has that in common stays apart."""

from domain.values import LeadId
from store import leads, records
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

DESK = "info@acme.example"


def lead(email: str, first: str, last: str, company: str = "Acme") -> dict[str, str]:
    return {"Email": email, "FirstName": first, "LastName": last, "Company": company}


def leads_of(installation: Installation) -> dict[LeadId, list[str]]:
    """Each lead's records, as `Object name`."""
    with installation.app.store.read() as tx:
        found = records.of_leads(tx, map(LeadId, range(1, leads.count(tx) + 1)))
    names = ("FirstName", "firstname")
    return {
        number: sorted(
            f"{row.ref.object} {next(row.values[name] for name in names if name in row.values)}" for row in rows
        )
        for number, rows in found.items()
    }


def test_three_people_behind_one_mailbox_are_three_leads_and_the_desk_keeps_its_name(
    installation: Installation, world: SimulatorProcess
) -> None:
    people = [lead(DESK, "Ann", "Annson"), lead(DESK, "Bob", "Bobson"), lead(DESK, "Cy", "Cyson")]
    world.seed(users=USERS, contacts=[contact(DESK, firstname="Info", lastname="Desk")], leads=people)
    installation.run()
    installation.settle(2)
    witness = Witness(simulator=world)
    assert (witness.contact(DESK)["firstname"], witness.contact(DESK)["lastname"]) == ("Info", "Desk")
    assert sorted(map(str, leads_of(installation).values())) == [
        "['Lead Ann']",
        "['Lead Bob']",
        "['Lead Cy']",
        "['contacts Info']",
    ]
    assert len({row["LL_Lead_Key__c"] for row in witness.leads(DESK)}) == 3, "each is scored for itself"


def test_two_names_at_one_address_of_no_role_are_two_people(
    installation: Installation, world: SimulatorProcess
) -> None:
    home = "smiths@home.example"
    world.seed(
        users=USERS,
        contacts=[contact(home, firstname="Ann", lastname="Smith")],
        leads=[lead(home, "Ann", "Smith"), lead(home, "Bob", "Smith")],
    )
    installation.run()
    installation.settle(1)
    assert sorted(map(str, leads_of(installation).values())) == ["['Lead Ann', 'contacts Ann']", "['Lead Bob']"]


def test_a_corrected_address_gives_its_key_back(installation: Installation, world: SimulatorProcess) -> None:
    """Ann's Lead had Bob's address by mistake; Bob comes after it was put right."""
    world.seed(users=USERS, leads=[lead("bob@acme.example", "Ann", "Annson")])
    installation.run()
    witness = Witness(simulator=world)
    ann = witness.lead("bob@acme.example")["Id"]
    world.act("edit", system="salesforce", id=ann, Email="ann@acme.example")
    installation.settle(1)
    world.seed(contacts=[contact("bob@acme.example", firstname="Bob", lastname="Bobson")])
    installation.settle(2)
    assert witness.contact("bob@acme.example")["firstname"] == "Bob"
    assert leads_of(installation) == {1: ["Lead Ann"], 2: ["contacts Bob"]}
