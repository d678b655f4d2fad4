"""Whoever cannot come to a rep is listed with the cause, and an owner who is nobody somewhere is told of."""

from store import handoffs
from tests.cast import ANA, FAY, SAM, USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

OLD = "fay.old@your-company.example"


def wrong(installation: Installation) -> dict[str, str]:
    """What `doctor` calls wrong, with its mend."""
    checks = installation.command("doctor", "--json").json()["checks"]
    return {each["what"]: each["mend"] for each in checks if each["mark"] == "wrong"}


def ask_for_a_demo(world: SimulatorProcess, email: str = ANA) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})


def test_an_mql_whom_nobody_creates_waits_in_sight_and_comes_to_a_rep_once_the_record_is_there(
    installation: Installation, world: SimulatorProcess
) -> None:
    installation.rewrite("mapping.yaml", "create: create_at_mql", "create: enrich")
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    ask_for_a_demo(world)
    installation.settle(2)
    witness = Witness(simulator=world)
    assert world.objects("Lead", system="salesforce") == []
    (waits,) = installation.command("errors", "list", "--json").json()["queued"]
    cause = "not in salesforce, where nobody is created (`create: enrich`)"
    assert (waits["queue"], waits["why"], waits["leads"]) == ("needs_data", cause, 1)
    world.seed(leads=[{"Email": ANA, "LastName": "Ruiz", "Company": "Globex"}])
    installation.settle(2)
    assert witness.lead(ANA)["LL_Stage__c"] == "assigned"
    assert len(world.objects("Task", system="salesforce")) == 1
    with installation.app.store.read() as tx:
        assert handoffs.queued(tx) == []


def test_a_rep_with_another_address_in_one_system_gets_nothing_and_is_an_error_until_it_is_told(
    installation: Installation, world: SimulatorProcess
) -> None:
    ids = world.seed(users=USERS, contacts=[contact(ANA)])
    world.act("edit", system="salesforce", id=ids["User"][0], as_="admin", Email=OLD)
    world.act("edit", system="salesforce", id=ids["User"][1], as_="admin", IsActive=False)
    installation.run()
    ask_for_a_demo(world)
    installation.settle(2)
    status = installation.command("status", "--json").json()
    named = {each["owner"]: each for each in status["owners"] if "pool SDR" in each["named_by"]}
    assert {who: (each["fault"], each["lacks"], each["error"]) for who, each in named.items()} == {
        FAY: ("unmapped", ["salesforce"], True),
        SAM: ("inactive", [], True),
    }
    told = wrong(installation)
    assert "`known_as` under the system's `users`" in told[f"{FAY} is nobody in salesforce: named by pool SDR"]
    assert told[f"{SAM} is no active user: named by pool SDR"] == "Take them out of routing.yaml."
    (waits,) = status["queued"]
    assert (waits["queue"], waits["why"]) == ("unassigned", "pool SDR: all 2 not eligible")
    active = "      active: IsActive\n      name: Name\n"
    installation.rewrite("mapping.yaml", active, f"{active}      known_as: {{ {OLD}: {FAY} }}\n")
    assert installation.command("config", "publish").code == 0
    installation.settle(2, every_s=HALF_HOUR_S)
    owners = installation.command("status", "--json").json()["owners"]
    assert [each["owner"] for each in owners if each["error"]] == [SAM]
    assert Witness(simulator=world).lead(ANA)["OwnerId"] == ids["User"][0]
