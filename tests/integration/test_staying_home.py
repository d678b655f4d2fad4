"""What a system would refuse stays at home, field by field, and is counted where an admin looks; the rest goes on."""

from typing import Any

from domain.misfit import Why
from domain.stage import Stage
from store import misfits
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA = "ana.ruiz@acme.example"


def lead(email: str, **more: Any) -> dict[str, Any]:
    return {"Email": email, "LastName": "Ruiz", "Company": "Acme", **more}


def refusals(world: SimulatorProcess) -> list[str]:
    """What the systems refused, in their own words."""
    words = ("STRING_TOO_LONG", "PICKLIST", "INVALID_OPTION", "REQUIRED_FIELD_MISSING")
    return [word for line in world.log() for word in words if word in str(line)]


def test_a_title_that_is_too_long_stays_at_home_and_the_rest_of_the_row_goes(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.seed(users=USERS, contacts=[contact(ANA, jobtitle="x" * 200)], leads=[lead(ANA)])
    installation.run()
    installation.settle(1)
    shown = Witness(simulator=world).lead(ANA)
    assert (shown["Title"], shown["LL_Stage__c"]) == (None, "known")
    assert shown["LL_Lead_Key__c"]
    assert refusals(world) == []
    (kept,) = installation.command("errors", "list", "--json").json()["blocked"]
    assert (kept["system"], kept["object"], kept["field"], kept["cause"], kept["records"], kept["examples"]) == (
        *("salesforce", "Lead", "Title", "length", 1),
        [shown["Id"]],
    )


def test_the_plan_counts_misfits_by_field_and_cause(installation: Installation, world: SimulatorProcess) -> None:
    people = [f"p{number}@acme{number}.example" for number in range(4)]
    titles = ["x" * 200, "y" * 129, "z" * 129, ""]
    world.seed(
        users=USERS,
        contacts=[contact(email, jobtitle=title) for email, title in zip(people, titles, strict=True)],
        leads=[lead(email) for email in people],
    )
    installation.run()
    installation.settle(1)
    world.act("edit", system="hubspot", id=people[2], jobtitle="Director")
    world.act("edit", system="hubspot", id=people[3], jobtitle="VP" * 100)
    world.time(advance_s=HALF_HOUR_S)
    (row,) = installation.command("plan", "--pull", "--json").json()["blocked_by"]
    assert (row["system"], row["object"], row["field"], row["cause"], row["why"], row["records"]) == (
        *("salesforce", "Lead", "Title", "length", "holds 128 characters", 3),
    )
    said = installation.command("plan").out
    assert "⨯ 3 values stay at home: Lead.Title holds 128 characters (3)" in said
    assert "⨯ salesforce Lead.Title stays as it is: holds 128 characters" in said


def test_a_mended_value_goes_by_itself(installation: Installation, world: SimulatorProcess) -> None:
    world.seed(users=USERS, contacts=[contact(ANA, jobtitle="x" * 200)], leads=[lead(ANA)])
    installation.run()
    world.act("edit", system="hubspot", id=ANA, jobtitle="Director")
    installation.run(after_s=HALF_HOUR_S)
    installation.settle(2)
    assert Witness(simulator=world).lead(ANA)["Title"] == "Director"
    with installation.app.store.read() as tx:
        assert misfits.blocked(tx) == ()


def test_a_word_that_its_list_lacks_keeps_back_its_field_alone_and_goes_by_itself_once_it_is_there(
    installation: Installation, world: SimulatorProcess
) -> None:
    words = [stage.value for stage in Stage]
    world.seed(users=USERS, contacts=[contact(ANA)], leads=[lead(ANA)])
    installation.run()
    offer(world, [word for word in words if word != "assigned"])
    values = {"message": "Show me"}
    world.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values=values)
    installation.settle(2)
    witness = Witness(simulator=world)
    assert (witness.lead(ANA)["OwnerId"][:3], witness.lead(ANA)["LL_Stage__c"]) == ("005", "known")
    with installation.app.store.read() as tx:
        (kept,) = misfits.blocked(tx)
    assert (str(kept.column), kept.why, kept.values) == ("salesforce Lead.LL_Stage__c", Why.OPTION, 1)
    offer(world, words)
    installation.settle(2)
    assert witness.lead(ANA)["LL_Stage__c"] == "assigned"


def offer(world: SimulatorProcess, words: list[str]) -> None:
    world.act("edit", system="salesforce", id="settings", as_="admin", picklists={"Lead.LL_Stage__c": words})


def test_an_unreadable_number_stays_where_it_is(installation: Installation, world: SimulatorProcess) -> None:
    good = "+4930901820"
    world.seed(users=USERS, contacts=[contact(ANA, phone=good)], leads=[lead(ANA, Phone="ask Bob")])
    installation.run()
    installation.settle(1)
    witness = Witness(simulator=world)
    assert (witness.contact(ANA)["phone"], witness.lead(ANA)["Phone"]) == (good, "ask Bob")
    doctor, status = (installation.command(word).out for word in ("doctor", "status"))
    assert "salesforce Lead.Phone cannot be read: 1 stay at home" in doctor
    assert "Mend the values in salesforce, or the type and transforms of `phone` in mapping.yaml." in doctor
    assert "values that stay at home: 1, at salesforce Lead.Phone" in status
    assert "ask Bob" not in doctor + status
