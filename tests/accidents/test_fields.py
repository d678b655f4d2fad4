"""An administrator changes a field under leadloop: its kind, or the words of its list. Nothing wrong is written."""

from typing import Any

from tests.accidents.people import ANN, BOB, CAT, EVERYBODY, PHONE, admin, is_with_a_rep, raise_hand
from tests.accidents.truth import wrong_writes
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Row, Witness

WORDS = ("PICKLIST", "INVALID_OPTION", "INVALID_TYPE", "INVALID_INTEGER", "MALFORMED", "INVALID_DATE")
REFUSED = frozenset({"assigned", "Open - Not Contacted", "OPEN"})
"""What the hand-raiser's stage is called in the fields that follow it."""


def phones(world: SimulatorProcess) -> set[Any]:
    witness = Witness(simulator=world)
    return {witness.contact(email).get("phone") for email in EVERYBODY}


def test_salesforce_fields_that_were_emptied_by_becoming_another_kind_empty_nothing_in_hubspot(
    office: Installation, world: SimulatorProcess
) -> None:
    since, witness = world.seq(), Witness(simulator=world)
    admin(world, "salesforce", field_types={"Lead.Phone": "date", "Lead.Title": "double", "Lead.City": "picklist"})
    world.act("edit", system="salesforce", id=witness.lead(CAT)["Id"], as_="rep", State="LA")
    raise_hand(world, ANN)
    office.settle(1)
    assert is_with_a_rep(world, ANN)
    assert (witness.lead(CAT)["Phone"], witness.contact(CAT)["phone"], witness.contact(CAT)["state"]) == (
        *(None, PHONE, "LA"),
    ), "the minute after, long before anybody was to look at fields"
    admin(world, "salesforce", field_types={"Lead.Phone": "phone", "Lead.Title": "string"})
    office.settle(3)
    assert (wrong_writes(world, asked={ANN}, since=since), phones(world)) == ([], {PHONE})
    assert {witness.lead(email)["Phone"] for email in EVERYBODY} == {PHONE}, "what was lost there is put back"


def test_hubspot_properties_of_another_kind_take_nothing_and_lose_nothing(
    office: Installation, world: SimulatorProcess
) -> None:
    since, witness = world.seq(), Witness(simulator=world)
    choice = {"type": "enumeration", "options": ["Boss", "Clerk"]}
    admin(world, "hubspot", properties={"contacts.phone": {"type": "number"}, "contacts.jobtitle": choice})
    world.act(
        "edit", system="salesforce", id=witness.lead(CAT)["Id"], as_="rep", Title="Owner", Phone="+1 202 555 0100"
    )
    world.act("edit", system="hubspot", id=BOB, as_="marketer", city="Leeds")
    raise_hand(world, ANN)
    office.settle(2)
    assert is_with_a_rep(world, ANN)
    assert (witness.contact(CAT)["jobtitle"], witness.lead(BOB)["City"]) == ("Buyer", "Leeds")
    again = {"contacts.phone": {"type": "string"}, "contacts.jobtitle": {"type": "string"}}
    admin(world, "hubspot", properties=again)
    office.run(after_s=6 * 3600.0)
    office.settle(2)
    assert witness.contact(CAT)["jobtitle"] == "Owner"
    assert wrong_writes(world, asked={ANN}, since=since) == []


def test_a_word_that_left_its_list_is_not_written_there_and_nothing_takes_its_place(
    office: Installation, world: SimulatorProcess
) -> None:
    since = world.seq()
    kept = offered(world)
    offer(world, {place: [word for word in words if word not in REFUSED] for place, words in kept.items()})
    raise_hand(world, ANN)
    office.settle(2)
    witness = Witness(simulator=world, since=since)
    lead, shown = witness.lead(ANN), witness.contact(ANN)
    assert (lead["OwnerId"][:3], len(witness.tasks(lead["Id"]))) == ("005", 1)
    assert (lead["LL_Stage__c"], shown["ll_stage"]) == ("known", "known")
    assert [word for line in witness.calls() for word in WORDS if word in str(line)] == [], "nobody had to refuse it"
    offer(world, kept)
    office.settle(2)
    assert is_with_a_rep(world, ANN)
    assert wrong_writes(world, asked={ANN}, since=since) == []


PLACES = ("salesforce.Lead.LL_Stage__c", "salesforce.Lead.Status", "hubspot.contacts.ll_stage")


def offered(world: SimulatorProcess) -> dict[str, list[str]]:
    stages = ["known", "engaged", "mql", "assigned", "accepted", "qualified", "recycled", "disqualified"]
    statuses = ["Open - Not Contacted", "Working - Contacted", "Closed - Not Converted", "Closed - Converted"]
    return dict(zip(PLACES, (stages, statuses, stages), strict=True))


def offer(world: SimulatorProcess, words: dict[str, list[str]]) -> None:
    wanted: dict[str, Row] = {"salesforce": {}, "hubspot": {}}
    for place, listed in words.items():
        system, _, rest = place.partition(".")
        wanted[system][rest] = listed if system == "salesforce" else {"options": listed}
    admin(world, "salesforce", picklists=wanted["salesforce"])
    admin(world, "hubspot", properties=wanted["hubspot"])
