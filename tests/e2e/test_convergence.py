"""What people and rules want ends up the same in both systems, and then nothing moves any more."""

import pytest

from tests.cast import FAY, REPS, SAM, USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

DAY_S = 86_400.0
ANA = "ana.ruiz@globex.example"
GONE = "gone.rep@your-company.example"
WITH_SALES, NO_BUDGET, TIMING = "LL · With sales", "LL · Nurture · No budget", "LL · Nurture · Timing"
KEPT = {WITH_SALES, "LL · Open opportunity", "LL · Customer"}
BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

pytestmark = pytest.mark.e2e


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def warm_up(world: SimulatorProcess, email: str) -> None:
    """60 points without asking for anything."""
    world.act("page_view", system="hubspot", id=email, as_="prospect", url="https://our.example/compare")
    for number in range(4):
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form=f"Guide {number}", values={})


def assert_quiet(installation: Installation) -> None:
    """One more cycle sends no write to either system."""
    since = installation.simulator.seq()
    installation.run(after_s=HALF_HOUR_S)
    assert Witness(simulator=installation.simulator, since=since).writes() == []


@pytest.fixture
def handed_off(installation: Installation, world: SimulatorProcess) -> Witness:
    """Ana asked for a demo and stands with a rep; the dust has settled."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    raise_hand(world, ANA)
    installation.settle(2)
    witness = Witness(simulator=world)
    assert witness.lead(ANA)["LL_Stage__c"] == "assigned"
    return witness


def other_than(owner: str | None) -> str:
    return SAM if owner == FAY else FAY


# --- A messy org ----------------------------------------------------------------------------------


@pytest.fixture
def messy(installation: Installation, world: SimulatorProcess) -> Installation:
    """Duplicates, old statuses, a rep who left, somebody opted out, a customer, an open deal."""
    world.seed(
        users=[*USERS, {"email": GONE, "first_name": "Gil", "last_name": "Gone", "active": False}],
        accounts=[
            {"Name": "Umbrella", "Website": "https://www.umbrella.example", "Type": "Customer - Direct"},
            {"Name": "Wayne", "Website": "wayne.example"},
        ],
    )
    world.seed(
        opportunities=[
            {"AccountName": "Wayne", "Name": "First deal", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
        ],
        leads=[
            {
                "LastName": "Wei",
                "Company": "Initech",
                "Email": "LI.WEI@initech.example",
                "OwnerEmail": SAM,
                "Status": "Working - Contacted",
            },
            {"LastName": "Twin", "Company": "Stark", "Email": "twin@stark.example", "OwnerEmail": FAY},
            {"LastName": "Twin", "Company": "Stark Inc", "Email": "twin@stark.example", "OwnerEmail": SAM},
            {"LastName": "Dup", "Company": "Soylent", "Email": "dup@soylent.example", "OwnerEmail": FAY},
            {"LastName": "Left", "Company": "Tyrell", "Email": "left@tyrell.example", "OwnerEmail": GONE},
            {"LastName": "Old", "Company": "Hooli", "Email": "old@hooli.example", "Status": "Closed - Not Converted"},
        ],
        sf_contacts=[
            {"LastName": "Dup", "Email": "dup@soylent.example"},
            {"LastName": "Buyer", "Email": "buyer@umbrella.example", "AccountName": "Umbrella"},
        ],
        contacts=[
            contact("li.wei@initech.example"),
            contact("twin@stark.example", jobtitle="CEO"),
            contact("dup@soylent.example"),
            contact("left@tyrell.example"),
            contact("buyer@umbrella.example"),
            contact("deal@wayne.example", phone=""),
            contact("optout@acme.example", hs_email_optout="true"),
            contact("mql@acme.example", lifecyclestage="marketingqualifiedlead"),
            contact("silent@acme.example", jobtitle="", country=""),
        ],
    )
    for email in ("twin@stark.example", "mql@acme.example", "optout@acme.example"):
        for url in ("/compare", "/pricing"):
            world.act("page_view", system="hubspot", id=email, as_="prospect", url=f"https://our.example{url}")
    raise_hand(world, "mql@acme.example")
    return installation


@BOTH
def test_the_baseline_opens_no_handoff(messy: Installation) -> None:
    messy.run()
    messy.settle(2)
    witness = Witness(simulator=messy.simulator)
    assert witness.created() == {("lists", name): 1 for name in KEPT}
    assert {name for name, _ in witness.moved("member_add")} == KEPT
    assert [each for each in witness.effects("update") if "OwnerId" in each["after"]] == []
    assert_quiet(messy)


@BOTH
def test_whoever_works_a_lead_on_the_first_day_is_shown_in_hubspot_where_nobody_stood(messy: Installation) -> None:
    messy.run()
    messy.settle(2)
    witness = Witness(simulator=messy.simulator)
    mirrored = [each for each in witness.effects("update") if "hubspot_owner_id" in each["after"]]
    assert [each["before"]["hubspot_owner_id"] for each in mirrored] == [None]
    contacts = messy.simulator.objects("contacts", system="hubspot")
    email = next(row["properties"]["email"] for row in contacts if row["id"] == mirrored[0]["id"])
    assert witness.lead(email)["LL_Stage__c"] in {"assigned", "accepted", "qualified"}
    assert witness.mirrored_owner(email) == witness.owner(email)


@BOTH
def test_a_messy_org_comes_to_rest_after_a_day_of_everything(messy: Installation) -> None:
    world, witness = messy.simulator, Witness(simulator=messy.simulator)
    messy.run()
    people = ("li.wei@initech.example", "twin@stark.example", "dup@soylent.example", "left@tyrell.example")
    for email in (*people, "buyer@umbrella.example", "deal@wayne.example", "optout@acme.example"):
        raise_hand(world, email)
    messy.settle(2)
    world.act("outcome", system="salesforce", id=witness.lead("optout@acme.example")["Id"], outcome="No budget")
    world.act("edit", system="hubspot", id="silent@acme.example", as_="marketer", jobtitle="Director", country="DE")
    world.act("unsubscribe", system="hubspot", id="left@tyrell.example", as_="prospect")
    messy.settle(3)
    assert_quiet(messy)
    assert max(witness.created().values()) == 1
    for email in ("left@tyrell.example", "li.wei@initech.example"):
        assert witness.lead(email)["LL_Stage__c"] == witness.contact(email)["ll_stage"]
    assert witness.owner("left@tyrell.example") == witness.mirrored_owner("left@tyrell.example")
    assert witness.owner("left@tyrell.example") in REPS


# --- One lead, one thing --------------------------------------------------------------------------


def test_the_owner_in_salesforce_is_mirrored_in_hubspot(handed_off: Witness, installation: Installation) -> None:
    assert handed_off.owner(ANA) in REPS
    assert handed_off.mirrored_owner(ANA) == handed_off.owner(ANA)
    assert_quiet(installation)


def test_a_foreign_change_of_the_owner_stands_and_is_mirrored(handed_off: Witness, installation: Installation) -> None:
    other = other_than(handed_off.owner(ANA))
    lead = handed_off.lead(ANA)
    installation.simulator.act("edit", system="salesforce", id=lead["Id"], as_="admin", OwnerEmail=other)
    given_before = handed_off.set_to("Lead", lead["Id"], "OwnerId")
    installation.settle(3)
    assert handed_off.owner(ANA) == handed_off.mirrored_owner(ANA) == other
    assert handed_off.set_to("Lead", lead["Id"], "OwnerId") == given_before
    assert_quiet(installation)


def test_a_rejection_leads_to_the_nurture_list_of_its_reason_and_off_it_on_the_return_date(
    handed_off: Witness, installation: Installation
) -> None:
    world, person = installation.simulator, handed_off.contact(ANA)["hs_object_id"]
    lead = handed_off.lead(ANA)["Id"]
    world.act("outcome", system="salesforce", id=lead, outcome="Not now", return_date="2026-10-12")
    installation.settle(2)
    assert handed_off.lists_of(person) == {TIMING}
    assert handed_off.contact(ANA)["ll_nurture_until"] == handed_off.lead(ANA)["LL_Nurture_Until__c"] == "2026-10-12"
    assert handed_off.contact(ANA)["ll_stage"] == handed_off.lead(ANA)["LL_Stage__c"] == "recycled"
    assert_quiet(installation)
    world.time(advance_s=36 * DAY_S)
    installation.settle(2)
    assert handed_off.lists_of(person) == {TIMING}, "a date alone brings nobody back"
    warm_up(world, ANA)
    installation.settle(2)
    assert handed_off.lists_of(person) == {WITH_SALES}
    assert handed_off.contact(ANA)["ll_stage"] == handed_off.lead(ANA)["LL_Stage__c"] == "assigned"
    assert handed_off.contact(ANA).get("ll_nurture_until") in {None, ""}
    assert_quiet(installation)


def test_a_recycled_lead_returns_on_new_behaviour_to_the_rep_who_knows_them(
    handed_off: Witness, installation: Installation
) -> None:
    world, rep, lead = installation.simulator, handed_off.owner(ANA), handed_off.lead(ANA)["Id"]
    world.act("call", system="salesforce", id=lead, subject="Spoke", duration_s=240)
    installation.settle(1)
    world.act("outcome", system="salesforce", id=lead, outcome="No budget")
    installation.settle(2)
    raise_hand(world, ANA)
    installation.settle(2)
    assert handed_off.lead(ANA)["LL_Stage__c"] == handed_off.contact(ANA)["ll_stage"] == "assigned"
    assert handed_off.owner(ANA) == handed_off.mirrored_owner(ANA) == rep
    assert handed_off.lead(ANA)["LL_Outcome__c"] is None
    assert handed_off.lists_of(handed_off.contact(ANA)["hs_object_id"]) == {WITH_SALES}
    assert sum(count for (kind, _), count in handed_off.created().items() if kind == "Task") == 2
    assert len(handed_off.tasks(handed_off.lead(ANA)["Id"])) == 1, "the one of the pass before is closed"
    assert_quiet(installation)


def test_a_wrong_person_goes_to_another_rep(handed_off: Witness, installation: Installation) -> None:
    first = handed_off.owner(ANA)
    lead = handed_off.lead(ANA)["Id"]
    installation.simulator.act("reject", system="salesforce", id=lead, reason="Wrong person")
    installation.settle(2)
    assert handed_off.owner(ANA) == handed_off.mirrored_owner(ANA) == other_than(first)
    assert handed_off.lead(ANA)["LL_Stage__c"] == handed_off.contact(ANA)["ll_stage"] == "assigned"
    assert handed_off.lead(ANA)["LL_Verdict__c"] is None
    assert_quiet(installation)


def test_wrong_data_wait_in_sight_until_they_are_there(handed_off: Witness, installation: Installation) -> None:
    world, lead = installation.simulator, handed_off.lead(ANA)["Id"]
    world.act("edit", system="salesforce", id=lead, Phone="", as_="rep")
    world.act("reject", system="salesforce", id=lead, reason="Data wrong")
    installation.settle(2)
    stands = handed_off.lead(ANA)
    assert (stands["LL_Stage__c"], stands["LL_Queue__c"]) == ("mql", "needs_data")
    assert stands["LL_Needs_Data__c"] == handed_off.contact(ANA)["ll_needs_data"]
    assert "phone" in str(stands["LL_Needs_Data__c"]).lower()
    assert_quiet(installation)
    world.act("edit", system="hubspot", id=ANA, as_="marketer", phone="+1 202 555 0199")
    installation.settle(2)
    assert handed_off.lead(ANA)["LL_Stage__c"] == "assigned"
    assert handed_off.lead(ANA)["LL_Needs_Data__c"] is None
    assert_quiet(installation)


def test_whom_a_person_took_off_a_list_is_not_put_on_it_again(handed_off: Witness, installation: Installation) -> None:
    person = handed_off.contact(ANA)["hs_object_id"]
    world = installation.simulator
    (with_sales,) = (row for row in world.objects("lists", system="hubspot") if row["name"] == WITH_SALES)
    world.act("edit", system="hubspot", id=ANA, as_="marketer", list_remove=with_sales["listId"])
    installation.settle(3)
    assert handed_off.lists_of(person) == set()
    assert handed_off.moved("member_add") == {(WITH_SALES, person): 1}
    assert_quiet(installation)


def test_a_converted_lead_goes_on_as_its_contact(handed_off: Witness, installation: Installation) -> None:
    world, lead = installation.simulator, handed_off.lead(ANA)["Id"]
    done = world.act("convert", system="salesforce", id=lead, as_="rep")
    since = world.seq()
    installation.settle(3)
    (person,) = (row for row in world.objects("Contact", system="salesforce") if row["Email"] == ANA)
    assert person["LL_Lead_Key__c"] == handed_off.contact(ANA)["ll_lead_key"]
    assert person["LL_Stage__c"] == handed_off.contact(ANA)["ll_stage"]
    after = Witness(simulator=world, since=since)
    assert after.set_to("Lead", lead, "LL_Stage__c") == []
    assert [each for each in after.effects() if each["type"] == "Contact" and "OwnerId" in (each["after"] or {})] == []
    assert done["id"] == lead
    assert_quiet(installation)


def test_two_contacts_that_were_merged_go_on_as_one(handed_off: Witness, installation: Installation) -> None:
    world = installation.simulator
    world.seed(contacts=[contact("ana.private@mail.example")])
    installation.settle(2)
    rows = world.objects("contacts", system="hubspot")
    loser = next(row["id"] for row in rows if row["properties"]["email"] == "ana.private@mail.example")
    world.act("merge", system="hubspot", id=ANA, as_="marketer", loser_id=loser)
    installation.settle(3)
    assert handed_off.contact(ANA)["ll_stage"] == handed_off.lead(ANA)["LL_Stage__c"] == "assigned"
    assert max(handed_off.created().values()) == 1
    assert_quiet(installation)
