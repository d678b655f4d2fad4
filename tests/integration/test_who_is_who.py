"""Who was taken for one person and is two, or for two and is one: a person's word settles it, and it stays settled."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.values import LeadId
from leadloop import cli
from store import audit, leads
from tests.cast import USERS, contact
from tests.installation import Done, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

Command = Callable[..., Done]

BOB = "bob@acme.example"
ANN = "ann@acme.example"


@pytest.fixture
def command(installation: Installation, capsys: pytest.CaptureFixture[str]) -> Command:
    """`leadloop identity ...` in this process."""

    def run(*words: str) -> Done:
        capsys.readouterr()
        code = cli.run(["identity", *words, "-C", str(installation.folder)])
        said = capsys.readouterr()
        return Done(code=code, out=said.out, err=said.err)

    return run


@pytest.fixture
def mixed_up(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ann's Lead has her brother's address by mistake, and he is in HubSpot; then the rep puts it right."""
    lead = {"Email": BOB, "FirstName": "Ann", "LastName": "Bobson", "Company": "Acme"}
    world.seed(users=USERS, contacts=[contact(BOB, firstname="Bob", lastname="Bobson")], leads=[lead])
    installation.run()
    installation.settle(1)
    ann = Witness(simulator=world).lead(BOB)["Id"]
    world.act("edit", system="salesforce", id=ann, Email=ANN)
    installation.settle(1)
    return installation


def contact_id(world: SimulatorProcess, email: str) -> str:
    return next(
        str(row["id"]) for row in world.objects("contacts", system="hubspot") if row["properties"]["email"] == email
    )


def test_after_a_corrected_address_nothing_but_our_key_holds_them_together_and_it_says_so(
    mixed_up: Installation, world: SimulatorProcess, command: Command
) -> None:
    bob = f"hubspot:contacts:{contact_id(world, BOB)}"
    shown = command("show", ANN)
    assert shown.code == 0
    assert f"`leadloop identity split {bob}`" in shown.out or "`leadloop identity split salesforce" in shown.out
    (loose,) = command("list", "--json").json()["loose"]
    assert (loose["lead"], len(loose["parts"])) == (1, 2)


def test_a_record_that_is_taken_out_stays_out_and_neither_name_crosses_any_more(
    mixed_up: Installation, world: SimulatorProcess, command: Command
) -> None:
    bob = contact_id(world, BOB)
    asked = command("split", f"hubspot:contacts:{bob}")
    assert (asked.code, "Say --yes" in asked.err) == (2, True)
    assert f"To a lead of its own: hubspot:contacts:{bob}" in asked.out
    done = command("split", f"hubspot:contacts:{bob}", "--yes")
    assert done.code == 0, done.err
    world.act("edit", system="hubspot", id=bob, as_="admin", firstname="Bob")
    mixed_up.settle(2)
    witness = Witness(simulator=world)
    assert (witness.contact(BOB)["firstname"], witness.lead(ANN)["FirstName"]) == ("Bob", "Ann")
    assert witness.contact(BOB)["ll_lead_key"] != witness.lead(ANN)["LL_Lead_Key__c"]
    with mixed_up.app.store.read() as tx:
        assert leads.count(tx) == 2
        said = [(each.actor != "loop", each.action) for each in audit.of_lead(tx, LeadId(2)) if "split" in each.action]
    assert said == [(True, f"split: hubspot:contacts:{bob} taken out, leads 1 and 2")]
    assert "@" not in str(said)


def pair(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    name = {"firstname": f"Pat{number}", "lastname": f"Doe{number}"}
    lead = {"Email": f"old{number}@acme.example", "FirstName": f"Pat{number}", "LastName": f"Doe{number}"}
    return contact(f"new{number}@acme.example", **name), lead | {"Company": "Acme"}


@pytest.fixture
def imported(installation: Installation, world: SimulatorProcess) -> Installation:
    """Five people are ten leads, until an import gives each one's Lead the address of their contact. Two a day pass."""
    installation.rewrite(
        "leadloop.yaml", "blast_radius:\n", "blast_radius:\n  destructive: { floor: 2, share_percent: 0 }\n"
    )
    pairs = [pair(number) for number in range(5)]
    world.seed(users=USERS, contacts=[one for one, _ in pairs], leads=[other for _, other in pairs])
    installation.run()
    installation.settle(1)
    witness = Witness(simulator=world)
    for number in range(5):
        lead = witness.lead(f"old{number}@acme.example")["Id"]
        world.act("edit", system="salesforce", id=lead, as_="admin", Email=f"new{number}@acme.example")
    installation.settle(1)
    return installation


@pytest.mark.usefixtures("imported")
def test_an_import_unites_no_more_leads_than_a_day_may_bring_and_the_others_are_listed(command: Command) -> None:
    listed = command("list", "--json").json()
    assert [each["tie"] for each in listed["unions"]] == ["email", "email"]
    assert [(each["tie"], each["cause"]) for each in listed["left_apart"]] == [("email", "room")] * 3
    one, other = listed["left_apart"][0]["leads"]
    joined = command("join", str(one), str(other), "--yes")
    assert joined.code == 0, joined.err
    after = command("list", "--json").json()
    assert (after["unions"][0]["tie"], len(after["left_apart"])) == ("hand", 2)


def test_a_union_that_is_split_stays_split_though_both_have_the_address(
    imported: Installation, world: SimulatorProcess, command: Command
) -> None:
    union = command("list", "--json").json()["unions"][0]
    done = command("split", str(union["union"]), "--yes")
    assert done.code == 0, done.err
    imported.settle(1)
    world.act("edit", system="hubspot", id=contact_id(world, "new0@acme.example"), as_="admin", jobtitle="Head of IT")
    imported.settle(2)
    keys = {
        row["LL_Lead_Key__c"]
        for number in range(5)
        for row in Witness(simulator=world).leads(f"new{number}@acme.example")
    }
    with imported.app.store.read() as tx:
        assert leads.get(tx, [union["lead"], union["took_in"]]).keys() == {union["lead"], union["took_in"]}
    assert len(keys) == 5
    since = world.seq()
    imported.settle(1)
    assert Witness(simulator=world, since=since).writes() == []
