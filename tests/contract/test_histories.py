"""The history of given records: who changed which field when, for a counted number of calls."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from domain.survey import Author
from domain.values import Value
from tests.contract.hubspot_rig import HubSpotRig
from tests.contract.salesforce_rig import SalesforceRig
from tests.rig import SimulatorProcess

ANA, BEN, REP = "ana@globex.example", "ben@initech.example", "rep@crm.example"
OURS = "integration@leadloop.example"
DAY = timedelta(days=1)
TRACKED = ("Status", "Rating", "Description", "DoNotCall", "AnnualRevenue")


@pytest.fixture(scope="module")
def world() -> Iterator[SimulatorProcess]:
    """An org that keeps the history of some of a lead's fields, and a portal, which keeps that of everything."""
    with SimulatorProcess() as world:
        tracked = {"EntityDefinitionId": "Lead", "IsFieldHistoryTracked": True}
        world.seed(
            users=[{"email": REP, "first_name": "Rita", "last_name": "Rep"}],
            leads=[{"LastName": "Ruiz", "Company": "Globex", "Email": each} for each in (ANA, BEN)],
            contacts=[{"email": ANA}, {"email": BEN}],
            salesforce={"FieldDefinition": [{**tracked, "QualifiedApiName": name} for name in TRACKED]},
        )
        for email in (ANA, BEN):
            world.act("edit", system="salesforce", id=email, Status="Working - Contacted", Phone="1", by_email=REP)
            world.act("edit", system="salesforce", id=email, Status="Open - Not Contacted", by_email=OURS)
            world.act("edit", system="hubspot", id=email, jobtitle="VP", by_email=REP)
            world.act("edit", system="hubspot", id=email, jobtitle="CEO", by_app="Enricher")
        yield world


@pytest.fixture
def salesforce(world: SimulatorProcess) -> Iterator[SalesforceRig]:
    with ExitStack() as stack:
        yield SalesforceRig(world, stack)
    world.clear()


@pytest.fixture(params=["v3", "2026-03"])
def hubspot(request: pytest.FixtureRequest, world: SimulatorProcess) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(world, stack, generation=request.param)


def lead(world: SimulatorProcess, email: str) -> str:
    (found,) = [row["Id"] for row in world.objects("Lead", system="salesforce") if row["Email"] == email]
    return str(found)


def person(world: SimulatorProcess, email: str) -> str:
    rows = world.objects("contacts", system="hubspot")
    (found,) = [row["id"] for row in rows if row["properties"].get("email") == email]
    return str(found)


def test_salesforce_tells_who_changed_what_it_tracks_and_names_what_it_does_not(salesforce: SalesforceRig) -> None:
    asked = lead(salesforce.simulator, ANA)
    told = salesforce.connector().changes_of(
        "Lead", {"Status", "Phone"}, [asked], since=salesforce.simulator.now() - DAY
    )
    found = sorted(told.changes, key=lambda each: each.at)
    assert {(each.ref.id, each.field) for each in found} == {(asked, "Status")}
    assert {each.author for each in found} == {Author.PERSON, Author.OURS}
    assert told.untracked == {"Phone"}
    assert found[-1].at <= told.at


def test_what_is_older_does_not_count(salesforce: SalesforceRig, hubspot: HubSpotRig) -> None:
    later = salesforce.simulator.now() + DAY
    asked = lead(salesforce.simulator, ANA)
    assert salesforce.connector().changes_of("Lead", {"Status"}, [asked], since=later).changes == ()
    known = person(salesforce.simulator, ANA)
    assert hubspot.connector().changes_of("contacts", {"jobtitle"}, [known], since=later).changes == ()


def test_salesforce_is_asked_about_two_hundred_leads_in_a_call(salesforce: SalesforceRig) -> None:
    connector, since = salesforce.connector(), salesforce.simulator.now() - DAY
    nobody = [f"00Q5e00000{number:05}EAA" for number in range(90_000, 90_249)]
    before = salesforce.simulator.seq()
    connector.changes_of("Lead", {"Status"}, [lead(salesforce.simulator, ANA), *nobody], since=since)
    paths = [line["path"].rpartition("/")[2] for line in salesforce.simulator.log(before)]
    asked = [path for path in paths if path in {"composite", "query", "userinfo"}]
    assert sorted(asked) == ["composite", "composite", "query", "userinfo"]


def test_a_history_that_may_not_be_seen_tells_nothing_and_stands_in_nobody_s_way(salesforce: SalesforceRig) -> None:
    """To Salesforce it is as if it were not there, as that of accounts is in this org."""
    since = salesforce.simulator.now() - DAY
    told = salesforce.connector().changes_of("Account", {"Website"}, ["0015e0000000001AAA"], since=since)
    assert (told.changes, told.untracked) == ((), frozenset({"Website"}))


