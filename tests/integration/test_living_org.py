"""Into an org that is lived in: the survey before the first write, whose a field is, people with several records."""

import json
from collections import Counter
from typing import Any

import pytest

from domain.stage import Stage
from domain.values import LeadId
from leadloop import cli, exits
from store import handoffs, leads
from tests.cast import FAY, USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"
MACHINE = {"email": "sync@your-company.example", "first_name": "Enrichment", "last_name": "Integration"}
TRACKED = [
    {"EntityDefinitionId": "Lead", "QualifiedApiName": name, "IsFieldHistoryTracked": True}
    for name in ("LL_Band__c", "OwnerId")
]
SYSTEMS = "systems:\n"


def lead(email: str = ANA, **more: Any) -> dict[str, Any]:
    return {"FirstName": "Ana", "LastName": "Ruiz", "Company": "Globex", "Email": email, **more}


def asked_for_demo(world: SimulatorProcess, email: str = ANA) -> None:
    world.act("submit_form", system="hubspot", as_="prospect", id=email, form="Demo request", values={"message": "Hi"})


def rows(world: SimulatorProcess, kind: str) -> dict[str, dict[str, Any]]:
    return {row["Id"]: row for row in world.objects(kind, system="salesforce")}


def tasks(world: SimulatorProcess) -> list[str]:
    return [row["WhoId"] for row in world.objects("Task", system="salesforce")]


def writes(world: SimulatorProcess, since: int) -> list[str]:
    return [line["path"] for line in world.log(since) if line["effects"] and "act" not in line]


@pytest.fixture
def contested(world: SimulatorProcess, installation: Installation) -> Installation:
    """A machine writes our band; nothing was pulled yet."""
    world.seed(
        users=[*USERS, MACHINE], leads=[lead()], contacts=[contact(ANA)], salesforce={"FieldDefinition": TRACKED}
    )
    world.act("edit", system="salesforce", id=ANA, LL_Band__c="rival", by_email=MACHINE["email"])
    return installation


