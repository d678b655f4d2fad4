"""The worst mistakes in mapping.yaml end in no wrong write at all, and who asks to be called reaches a rep."""

from typing import Any

import pytest

from leadloop import exits
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

PEOPLE = tuple(f"{name}@acme.example" for name in ("ann", "bob", "cat", "dan", "eli"))
ROOM = 3
FIRST = "salesforce: FirstName, hubspot: firstname"
LAST = "salesforce: LastName, hubspot: lastname"
INDUSTRY = "  - name: industry\n"
FAX = "  - name: fax\n    fields: { salesforce: { Lead: Fax }, hubspot: FIELD }\n    sync: Always use HubSpot\n"
NARROW = (
    "  approval_hours: 12\n"
    f"  destructive: {{ floor: {ROOM}, share_percent: 0 }}\n"
    f"  additive: {{ floor: {ROOM}, share_percent: 0 }}\n"
    f"  score: {{ floor: {ROOM}, band_change_percent: 0 }}\n"
)
DAY_S = 24 * 3600.0
SAME = {"Company": "Acme", "Title": "Buyer", "Phone": "+12025550143", "Country": "US"}


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Five people whom both systems know by the same names; room for three changes a day."""
    installation.rewrite("leadloop.yaml", "  approval_hours: 12\n", NARROW)
    names = {email: (email[:3].title(), f"Surname {email[:3]}") for email in PEOPLE}
    world.seed(
        users=USERS,
        contacts=[
            contact(email, firstname=first, lastname=last, company="Acme", jobtitle="Buyer", fax=f"+49 30 {email[:3]}")
            for email, (first, last) in names.items()
        ],
        leads=[
            {"Email": email, "FirstName": first, "LastName": last, "Fax": "theirs", **SAME}
            for email, (first, last) in names.items()
        ],
    )
    installation.run()
    installation.settle(2)
    assert held(installation) == {}
    return installation


def swap_names(office: Installation) -> None:
    office.rewrite("mapping.yaml", FIRST, "salesforce: Swapped, hubspot: firstname")
    office.rewrite("mapping.yaml", LAST, "salesforce: FirstName, hubspot: lastname")
    office.rewrite("mapping.yaml", "salesforce: Swapped", "salesforce: LastName")


def swap_back(office: Installation) -> None:
    office.rewrite("mapping.yaml", "salesforce: FirstName, hubspot: lastname", "salesforce: Swapped, hubspot: lastname")
    office.rewrite("mapping.yaml", "salesforce: LastName, hubspot: firstname", FIRST)
    office.rewrite("mapping.yaml", "salesforce: Swapped, hubspot: lastname", LAST)


def publish(office: Installation) -> None:
    assert office.command("config", "publish").code == exits.OK


def written(world: SimulatorProcess, since: int, *fields: str) -> list[Any]:
    """Every value that was given to these fields since then."""
    effects = Witness(simulator=world, since=since).effects()
    return [each["after"][name] for each in effects for name in fields if name in (each["after"] or {})]


def held(office: Installation) -> dict[str, tuple[int, str]]:
    """Column → (leads, status)."""
    sets = office.command("held", "list", "--json").json()["sets"]
    return {row["name"].split("-", 4)[-1]: (row["leads"], row["status"]) for row in sets}


def name_of(office: Installation, column: str) -> str:
    sets = office.command("held", "list", "--json").json()["sets"]
    (name,) = (row["name"] for row in sets if row["name"].endswith(column))
    return str(name)


def test_swapped_names_overwrite_nobody_a_hand_raiser_flows_and_swapping_back_ends_it(
    office: Installation, world: SimulatorProcess
) -> None:
    since = world.seq()
    swap_names(office)
    publish(office)
    world.act("submit_form", system="hubspot", id=PEOPLE[0], as_="prospect", form="Demo request", values={})
    office.settle(2)
    world.time(advance_s=DAY_S)
    office.settle(1)
    assert Witness(simulator=world).contact(PEOPLE[0])["ll_stage"] == "assigned"
    everybody = (len(PEOPLE), "open")
    assert held(office) == {"hubspot.contacts.firstname": everybody, "hubspot.contacts.lastname": everybody}
    assert office.command("plan", "--detailed-exitcode").code == exits.HELD
    swap_back(office)
    publish(office)
    office.settle(2)
    assert written(world, since, "firstname", "lastname", "FirstName", "LastName") == []
    assert held(office) == {}


def test_a_wrong_column_replaces_nothing_until_it_is_approved_and_a_rep_who_edits_meanwhile_wins(
    office: Installation, world: SimulatorProcess
) -> None:
    since = world.seq()
    office.rewrite("mapping.yaml", INDUSTRY, FAX.replace("FIELD", "jobtitle") + INDUSTRY)
    publish(office)
    office.settle(2)
    column = "salesforce.Lead.Fax"
    assert held(office) == {column: (len(PEOPLE), "open")}
    assert written(world, since, "Fax") == []
    witness = Witness(simulator=world)
    shown = office.command("held", "show", name_of(office, column), "--json", "--limit", "2").json()
    assert (shown["class"], shown["leads"], shown["writes"], shown["limit"]) == ("destructive", 5, 5, ROOM)
    told = [(row["id"], row["field"], row["now"], row["will_be"], row["was"]) for row in shown["rows"]]
    assert told == [(witness.lead(email)["Id"], "Fax", "theirs", "Buyer", "theirs") for email in PEOPLE[:2]]
    world.act("edit", system="salesforce", id=witness.lead(PEOPLE[0])["Id"], as_="rep", Fax="by the rep")
    office.settle(1)
    assert office.command("held", "approve", name_of(office, column)).code == exits.OK
    world.act("edit", system="salesforce", id=witness.lead(PEOPLE[1])["Id"], as_="rep", Fax="edited after")
    office.settle(2)
    faxes = [witness.lead(email)["Fax"] for email in PEOPLE]
    assert faxes == ["by the rep", "edited after", "Buyer", "Buyer", "Buyer"]
    assert held(office)[column] == (2, "open"), "who approved did not see that"
    office.settle(1, every_s=DAY_S)
    assert written(world, since, "Fax") == ["Buyer"] * 3


def test_what_was_approved_goes_once_and_is_asked_for_again_when_people_put_it_back(
    office: Installation, world: SimulatorProcess
) -> None:
    since, witness = world.seq(), Witness(simulator=world)
    office.rewrite("mapping.yaml", INDUSTRY, FAX.replace("FIELD", "jobtitle") + INDUSTRY)
    publish(office)
    office.settle(1)
    assert office.command("held", "approve", name_of(office, "Lead.Fax")).code == exits.OK
    office.settle(1)
    assert written(world, since, "Fax") == ["Buyer"] * len(PEOPLE)
    since = world.seq()
    for email in PEOPLE:
        world.act("edit", system="salesforce", id=witness.lead(email)["Id"], as_="rep", Fax="theirs")
    office.settle(1)
    assert "Buyer" not in written(world, since, "Fax")
    assert held(office) == {"salesforce.Lead.Fax": (len(PEOPLE), "open")}


def test_what_was_discarded_is_not_written_again_until_something_else_is_wished(
    office: Installation, world: SimulatorProcess
) -> None:
    since = world.seq()
    office.rewrite("mapping.yaml", INDUSTRY, FAX.replace("FIELD", "jobtitle") + INDUSTRY)
    publish(office)
    office.settle(1)
    assert office.command("held", "discard", name_of(office, "Lead.Fax")).code == exits.OK
    office.settle(2, every_s=DAY_S)
    assert (held(office), written(world, since, "Fax")) == ({}, [])
    world.act("edit", system="hubspot", id=PEOPLE[0], as_="marketer", jobtitle="Head of buying")
    office.settle(1)
    assert written(world, since, "Fax") == ["Head of buying"]


def test_ten_small_cycles_weigh_as_one(office: Installation, world: SimulatorProcess) -> None:
    since = world.seq()
    for number, email in enumerate(PEOPLE):
        world.act(
            "edit", system="salesforce", id=Witness(simulator=world).lead(email)["Id"], as_="rep", Title=f"T{number}"
        )
        office.run(after_s=HALF_HOUR_S)
    assert written(world, since, "jobtitle") == ["T0", "T1", "T2"]
    assert held(office) == {"hubspot.contacts.jobtitle": (2, "open")}


def test_a_value_of_ours_may_be_replaced_as_often_as_it_has_to(office: Installation, world: SimulatorProcess) -> None:
    since = world.seq()
    lead = Witness(simulator=world).lead(PEOPLE[0])["Id"]
    for number in range(ROOM + 2):
        world.act("edit", system="salesforce", id=lead, as_="rep", Title=f"T{number}")
        office.run(after_s=HALF_HOUR_S)
    assert written(world, since, "jobtitle") == [f"T{number}" for number in range(ROOM + 2)]
    for email in PEOPLE[1:ROOM]:
        world.act("edit", system="salesforce", id=Witness(simulator=world).lead(email)["Id"], as_="rep", Title="New")
    office.run(after_s=HALF_HOUR_S)
    assert written(world, since, "jobtitle")[-2:] == ["New", "New"], "one change of theirs was counted, not five"


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        pytest.param(INDUSTRY, FAX.replace("Fax", "City").replace("FIELD", "jobtitle") + INDUSTRY, "Lead.City",
            id="a shared property fills a blank column"),
        pytest.param("salesforce: LL_Stage__c", "salesforce: { Lead: Description }", "Lead.Description",
            id="a property of ours was moved to a blank column"),
    ],
)  # fmt: skip
def test_what_a_plan_holds_of_a_wrong_column_is_held_when_it_is_applied(
    office: Installation, world: SimulatorProcess, before: str, after: str, column: str
) -> None:
    since = world.seq()
    office.rewrite("mapping.yaml", before, after)
    publish(office)
    plan = office.command("plan", "--json").json()
    assert [name.split("-", 4)[-1] for name in plan["held_sets"]] == [f"salesforce.{column}"]
    assert office.command("apply", plan["file"]).code == exits.OK
    assert held(office) == {f"salesforce.{column}": (len(PEOPLE), "open")}
    office.settle(1)
    assert written(world, since, column.split(".")[1]) == []
    assert held(office) == {f"salesforce.{column}": (len(PEOPLE), "open")}


def test_rules_that_show_everybody_another_band_wait_with_all_of_it_and_a_hand_raisers_reason_does_not(
    office: Installation, world: SimulatorProcess
) -> None:
    for email in PEOPLE:
        world.act("page_view", system="hubspot", id=email, as_="prospect", url="https://our.example/compare")
    office.settle(1)
    witness, since = Witness(simulator=world), world.seq()
    bands = {email: witness.contact(email)["ll_band"] for email in PEOPLE}
    world.act("submit_form", system="hubspot", id=PEOPLE[0], as_="prospect", form="Demo request", values={})
    office.rewrite("scoring.yaml", "  warm: 20\n", "  warm: 49\n")
    publish(office)
    office.settle(1)
    moved = {email for email in PEOPLE if witness.contact(email)["ll_band"] != bands[email]}
    assert moved == {PEOPLE[0]}
    (waiting,) = office.command("held", "list", "--json").json()["sets"]
    assert (waiting["class"], waiting["leads"]) == ("score", len(PEOPLE) - 1)
    assert office.command("held", "approve", waiting["name"]).code == exits.OK
    office.settle(1)
    assert {email for email in PEOPLE if witness.contact(email)["ll_band"] != bands[email]} == set(PEOPLE)
    assert len(written(world, since, "ll_band")) == len(PEOPLE)
