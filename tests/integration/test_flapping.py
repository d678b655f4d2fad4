"""A workflow that puts its own value back: leadloop is the one that stops, and says who it is."""

import json
from typing import Any

import pytest

from leadloop import cli, exits
from tests.cast import SAM, USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

ANA, BEN, CLEO = "ana.ruiz@globex.example", "ben.cole@initech.example", "cleo.dahl@hooli.example"
FIVE_MIN_S = 300.0
IN_SALESFORCE = {"name": "Band tidy-up", "system": "salesforce", "object": "Lead", "field": "LL_Band__c", "value": "X"}
IN_HUBSPOT = {"name": "Band tidy-up", "system": "hubspot", "object": "contacts", "field": "ll_band", "value": "X"}
TRACKED = [{"EntityDefinitionId": "Lead", "QualifiedApiName": "LL_Band__c", "IsFieldHistoryTracked": True}]
KEY_TRACKED = [{"EntityDefinitionId": "Lead", "QualifiedApiName": "LL_Lead_Key__c", "IsFieldHistoryTracked": True}]


def written(world: SimulatorProcess, field: str, since: int = 0) -> dict[str, int]:
    """How often we wrote a field, by record."""
    found: dict[str, int] = {}
    for line in world.log(since):
        for effect in () if "act" in line else line["effects"]:
            if effect["op"] == "update" and field in (effect["after"] or {}):
                found[effect["id"]] = found.get(effect["id"], 0) + 1
    return found


def ask(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", as_="prospect", id=email, form="Demo request", values={"message": "Hi"})


def told(installation: Installation, capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    installation.close()
    capsys.readouterr()
    assert cli.run([*command, "--json", "-C", str(installation.folder)]) == exits.OK
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def fought(installation: Installation, world: SimulatorProcess) -> Installation:
    """One lead whose band a Salesforce flow puts back within two minutes."""
    lead = {"LastName": "Ruiz", "Company": "Globex", "Email": ANA}
    world.seed(users=USERS, leads=[lead], contacts=[contact(ANA)])
    world.seed(salesforce={"FieldDefinition": [*TRACKED, *KEY_TRACKED]})
    world.settings(neighbours={"rivals": [IN_SALESFORCE]})
    installation.run()
    ask(world, ANA)
    installation.settle(1)
    return installation


def test_a_field_that_is_put_back_three_times_is_stopped_and_named_and_the_rest_goes_on(
    fought: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    fought.settle(8, every_s=FIVE_MIN_S)
    (lead,) = world.objects("Lead", system="salesforce")
    assert written(world, "LL_Band__c") == {lead["Id"]: 3}
    assert lead["LL_Band__c"] == "X"
    stopped = told(fought, capsys, "errors", "list")["stopped"]
    assert [(each["connection"], each["field"], each["records"], each["by"]) for each in stopped] == [
        ("salesforce", "Lead.LL_Band__c", 1, "integration Automated Process")
    ]
    status = told(fought, capsys, "status")
    assert status["stopped"] == stopped
    assert "others keep overwriting them: salesforce Lead.LL_Band__c" in status["reason"]
    world.act("accept", system="salesforce", id=ANA)
    fought.settle(2, every_s=FIVE_MIN_S)
    (lead,) = world.objects("Lead", system="salesforce")
    assert (lead["LL_Stage__c"], lead["LL_Band__c"]) == ("accepted", "X")
    (person,) = world.objects("contacts", system="hubspot")
    assert person["properties"]["ll_band"] not in (None, "X"), "in the other system nobody fights over it"


def test_an_admin_lets_a_stopped_field_be_written_again(fought: Installation, world: SimulatorProcess) -> None:
    fought.settle(6, every_s=FIVE_MIN_S)
    world.settings(neighbours={"rivals": []})
    before = world.seq()
    fought.settle(1, every_s=FIVE_MIN_S)
    assert written(world, "LL_Band__c", before) == {}
    fought.close()
    resume = ["errors", "resume", "salesforce", "Lead.LL_Band__c", "-C", str(fought.folder)]
    assert cli.run(resume) == exits.OK
    fought.settle(1, every_s=FIVE_MIN_S)
    (lead,) = world.objects("Lead", system="salesforce")
    assert written(world, "LL_Band__c", before) == {lead["Id"]: 1}
    assert lead["LL_Band__c"] != "X"
    fought.close()
    assert cli.run(resume) == exits.BAD_DATA


def test_a_field_lost_on_many_records_is_left_alone_on_all_of_them(
    installation: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    installation.rewrite("leadloop.yaml", "go_live:", "neighbours: { stop_field_records: 2 }\ngo_live:")
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)])
    world.settings(neighbours={"rivals": [IN_HUBSPOT]})
    installation.run()
    ask(world, ANA)
    ask(world, BEN)
    installation.settle(1)
    installation.settle(4, every_s=FIVE_MIN_S)
    world.seed(contacts=[contact(CLEO)])
    ask(world, CLEO)
    installation.settle(2)
    rows = {row["id"]: row["properties"] for row in world.objects("contacts", system="hubspot")}
    assert {rows[each]["email"]: count for each, count in written(world, "ll_band").items()} == {ANA: 3, BEN: 3}
    assert {each["ll_stage"] for each in rows.values()} == {"assigned"}
    (stopped,) = told(installation, capsys, "status")["stopped"]
    assert (stopped["field"], stopped["everywhere"], stopped["by"]) == (
        "contacts.ll_band",
        True,
        "workflow Band tidy-up",
    )


def test_an_owner_that_a_workflow_gives_back_is_followed_and_not_fought_over(
    installation: Installation, world: SimulatorProcess
) -> None:
    rival = {"name": "Territories", "system": "salesforce", "object": "Lead", "field": "OwnerId", "value": SAM}
    lead = {"LastName": "Ruiz", "Company": "Globex", "Email": ANA}
    world.seed(users=USERS, leads=[lead], contacts=[contact(ANA)])
    world.settings(neighbours={"rivals": [rival]})
    installation.run()
    ask(world, ANA)
    installation.settle(1)
    installation.settle(4, every_s=FIVE_MIN_S)
    (row,) = world.objects("Lead", system="salesforce")
    emails = {user["Id"]: user["Email"] for user in world.objects("User", system="salesforce")}
    assert emails[row["OwnerId"]] == SAM
    assert written(world, "OwnerId") == {row["Id"]: 1}
    owners = {owner["id"]: owner["email"] for owner in world.objects("owners", system="hubspot")}
    (person,) = world.objects("contacts", system="hubspot")
    assert owners[person["properties"]["hubspot_owner_id"]] == SAM
