"""Somebody asks to be called whom only HubSpot knows, and nobody wrote down a company. Judged at the simulator."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.cast import REPS, contact
from tests.installation import Installation, one_office
from tests.rig import SimulatorProcess
from tests.witness import Witness

NUMBERS = count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with one_office(tmp_path_factory.mktemp("office") / "installation") as made:
        yield made


@pytest.fixture
def world(office: Installation) -> SimulatorProcess:
    return office.simulator


def at_work() -> str:
    return f"ana.ruiz@globex{next(NUMBERS)}.example"


def free() -> str:
    return f"ana.ruiz.{next(NUMBERS)}@gmail.com"


def seed(world: SimulatorProcess, email: str, **more: Any) -> str:
    blank = {"company": None, **more}
    person = {name: value for name, value in contact(email, **blank).items() if value is not None}
    world.seed(contacts=[person])
    return email


def ask(office: Installation, world: SimulatorProcess, email: str) -> Witness:
    """They ask to be called, and two cycles follow."""
    since = world.seq()
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    office.settle(2)
    return Witness(simulator=world, since=since)


def waiting(witness: Witness, email: str) -> tuple[Any, ...]:
    shown = witness.contact(email)
    return tuple(shown.get(name) for name in ("ll_stage", "ll_queue", "ll_needs_data", "hubspot_owner_id"))


def test_the_company_that_hubspot_associates_is_the_lead_s(office: Installation, world: SimulatorProcess) -> None:
    world.seed(companies=[{"name": "Globex Holding", "domain": "globex.example"}])
    ana = seed(world, free(), company_domain="globex.example")
    witness = ask(office, world, ana)
    assert witness.lead(ana)["Company"] == "Globex Holding"
    assert len(witness.tasks(witness.lead(ana)["Id"])) == 1


def test_the_company_property_comes_before_an_association(office: Installation, world: SimulatorProcess) -> None:
    world.seed(companies=[{"name": "Initech Holding", "domain": "initech.example"}])
    ana = seed(world, free(), company="Initech Iberia", company_domain="initech.example")
    assert ask(office, world, ana).lead(ana)["Company"] == "Initech Iberia"


def test_a_domain_in_place_of_a_name_is_carried_nowhere_and_any_name_replaces_it(
    office: Installation, world: SimulatorProcess
) -> None:
    ana = seed(world, at_work())
    domain = ana.partition("@")[2]
    witness = ask(office, world, ana)
    assert (witness.lead(ana)["Company"], witness.contact(ana).get("company")) == (domain, None)
    assert witness.contact(ana)["ll_stage"] == "assigned"
    world.act("edit", system="hubspot", id=ana, as_="marketer", company="Globex")
    office.settle(2)
    assert (witness.lead(ana)["Company"], witness.contact(ana)["company"]) == ("Globex", "Globex")


def test_a_name_that_a_rep_gives_in_its_place_goes_to_hubspot(office: Installation, world: SimulatorProcess) -> None:
    ana = seed(world, at_work())
    witness = ask(office, world, ana)
    world.act("edit", system="salesforce", id=witness.lead(ana)["Id"], Company="Globex SA")
    office.settle(2)
    assert (witness.lead(ana)["Company"], witness.contact(ana)["company"]) == ("Globex SA", "Globex SA")


def test_with_no_company_to_be_known_nothing_is_created_and_the_lead_waits_in_sight(
    office: Installation, world: SimulatorProcess
) -> None:
    ana = seed(world, free())
    witness = ask(office, world, ana)
    assert waiting(witness, ana) == ("mql", "needs_data", "missing: company", None)
    assert witness.leads(ana) == []
    assert [line for line in witness.writes() if line["system"] == "salesforce"] == [], "not even attempted"


@pytest.mark.parametrize("how", ["the property", "an association"])
def test_it_goes_on_by_itself_once_the_company_is_known(
    office: Installation, world: SimulatorProcess, how: str
) -> None:
    ana = seed(world, free())
    witness = ask(office, world, ana)
    assert witness.leads(ana) == []
    if how == "the property":
        world.act("edit", system="hubspot", id=ana, as_="marketer", company="Hooli")
    else:
        world.seed(companies=[{"name": "Hooli", "domain": "hooli.example", "contact_email": ana}])
        world.act("edit", system="hubspot", id=ana, as_="marketer", city="Sevilla")
    office.settle(2)
    lead = witness.lead(ana)
    assert lead["Company"] == "Hooli"
    assert witness.owner(ana) in REPS
    assert len(witness.tasks(lead["Id"])) == 1
    assert waiting(witness, ana)[:3] == ("assigned", None, None)


def test_a_last_name_is_waited_for_as_well(office: Installation, world: SimulatorProcess) -> None:
    ana = seed(world, free(), lastname=None)
    witness = ask(office, world, ana)
    assert waiting(witness, ana)[:3] == ("mql", "needs_data", "missing: company, last_name")
    world.act("edit", system="hubspot", id=ana, as_="marketer", company="Globex")
    office.settle(1)
    assert waiting(witness, ana)[2] == "missing: last_name"
    assert witness.leads(ana) == []


def test_whom_a_person_takes_from_the_queue_is_created_as_soon_as_the_company_is_known(
    office: Installation, world: SimulatorProcess
) -> None:
    ana = seed(world, free())
    witness = ask(office, world, ana)
    fay = next(row["id"] for row in world.objects("owners", system="hubspot") if row["email"] == REPS[0])
    world.act("edit", system="hubspot", id=ana, as_="rep", hubspot_owner_id=fay)
    office.settle(2)
    assert (waiting(witness, ana)[0], witness.leads(ana)) == ("assigned", [])
    world.act("edit", system="hubspot", id=ana, as_="marketer", company="Globex")
    office.settle(2)
    assert (witness.lead(ana)["Company"], witness.owner(ana)) == ("Globex", REPS[0])
