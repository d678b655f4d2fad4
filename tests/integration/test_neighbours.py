"""Beside HubSpot's own Salesforce connector: who owns whom, nobody twice, one record touched."""

from collections import Counter
from typing import Any

import pytest

from domain.obstacle import Kind
from leadloop.commands.why_not import told
from leadloop.status_of import look_at
from store import arrivals
from tests.cast import FAY, SAM, USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"
BEN = "ben.cole@initech.example"
QUARTER_S = 900.0
WEEK_S = 604_800.0
OWNER_FIELD = {"salesforce": ("Lead", "OwnerId"), "hubspot": ("contacts", "hubspot_owner_id")}
CARRIED = """\
decided:
  hubspot:
    contacts.hubspot_owner_id: carried

systems:
"""
CREATE = "    create: create_at_mql"


@pytest.fixture
def beside(world: SimulatorProcess, installation: Installation) -> Installation:
    """The connector runs, and leadloop leaves the owner in HubSpot to it."""
    world.seed(users=USERS)
    world.settings(neighbours={"hubspot_connector": {}})
    installation.rewrite("mapping.yaml", "systems:\n", CARRIED)
    return installation


def person(email: str, **more: Any) -> dict[str, Any]:
    return {"LastName": email.partition("@")[0].split(".")[-1].title(), "Company": "Globex", "Email": email, **more}


def ask(world: SimulatorProcess, *emails: str) -> None:
    for email in emails:
        world.act(
            "submit_form", system="hubspot", as_="prospect", id=email, form="Demo request", values={"message": "Hi"}
        )


def leads(world: SimulatorProcess) -> list[dict[str, Any]]:
    return [row for row in world.objects("Lead", system="salesforce") if not row.get("IsDeleted")]


def contacts(world: SimulatorProcess) -> dict[str, dict[str, Any]]:
    return {row["properties"]["email"]: row["properties"] for row in world.objects("contacts", system="hubspot")}


def owners_in_turn(world: SimulatorProcess, system: str) -> dict[str, list[Any]]:
    """Every record's owners, in the order in which the log tells them."""
    kind, field = OWNER_FIELD[system]
    turns: dict[str, list[Any]] = {}
    for line in world.log():
        for effect in line["effects"] if line["system"] == system else ():
            owner = (effect["after"] or {}).get(field)
            if effect["type"] == kind and owner is not None and turns.get(effect["id"], [None])[-1] != owner:
                turns.setdefault(effect["id"], []).append(owner)
    return turns


def flips(world: SimulatorProcess) -> int:
    """How often a record went back to an owner it had before."""
    return sum(len(turn) - len(set(turn)) for system in OWNER_FIELD for turn in owners_in_turn(world, system).values())


def ours(world: SimulatorProcess, since: int) -> Counter[tuple[str, str]]:
    """Our writes by object and record."""
    return Counter(
        (effect["type"], effect["id"])
        for line in world.log(since)
        if "act" not in line
        for effect in line["effects"]
        if effect["type"] in {"Lead", "Contact", "contacts"}
    )


def ours_in(world: SimulatorProcess, field: str) -> list[Any]:
    """What we wrote into one field, in turn."""
    return [
        effect["after"][field]
        for line in world.log()
        if "act" not in line
        for effect in line["effects"]
        if effect["op"] == "update" and field in (effect["after"] or {})
    ]


def test_owners_do_not_flip_in_a_week_and_every_record_is_written_a_few_times(
    beside: Installation, world: SimulatorProcess
) -> None:
    world.seed(leads=[person(ANA)], contacts=[contact(ANA), contact(BEN)])
    beside.run()
    ask(world, ANA, BEN)
    beside.settle(2, every_s=QUARTER_S)
    before = world.seq()
    world.act("accept", system="salesforce", id=ANA)
    beside.settle(5, every_s=WEEK_S / 5)
    assert flips(world) == 0
    assert sorted(len(turn) for turn in owners_in_turn(world, "salesforce").values()) == [2, 2], "default, then the rep"
    assert [len(turn) for turn in owners_in_turn(world, "hubspot").values()] == [1, 1]
    assert len(leads(world)) == 2, "each person once, whoever created them"
    assert max(ours(world, before).values()) <= 5


def test_a_late_echo_of_an_owner_is_nobodys_choice(beside: Installation, world: SimulatorProcess) -> None:
    """The connector brought Sam to HubSpot while leadloop slept; by now the manager has given the lead back to Fay."""
    world.seed(leads=[person(ANA, OwnerEmail=FAY)], contacts=[contact(ANA)])
    beside.settle(2, every_s=QUARTER_S)
    world.act("edit", system="salesforce", id=ANA, as_="admin", OwnerEmail=SAM)
    world.time(advance_s=QUARTER_S)
    world.act("edit", system="salesforce", id=ANA, as_="admin", OwnerEmail=FAY)
    beside.run()
    beside.settle(2, every_s=QUARTER_S)
    emails = {row["Id"]: row["Email"] for row in world.objects("User", system="salesforce")}
    assert [emails[row["OwnerId"]] for row in leads(world)] == [FAY]
    assert ours_in(world, "OwnerId") == []


