"""Two systems with words of their own: each is written in its own, and neither is written twice."""

import json
from typing import Any

import pytest

from domain.misfit import Why
from leadloop import cli, exits
from store import misfits
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANN, BOB = "ann@acme.example", "bob@acme.example"
PLAIN = "fields: { salesforce: { Lead: Industry }, hubspot: industry }\n"
WORDED = (
    "fields:\n"
    "      salesforce:\n        field: { Lead: Industry }\n"
    "        read: ['map(Technology=software, Banking=finance, Retail=retail)']\n"
    "      hubspot: industry\n"
)
RULE = "    sync: Don't sync\n    transforms: [trim]\n  - name: opted_out\n"


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ann and Bob, known to both systems, with an industry in one of them each."""
    installation.rewrite("mapping.yaml", PLAIN, WORDED)
    installation.rewrite("mapping.yaml", RULE, RULE.replace("Don't sync", "Two-way"))
    same = {"Company": "Acme", "Title": "VP Operations", "Phone": "+1 202 555 0143", "Country": "United States"}
    world.seed(
        users=USERS,
        contacts=[contact(ANN, industry="software"), contact(BOB, industry="", country="")],
        leads=[
            {"Email": ANN, "FirstName": "Ann", "LastName": "Acme", **same},
            {"Email": BOB, "FirstName": "Bob", "LastName": "Acme", "Industry": "Banking", **same, "Country": "uk"},
        ],
    )
    installation.run()
    installation.settle(1)
    return installation


def industries(world: SimulatorProcess, email: str) -> tuple[Any, Any]:
    witness = Witness(simulator=world)
    return witness.lead(email)["Industry"], witness.contact(email)["industry"]


def publish(office: Installation) -> None:
    assert cli.run(["config", "publish", "-C", str(office.folder)]) == exits.OK


def explained(office: Installation, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What `explain --mapping` shows of Ann."""
    capsys.readouterr()
    assert cli.run(["explain", ANN, "--mapping", *options, "-C", str(office.folder)]) == exits.OK
    return capsys.readouterr().out


def test_the_words_of_a_picklist_cross_both_ways_and_a_second_cycle_writes_nothing(
    office: Installation, world: SimulatorProcess
) -> None:
    witness = Witness(simulator=world)
    assert industries(world, ANN) == ("Technology", "software")
    assert industries(world, BOB) == ("Banking", "finance")
    assert (witness.lead(BOB)["Country"], witness.contact(BOB)["country"]) == ("uk", "United Kingdom")
    since = world.seq()
    office.settle(2)
    assert Witness(simulator=world, since=since).writes() == []
    world.act("edit", system="salesforce", id=witness.lead(ANN)["Id"], as_="rep", Industry="Retail")
    world.act("edit", system="hubspot", id=BOB, as_="marketer", industry="software")
    office.settle(2)
    assert industries(world, ANN) == ("Retail", "retail")
    assert industries(world, BOB) == ("Technology", "software")
    since = world.seq()
    office.settle(2)
    assert Witness(simulator=world, since=since).writes() == []


def test_a_word_that_the_map_lacks_stays_at_home_and_is_seen(
    office: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    world.act("edit", system="hubspot", id=ANN, as_="marketer", industry="mining")
    office.settle(2)
    assert industries(world, ANN) == ("Technology", "mining")
    mapping = json.loads(explained(office, capsys, "--json"))["mapping"]
    rows = {row["system"]: row for row in mapping if row["property"] == "industry"}
    seen = {name: (row["shows"], row["read_as"], row["lead_has"], row["writes"]) for name, row in rows.items()}
    assert seen == {
        "salesforce": ("Technology", "software", "mining", False),
        "hubspot": ("mining", "mining", "mining", False),
    }
    no_word = "map(Technology=software, Banking=finance, Retail=retail) has no word for it"
    assert rows["salesforce"]["note"] == no_word
    assert "has no word for it" in " ".join(explained(office, capsys).split())
    with office.app.store.read() as tx:
        (kept,) = misfits.blocked(tx)
    assert (str(kept.column), kept.why, kept.values) == ("salesforce Lead.Industry", Why.UNSAID, 1)
    office.rewrite("mapping.yaml", "Retail=retail)", "Retail=retail, Energy=mining)")
    publish(office)
    office.settle(2)
    assert industries(world, ANN) == ("Energy", "mining")


def test_new_words_published_over_a_running_mapping_rewrite_nothing_that_is_equal(
    office: Installation, world: SimulatorProcess
) -> None:
    since = world.seq()
    office.rewrite("mapping.yaml", "        write: [country_name]\n", "        write: ['country_name(iso)']\n")
    office.rewrite("mapping.yaml", "hubspot: { field: country, write: [country_name] }", "hubspot: country")
    publish(office)
    office.settle(2)
    assert Witness(simulator=world, since=since).writes() == []


def test_a_reason_that_one_system_has_shortened_stays_whole_in_the_other(
    office: Installation, world: SimulatorProcess
) -> None:
    plain = "fields: { salesforce: LL_Why__c, hubspot: ll_why }"
    office.rewrite("mapping.yaml", plain, plain.replace("LL_Why__c", "{ field: LL_Why__c, write: [truncate(9)] }"))
    publish(office)
    world.act("submit_form", system="hubspot", id=ANN, as_="prospect", form="Demo request", values={})
    office.settle(1)
    since = world.seq()
    office.settle(2)
    witness = Witness(simulator=world)
    assert witness.lead(ANN)["LL_Why__c"] == "Asked for"
    assert witness.contact(ANN)["ll_why"].startswith("Asked for a demo")
    assert Witness(simulator=world, since=since).writes() == []


def test_a_field_that_takes_nothing_of_what_would_be_written_is_told_before_it_is_in_force(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    installation.run()
    wrong = PLAIN.replace("Industry", "AnnualRevenue")
    installation.rewrite("mapping.yaml", PLAIN, wrong)
    installation.rewrite("mapping.yaml", RULE, RULE.replace("Don't sync", "Always use HubSpot"))
    assert cli.run(["config", "publish", "--dry-run", "-C", str(installation.folder)]) == exits.OK
    said = " ".join(capsys.readouterr().err.split())
    assert "salesforce Lead.AnnualRevenue takes a number, and industry is written there as text" in said
    assert "Say in mapping.yaml how it is written there (`write` under `fields: {salesforce: ...}`)" in said
