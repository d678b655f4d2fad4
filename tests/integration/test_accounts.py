"""Whose account somebody is of decides who calls them only where it is sure. Judged at the simulator."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from leadloop.commands.explain import explained as told
from leadloop.finding import find_lead
from tests.cast import FAY, SAM, contact
from tests.installation import Installation, one_office
from tests.rig import SimulatorProcess
from tests.witness import Witness

NUMBERS = count(1)
WHEN = """\
    when:
      any:
        - { property: is_customer, operator: equals, value: true }
        - { property: has_open_deal, operator: equals, value: true }
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Everybody goes to the owner of their account, which is Sam, or else to the pool, which is Fay. An account of the
    type `Other` is nobody's."""
    with one_office(tmp_path_factory.mktemp("office") / "installation") as made:
        before = "      customer_values: [Customer, Customer - Direct, Customer - Channel]\n"
        house = "      house: { any: [{ property: Type, operator: equals, value: Other }] }\n"
        made.rewrite("mapping.yaml", before, before + house)
        made.rewrite("mapping.yaml", "\nproperties:", "\nshared_domains: [group.example]\nproperties:")
        made.rewrite("routing.yaml", "      - { email: second.rep@your-company.example, weight: 1 }\n", "")
        made.rewrite("routing.yaml", WHEN, "")
        published = made.command("config", "publish")
        assert published.code == 0, published.err
        yield made


@pytest.fixture
def world(office: Installation) -> SimulatorProcess:
    return office.simulator


def account(world: SimulatorProcess, **more: Any) -> tuple[str, str]:
    """An account of Sam's and its domain."""
    name = f"Acme{next(NUMBERS)}"
    domain = f"{name.lower()}.example"
    world.seed(accounts=[{"Name": name, "Website": domain, "OwnerEmail": SAM, **more}])
    return name, domain


def meet(office: Installation, world: SimulatorProcess, email: str, called: str) -> None:
    """Both systems get to know them, and leadloop, too."""
    world.seed(
        leads=[{"Email": email, "LastName": "Ruiz", "Company": called}], contacts=[contact(email, company=called)]
    )
    office.settle(1)


def ask(office: Installation, world: SimulatorProcess, email: str) -> tuple[str, str]:
    """They ask to be called: whose task that is, and its text."""
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    office.settle(2)
    witness = Witness(simulator=world)
    (task,) = witness.tasks(witness.lead(email)["Id"])
    users = {row["Id"]: str(row["Email"]) for row in world.objects("User", system="salesforce")}
    return users[task["OwnerId"]], task["Description"]


def explained(office: Installation, email: str) -> Any:
    with office.app.store.read() as tx:
        lead = find_lead(tx, email)
        assert lead is not None
        return told(office.app, tx, lead, at=office.app.clock.refresh(), is_now=True)


@pytest.mark.parametrize(("kind", "so"), [("Prospect", ""), ("Customer - Direct", "customer, ")])
def test_who_is_of_an_account_of_a_shop_s_address_and_another_legal_form_goes_to_its_owner(
    office: Installation, world: SimulatorProcess, kind: str, so: str
) -> None:
    domain = f"globex{next(NUMBERS)}.example"
    name, _ = account(world, Website=f"https://shop.{domain}/de", Type=kind)
    email = f"ana@{domain}"
    meet(office, world, email, f"{name.upper()} GmbH")
    owner, body = ask(office, world, email)
    assert owner == SAM
    assert f"Account {name}: {so}owned by Sam Rep" in body


def test_who_has_only_the_domain_of_a_customer_goes_to_the_pool_and_the_rep_is_told(
    office: Installation, world: SimulatorProcess
) -> None:
    name, domain = account(world, Type="Customer - Direct")
    meet(office, world, f"ana@{domain}", "Umbrella")
    owner, body = ask(office, world, f"ana@{domain}")
    assert owner == FAY
    assert f"Probably {name}, because the domain is the same ({domain}): customer, owned by Sam Rep" in body
    known = explained(office, f"ana@{domain}")
    assert (known["account"]["name"], known["account"]["certainty"]) == (name, "likely")
    (assignment,) = known["assignments"]
    assert assignment["trace"][0] == (
        f"Probably {name}, because the domain is the same ({domain}): not sure enough to ask for its owner"
    )


@pytest.mark.parametrize("end", ["deleted", "its web address cleared"])
def test_an_account_that_is_gone_is_nobody_s(office: Installation, world: SimulatorProcess, end: str) -> None:
    name, domain = account(world)
    meet(office, world, f"ana@{domain}", name)
    assert explained(office, f"ana@{domain}")["account"]["owner"] == SAM
    (found,) = (row["Id"] for row in world.objects("Account", system="salesforce") if row["Name"] == name)
    if end == "deleted":
        world.act("delete", system="salesforce", id=found)
    else:
        world.act("edit", system="salesforce", id=found, as_="rep", Website=None)
    office.settle(1)
    assert explained(office, f"ana@{domain}")["account"] is None
    owner, body = ask(office, world, f"ana@{domain}")
    assert (owner, "Account" in body) == (FAY, False)


def test_a_house_account_s_people_go_to_the_pool_whoever_owns_it_in_the_crm(
    office: Installation, world: SimulatorProcess
) -> None:
    name, domain = account(world, Type="Other")
    meet(office, world, f"ana@{domain}", name)
    owner, body = ask(office, world, f"ana@{domain}")
    assert owner == FAY
    assert f"Account {name}: a house account" in body


def test_at_a_shared_domain_nobody_goes_to_an_account_s_owner(office: Installation, world: SimulatorProcess) -> None:
    name, _ = account(world, Website="group.example")
    meet(office, world, "ana@group.example", name)
    owner, body = ask(office, world, "ana@group.example")
    assert owner == FAY
    assert f"Probably {name}, because the domain is the same (group.example), which several companies share" in body


def test_who_names_an_account_goes_with_it_into_the_one_that_it_is_merged_into(
    office: Installation, world: SimulatorProcess
) -> None:
    name, domain = account(world, OwnerEmail=FAY)
    last, _ = account(world)
    ids = {row["Name"]: row["Id"] for row in world.objects("Account", system="salesforce")}
    world.seed(sf_contacts=[{"Email": f"ana@{domain}", "LastName": "Ruiz", "AccountName": name}])
    office.settle(1)
    assert explained(office, f"ana@{domain}")["account"]["owner"] == FAY
    world.act("merge", system="salesforce", id=ids[last], loser_id=ids[name])
    office.settle(1)
    known = explained(office, f"ana@{domain}")["account"]
    assert (known["id"], known["certainty"], known["owner"]) == (ids[last], "explicit", SAM)


def test_of_two_accounts_of_one_name_and_domain_the_one_with_a_deal_is_it_and_explain_says_so(
    office: Installation, world: SimulatorProcess
) -> None:
    name, domain = account(world, OwnerEmail=FAY)
    world.seed(accounts=[{"Name": f"{name} Inc", "Website": domain, "OwnerEmail": SAM}])
    deal = {"AccountName": f"{name} Inc", "Name": "First", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    world.seed(opportunities=[deal])
    meet(office, world, f"ana@{domain}", name)
    lines = office.command("explain", f"ana@{domain}").out
    assert f"Account {name} Inc" in lines
    assert "and so is the name; of 2 such accounts the one with an open deal" in lines
    assert f"not {name} (" in lines
    assert ": no open deal\n" in lines
    assert ask(office, world, f"ana@{domain}")[0] == SAM