def test_a_field_that_salesforce_tracks_no_more_has_no_history_that_could_be_the_last_word(
    salesforce: SalesforceRig,
) -> None:
    """What changed since then left no row: the last one that is there is not the last change."""
    world = salesforce.simulator
    (definition,) = [
        row["Id"]
        for row in world.objects("FieldDefinition", system="salesforce")
        if row["QualifiedApiName"] == "Status"
    ]
    world.act("edit", system="salesforce", id=definition, as_="admin", IsFieldHistoryTracked=False)
    told = salesforce.connector().changes_of("Lead", {"Status"}, [lead(world, BEN)], since=world.now() - DAY)
    world.act("edit", system="salesforce", id=definition, as_="admin", IsFieldHistoryTracked=True)
    assert (told.changes, told.untracked) == ((), frozenset({"Status"}))


def test_salesforce_tells_what_a_change_made_but_of_long_text_which_tells_nothing(salesforce: SalesforceRig) -> None:
    world, asked = salesforce.simulator, lead(salesforce.simulator, ANA)
    values: dict[str, Any] = {
        "Rating": "Hot",
        "Description": "Asked for a demo",
        "DoNotCall": True,
        "AnnualRevenue": 1000.5,
    }
    world.act("edit", system="salesforce", id=asked, by_email=REP, **values)
    world.time(advance_s=5)
    world.act("edit", system="salesforce", id=asked, by_email=REP, Rating=None, Description=None)
    connector = salesforce.connector()
    found = connector.changes_of("Lead", set(TRACKED) - {"Status"}, [asked], since=world.now() - DAY).changes
    assert {each.field: each.made for each in sorted(found, key=lambda each: each.at)} == {
        "Rating": (None,),
        "Description": (),
        "DoNotCall": (True,),
        "AnnualRevenue": (pytest.approx(1000.5, abs=0.5),),
    }
    assert {each.made for each in connector.history("Lead", ["Rating"], since=world.now() - DAY, sample=50)} == {()}


def test_what_was_changed_while_salesforce_kept_no_history_is_not_what_the_last_row_made(
    salesforce: SalesforceRig,
) -> None:
    world = salesforce.simulator
    (definition,) = [
        row["Id"]
        for row in world.objects("FieldDefinition", system="salesforce")
        if row["QualifiedApiName"] == "Rating"
    ]
    asked = lead(world, BEN)
    for tracked, value in ((True, "Warm"), (False, "Cold"), (True, "Cold")):
        world.act("edit", system="salesforce", id=definition, as_="admin", IsFieldHistoryTracked=tracked)
        world.act("edit", system="salesforce", id=asked, by_email=REP, Rating=value)
    told = salesforce.connector().changes_of("Lead", {"Rating"}, [asked], since=world.now() - DAY)
    assert ([each.made for each in told.changes], told.untracked) == ([("Warm",)], frozenset())


def test_hubspot_tells_what_each_change_made_in_the_words_of_its_records(hubspot: HubSpotRig) -> None:
    world, asked = hubspot.simulator, person(hubspot.simulator, BEN)
    world.act("edit", system="hubspot", id=asked, as_="admin", hs_email_optout="true", jobtitle="CFO")
    world.time(advance_s=5)
    world.act("edit", system="hubspot", id=asked, as_="admin", hs_email_optout="false", jobtitle="")
    told = hubspot.connector().changes_of("contacts", {"jobtitle", "hs_email_optout"}, [asked], since=world.now() - DAY)
    made: dict[str, tuple[Value, ...]] = {}
    for each in sorted(told.changes, key=lambda each: each.at):
        made[each.field] = (*made.get(each.field, ()), *each.made)
    assert (made["jobtitle"][-2:], made["hs_email_optout"][-2:]) == (("CFO", None), (True, False))


def test_hubspot_tells_who_changed_each_property_of_fifty_contacts_a_call(hubspot: HubSpotRig) -> None:
    connector, asked = hubspot.connector(), person(hubspot.simulator, ANA)
    connector.describe("contacts")
    before = hubspot.simulator.seq()
    told = connector.changes_of(
        "contacts", {"jobtitle", "no_such"}, [asked, *map(str, range(1, 51))], since=hubspot.simulator.now() - DAY
    )
    found = sorted(told.changes, key=lambda each: each.at)
    assert [(each.ref.id, each.field, each.author, each.name) for each in found] == [
        (asked, "jobtitle", Author.PERSON, ""),
        (asked, "jobtitle", Author.INTEGRATION, "Enricher"),
    ]
    assert told.untracked == {"no_such"}
    reads = [line["path"] for line in hubspot.simulator.log(before) if line["path"].endswith("/batch/read")]
    assert len(reads) == 2
