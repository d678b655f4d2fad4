"""`leadloop provision`: from systems as their vendors deliver them to a first run; nothing without a word."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from leadloop import cli
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation, install
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"


class Office:
    """An installation whose two systems have nothing of ours."""

    def __init__(self, folder: Path, simulator: SimulatorProcess) -> None:
        self.folder = install(folder, simulator).folder
        self.simulator = simulator
        self.begin = simulator.seq()

    def leadloop(self, *arguments: str) -> int:
        return cli.run([*arguments, "-C", str(self.folder)])

    def made(self, since: int | None = None) -> list[str]:
        """What calls of ours made or changed, by type."""
        lines = self.simulator.log(self.begin if since is None else since)
        asked = [line for line in lines if not line["path"].startswith("/_simulator")]
        return [each["type"] for line in asked for each in line["effects"]]


@pytest.fixture
def office(tmp_path: Path, world: SimulatorProcess) -> Office:
    """On a simulator of its own: what a portal has beside ours counts too."""
    world.settings(provisioned=False)
    return Office(tmp_path / "installation", world)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_two_systems_as_delivered_become_ready_for_a_first_run(
    installation: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    world.settings(provisioned=False)
    here = ("-C", str(installation.folder))
    assert cli.run(["doctor", *here]) == 1
    assert "Run `leadloop provision salesforce`" in capsys.readouterr().out
    assert cli.run(["provision", "--yes", *here]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "Made in salesforce: 56 fields, 2 permission sets, 9 list views, 12 quick actions." in said
    assert cli.run(["doctor", "--json", *here]) == 0
    assert [each["what"] for each in told(capsys)["checks"] if "not there yet" in each["what"]] == []
    world.seed(users=USERS, contacts=[contact(ANA)])
    installation.run()
    world.act("submit_form", system="hubspot", as_="prospect", id=ANA, form="Demo request", values={"message": "Hi"})
    installation.settle(2, every_s=HALF_HOUR_S)
    (lead,) = world.objects("Lead", system="salesforce")
    assert (lead["LL_Stage__c"], lead["Email"]) == ("assigned", ANA)
    assert lead["LL_Score__c"] > 0


def test_the_second_time_everything_is_there_and_nothing_is_made(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.leadloop("provision", "hubspot", "--yes") == 0
    before = office.simulator.seq()
    capsys.readouterr()
    assert office.leadloop("provision", "hubspot", "--yes", "--detailed-exitcode") == 0
    assert capsys.readouterr().out == "hubspot: portal 24600001 (24600001): all 31 things are there.\n"
    assert office.made(before) == []


def test_a_dry_run_shows_what_is_missing_and_makes_nothing(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.leadloop("provision", "hubspot", "--dry-run", "--json") == 0
    (found,) = told(capsys)["connections"]
    standing = {(each["kind"], each["name"]): each["standing"] for each in found["items"]}
    assert standing["property group", "leadloop"] == "missing"
    assert standing["field", "ll_score"] == "missing"
    assert found["counts"]["missing"] == list(standing.values()).count("missing") >= 15
    assert office.leadloop("provision", "hubspot", "--dry-run", "--detailed-exitcode") == 2
    assert office.made() == []


def test_where_nobody_can_be_asked_nothing_is_made(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert office.leadloop("provision", "hubspot") == 2
    said = capsys.readouterr()
    assert "contacts.ll_score" in said.out
    assert said.err.splitlines()[-1] == "Nothing was made in hubspot: nobody could be asked. Say --yes to make it."
    assert office.made() == []


@pytest.mark.parametrize("answer", [True, False], ids=["yes", "no"])
def test_at_a_terminal_a_person_is_asked(office: Office, monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    asked: list[str] = []

    def confirm(text: str, **_: bool) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", confirm)
    assert office.leadloop("provision", "hubspot") == (0 if answer else 2)
    assert asked == ["Make these in hubspot (portal 24600001)?"]
    assert ("properties" in office.made()) is answer


def test_where_setup_is_closed_the_folder_is_the_way(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.simulator.settings(may_customize=False)
    assert office.leadloop("provision", "salesforce", "--yes") == 1
    assert "✗ field Contact.LL_Lead_Key__c and 77 more: Setup is closed" in capsys.readouterr().out
    target = tmp_path / "package"
    assert office.leadloop("provision", "salesforce", "--folder", str(target)) == 0
    assert (target / "package/objects/Lead.object").read_text(encoding="utf-8").count("<fields>") == 27
    assert office.leadloop("provision", "salesforce", "--folder", str(target)) == 78
    assert "is not empty: name a new folder" in capsys.readouterr().err
    assert office.made() == []


def test_a_folder_is_written_without_a_login_too(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = office.folder / "leadloop.yaml"
    text = settings.read_text(encoding="utf-8").replace("leadloop-secret", "not-the-secret")
    settings.write_text(text, encoding="utf-8")
    assert office.leadloop("provision", "--folder", str(tmp_path / "package")) == 0
    assert "salesforce cannot be looked at, so the folder holds everything" in capsys.readouterr().err
    assert (tmp_path / "package/package/package.xml").exists()


def test_a_connection_that_cannot_be_is_said_in_a_sentence(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.leadloop("provision", "crm") == 78
    assert "there is no connection 'crm'; known are hubspot, salesforce" in capsys.readouterr().err
    assert office.leadloop("provision", "hubspot", "--folder", "x") == 78
    assert "only Salesforce does" in capsys.readouterr().err


def test_another_org_behind_the_same_connection_is_not_touched(office: Office) -> None:
    assert office.leadloop("provision", "salesforce", "--dry-run") == 0
    office.simulator.settings(org={"salesforce": "00D5e0000000009EAA"})
    assert office.leadloop("provision", "salesforce", "--yes") == 78
    assert office.made() == []