def test_the_owner_arrives_in_hubspot_by_the_neighbour_and_leadloop_never_writes_it(
    beside: Installation, world: SimulatorProcess
) -> None:
    world.seed(leads=[person(ANA)], contacts=[contact(ANA)])
    beside.run()
    ask(world, ANA)
    beside.settle(1)
    with beside.app.store.read() as tx:
        (awaited,) = arrivals.overdue(tx, before=world.now())
    assert (str(awaited.field), awaited.values) == ("hubspot contacts.hubspot_owner_id", 1)
    beside.settle(2, every_s=QUARTER_S)
    writers = {
        (line.get("act") or {}).get("who", "leadloop")
        for line in world.log()
        for effect in line["effects"]
        if effect["type"] == "contacts" and "hubspot_owner_id" in (effect["after"] or {})
    }
    assert writers == {"hubspot_connector"}
    with beside.app.store.read() as tx:
        assert arrivals.overdue(tx, before=world.now()) == []


def test_nobody_is_created_twice_where_the_neighbour_creates_leads_too(
    beside: Installation, world: SimulatorProcess
) -> None:
    """Salesforce shows the neighbour's lead late: whoever does not wait creates another one."""
    beside.rewrite("mapping.yaml", CREATE, f"{CREATE}\n    create_after_minutes: 20")
    world.seed(contacts=[contact(ANA)])
    beside.run()
    ask(world, ANA)
    world.settings(lag_s={"salesforce": 1800.0})
    beside.settle(6, every_s=600.0)
    world.settings(lag_s={"salesforce": 0.0})
    beside.settle(1)
    (lead,) = leads(world)
    makers = {row["Id"]: row["Email"] for row in world.objects("User", system="salesforce")}
    assert makers[lead["CreatedById"]] == "hubspot.connector@crm.example"
    assert [row["WhoId"] for row in world.objects("Task", system="salesforce")] == [lead["Id"]]


def test_who_is_created_by_nobody_else_is_created_when_the_wait_is_over(
    installation: Installation, world: SimulatorProcess
) -> None:
    installation.rewrite("mapping.yaml", CREATE, f"{CREATE}\n    create_after_minutes: 20")
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    ask(world, ANA)
    installation.settle(1)
    counts = []
    for _ in range(4):
        installation.run(after_s=300.0)
        counts.append(len(leads(world)))
    assert counts == [0, 0, 0, 1]


def test_whom_a_dead_link_promises_is_waited_for_two_hours_and_then_created(
    installation: Installation, world: SimulatorProcess
) -> None:
    """Nobody can tell a link to what was deleted long ago from one to what is not shown yet."""
    world.seed(users=USERS, contacts=[contact(ANA, salesforceleadid="00Q5e0000009999AAA"), contact(BEN)])
    installation.run()
    ask(world, ANA)
    installation.settle(1)
    assert leads(world) == []
    found = told(installation.app, ANA)
    assert found is not None
    (why,) = [each for each in found["causes"] if each["cause"] == Kind.NOT_CREATED]
    assert "does not show yet" in why["what"]
    assert "if none has come by 2026-09-07 10:" in why["next"]
    installation.settle(3)
    assert leads(world) == []
    installation.settle(1)
    assert [row["Email"] for row in leads(world)] == [ANA]


def test_a_link_to_what_leadloop_saw_deleted_is_not_waited_for(
    installation: Installation, world: SimulatorProcess
) -> None:
    (gone,) = world.seed(users=USERS, leads=[person(ANA)])["Lead"]
    world.seed(contacts=[contact(ANA, salesforceleadid=gone)])
    installation.run()
    world.act("delete", system="salesforce", id=gone)
    installation.settle(1)
    ask(world, ANA)
    installation.settle(1)
    (made,) = leads(world)
    assert made["Id"] != gone


def test_where_the_neighbour_moves_its_link_our_values_follow_and_the_former_record_is_left_alone(
    beside: Installation, world: SimulatorProcess
) -> None:
    first, second = world.seed(leads=[person(ANA), person(ANA)])["Lead"]
    world.seed(contacts=[contact(ANA, salesforceleadid=first)])
    world.time(advance_s=60)
    world.act("edit", system="salesforce", id=first, as_="admin", Description="called")
    beside.settle(2, every_s=QUARTER_S)
    assert contacts(world)[ANA]["salesforceleadid"] == first
    world.time(advance_s=60)
    before = world.seq()
    world.act("edit", system="salesforce", id=second, as_="admin", Description="met at the fair")
    beside.settle(2, every_s=QUARTER_S)
    assert contacts(world)[ANA]["salesforceleadid"] == second
    ask(world, ANA)
    beside.settle(2)
    assert {record for kind, record in ours(world, before) if kind == "Lead"} == {second}
    rows = {row["Id"]: row for row in leads(world)}
    assert rows[second]["LL_Score__c"] > 0
    assert contacts(world)[ANA]["salesforceleadid"] == second


def test_what_the_neighbour_does_not_bring_within_the_hour_is_told(
    beside: Installation, world: SimulatorProcess
) -> None:
    world.settings(neighbours={"hubspot_connector": None})
    world.seed(leads=[person(ANA)], contacts=[contact(ANA)])
    beside.run()
    ask(world, ANA)
    beside.settle(2)
    assert look_at(beside.app).overdue == ()
    beside.settle(2)
    found = look_at(beside.app)
    assert [(str(each.field), each.values) for each in found.overdue] == [("hubspot contacts.hubspot_owner_id", 1)]
    assert "not carried by the neighbour in time: hubspot contacts.hubspot_owner_id" in found.reason
