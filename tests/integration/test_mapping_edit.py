"""A field that is mapped later is read for everybody, not only for those who change next."""

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

ANN = "ann@globex.example"
INDUSTRY = "  - name: industry\n"
FAX = "  - name: fax\n    fields: { salesforce: { Lead: Fax }, hubspot: fax }\n    sync: Always use HubSpot\n"
LISTED = "/crm/v3/objects/contacts"


def fax_of(world: SimulatorProcess) -> str | None:
    (lead,) = world.objects("Lead", system="salesforce")
    fax: str | None = lead["Fax"]
    return fax


def times_listed(world: SimulatorProcess) -> int:
    return sum(1 for line in world.log() if (line["method"], line["path"].split("?")[0]) == ("GET", LISTED))


def test_a_field_mapped_later_arrives_without_anybody_touching_the_record(
    installation: Installation, world: SimulatorProcess
) -> None:
    people = {
        "contacts": [contact(ANN, fax="+1 202 555 0199")],
        "leads": [{"Email": ANN, "LastName": "Globex", "Company": "Globex"}],
    }
    world.seed(users=USERS, **people)
    installation.run()
    installation.settle(2)
    assert fax_of(world) is None
    before = times_listed(world)
    installation.rewrite("mapping.yaml", INDUSTRY, FAX + INDUSTRY)
    published = installation.command("config", "publish")
    assert published.code == exits.OK
    assert "hubspot contacts: 1 record is read again for fax in about 1 call" in published.err
    installation.settle(1)
    assert fax_of(world) == "+1 202 555 0199"
    once_more = times_listed(world) - before
    installation.settle(2)
    assert (once_more > 0, times_listed(world) - before) == (True, once_more), "from the start, and only once"