def survey(installation: Installation, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    installation.close()
    capsys.readouterr()
    code = cli.run(["survey", "--json", "-C", str(installation.folder)])
    return code, json.loads(capsys.readouterr().out)


def decide(installation: Installation, whose: str) -> None:
    installation.rewrite("mapping.yaml", SYSTEMS, f"decided:\n  salesforce:\n    Lead.LL_Band__c: {whose}\n\n{SYSTEMS}")


def publish(installation: Installation) -> int:
    installation.close()
    return cli.run(["config", "publish", "-C", str(installation.folder)])


def test_a_survey_names_who_else_writes_what_it_could_not_see_and_its_price(
    contested: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    before = world.seq()
    code, found = survey(contested, capsys)
    sent = Counter(line["system"] for line in world.log(before) if not line["path"].endswith("/token"))
    assert code == exits.SOME_FAILED
    verdicts = {(each["connection"], each["object"], each["field"]): each for each in found["fields"]}
    band = verdicts["salesforce", "Lead", "LL_Band__c"]
    assert (band["verdict"], band["decided"]) == ("contested", None)
    assert band["because"] == ["integration Enrichment Integration: 1 change"]
    assert verdicts["salesforce", "Lead", "LL_Score__c"]["verdict"] == "free"
    assert found["undecided"] == 1
    assert {each["name"]: each["calls"] for each in found["connections"]} == sent
    assert writes(world, before) == []


def test_publishing_is_refused_while_a_contested_field_is_undecided(
    contested: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    survey(contested, capsys)
    contested.rewrite("mapping.yaml", "label: Score\n", "label: Score of ours\n")
    in_force = contested.app.installation.rules.hash
    assert publish(contested) == exits.CONFIG
    said = capsys.readouterr().err
    assert "mapping.yaml: salesforce Lead.LL_Band__c is contested: integration Enrichment Integration: 1 change" in said
    assert "    Lead.LL_Band__c: ours # or shared, or theirs" in said
    contested.close()
    assert cli.run(["status", "--json", "-C", str(contested.folder)]) in (exits.OK, exits.SOME_FAILED)
    assert json.loads(capsys.readouterr().out)["draft_differs"] is True, f"{in_force} was not published"
    decide(contested, "shared")
    assert publish(contested) == exits.OK
    assert survey(contested, capsys)[0] == exits.OK


def test_a_field_that_waits_or_is_theirs_is_not_written_and_the_rest_of_the_record_is(
    contested: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    contested.run()
    survey(contested, capsys)
    asked_for_demo(world)
    contested.settle(2)
    assert shown(world) == ("assigned", "rival")
    decide(contested, "theirs")
    assert publish(contested) == exits.OK
    contested.settle(1)
    assert shown(world) == ("assigned", "rival")
    contested.rewrite("mapping.yaml", "Lead.LL_Band__c: theirs", "Lead.LL_Band__c: ours")
    assert publish(contested) == exits.OK
    contested.settle(1)
    assert shown(world) == ("assigned", "A warm")


def shown(world: SimulatorProcess) -> tuple[str, str]:
    (row,) = rows(world, "Lead").values()
    return row["LL_Stage__c"], row["LL_Band__c"]


def test_a_lead_and_a_contact_of_one_person_get_one_handoff_and_the_contact_alone_the_score(
    installation: Installation, world: SimulatorProcess
) -> None:
    made = world.seed(users=USERS, leads=[lead(), lead()], sf_contacts=[
        {"FirstName": "Ana", "LastName": "Ruiz", "Email": ANA, "AccountName": "Globex", "OwnerEmail": FAY}
    ], contacts=[contact(ANA)])  # fmt: skip
    installation.run()
    asked_for_demo(world)
    installation.settle(2)
    (person,) = made["Contact"]
    assert rows(world, "Contact")[person]["LL_Score__c"] > 0
    assert [rows(world, "Lead")[each].get("LL_Score__c") for each in made["Lead"]] == [None, None]
    assert tasks(world) == [person]
    with installation.app.store.read() as tx:
        every = leads.get(tx, [LeadId(number) for number in range(1, 5)])
        assert [each.stage for each in every.values()] == [Stage.ASSIGNED]
        assert [len(each) for each in handoffs.all_of(tx, list(every)).values()] == [1]


def test_the_twin_that_hubspot_s_connector_links_is_the_only_one_touched(
    installation: Installation, world: SimulatorProcess
) -> None:
    old, linked = world.seed(users=USERS, leads=[lead(), lead()])["Lead"]
    world.seed(contacts=[contact(ANA, salesforceleadid=linked)])
    installation.run()
    before = rows(world, "Lead")[old]["SystemModstamp"]
    asked_for_demo(world)
    installation.settle(2)
    assert tasks(world) == [linked]
    assert rows(world, "Lead")[linked]["LL_Score__c"] > 0
    assert rows(world, "Lead")[old]["SystemModstamp"] == before


def test_the_score_moves_with_the_head_and_then_nothing_is_written_any_more(
    installation: Installation, world: SimulatorProcess
) -> None:
    (first,) = world.seed(users=USERS, leads=[lead()], contacts=[contact(ANA)])["Lead"]
    installation.run()
    asked_for_demo(world)
    installation.settle(2)
    was = rows(world, "Lead")[first]
    assert was["LL_Score__c"] > 0
    (person,) = world.seed(sf_contacts=[{"LastName": "Ruiz", "Email": ANA, "AccountName": "Globex"}])["Contact"]
    installation.settle(2)
    now = rows(world, "Contact")[person]
    assert (now["LL_Lead_Key__c"], now["LL_Score__c"]) == (was["LL_Lead_Key__c"], was["LL_Score__c"])
    left = rows(world, "Lead")[first]
    assert [left.get(name) for name in ("LL_Lead_Key__c", "LL_Score__c", "LL_Stage__c", "LL_Why__c")] == [None] * 4
    before = world.seq()
    installation.settle(1)
    assert writes(world, before) == []


def test_duplicates_are_told_as_of_the_last_pull_and_nothing_is_written(
    installation: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    made = world.seed(users=USERS, leads=[lead(), lead(), lead("a.ruiz@globex.example")])["Lead"]
    assert cli.run(["plan", "--pull", "-C", str(installation.folder)]) == exits.OK
    before = world.seq()
    capsys.readouterr()
    assert cli.run(["duplicates", "--json", "-C", str(installation.folder)]) == exits.OK
    found = json.loads(capsys.readouterr().out)
    assert [(each["one_lead"], len(each["records"])) for each in found["groups"]] == [(True, 2), (False, 3)]
    assert [each["id"] for each in found["groups"][1]["heads"]] == [made[0], made[2]], "each lead's own is written to"
    assert found["groups"][0]["heads"] == [
        {"system": "salesforce", "object": "Lead", "id": made[0], "because": "the oldest"}
    ]
    assert cli.run(["duplicates", "--csv", "-C", str(installation.folder)]) == exits.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "group,bond,one_lead,lead_ids,system,object,id,head,because",
        f"{found['groups'][0]['name']},same e-mail,yes,1,salesforce,Lead,{made[0]},yes,the oldest",
    ]
    assert world.log(before) == []


def test_json_and_csv_together_are_a_usage_error(installation: Installation) -> None:
    assert cli.run(["duplicates", "--json", "--csv", "-C", str(installation.folder)]) == exits.USAGE
