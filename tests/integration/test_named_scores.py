"""A score of one's own beside engagement: seen in both systems, asked for by routing, and quiet at rest."""

import json
from typing import Any

import pytest

from leadloop import cli, exits
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

IDA = "ida@acme.example"
SCORES = """
scores:
  - property: analytics_interest
    label: Interest in Analytics
    cap: 30
    groups:
      - name: Analytics
        rules:
          - name: Analytics guide
            on: [form_submitted]
            where: { all: [{ property: form, operator: contains, value: analytics }] }
            points: 12
            timeframe_days: 30
"""
OWNED, FIELDS = "    role: owned\n", "    fields: { salesforce: LL_Analytics_Interest__c"
PROPERTY = """
  - name: analytics_interest
    label: Interest in Analytics
    type: number
    role: owned
    fields: { salesforce: LL_Analytics_Interest__c, hubspot: ll_analytics_interest }
"""


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    """Ida is known to both systems; the fields for the new number are made."""
    for name, more in (("scoring.yaml", SCORES), ("mapping.yaml", PROPERTY)):
        file = installation.folder / name
        file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    same = {"Company": "Acme", "Title": "VP Operations", "Phone": "+1 202 555 0143"}
    world.seed(
        users=USERS,
        contacts=[contact(IDA)],
        leads=[{"Email": IDA, "FirstName": "Ida", "LastName": "Acme", **same}],
    )
    assert cli.run(["provision", "--yes", "-C", str(installation.folder)]) == exits.OK
    installation.run()
    installation.settle(1)
    return installation


def reads(world: SimulatorProcess, form: str) -> None:
    world.act("submit_form", system="hubspot", id=IDA, as_="prospect", form=form, values={})


def shown(world: SimulatorProcess) -> tuple[Any, Any]:
    """The number in Salesforce and in HubSpot."""
    witness = Witness(simulator=world)
    return witness.lead(IDA)["LL_Analytics_Interest__c"], witness.contact(IDA)["ll_analytics_interest"]


def test_the_number_is_seen_in_both_systems_up_to_its_cap_and_fades_with_time(
    office: Installation, world: SimulatorProcess
) -> None:
    reads(world, "Analytics guide")
    office.settle(2)
    assert shown(world) == (12, "12"), "it moved by more than five, though the person is cold"
    for _ in range(2):
        reads(world, "Analytics guide, second part")
    office.settle(2)
    assert shown(world) == (30, "30")
    since = world.seq()
    office.settle(2)
    assert Witness(simulator=world, since=since).writes() == []
    office.settle(2, every_s=31 * 86_400)
    assert shown(world) == (0, "0"), "woken by the end of the timeframe"


def test_explain_tells_its_lines_and_they_add_up(
    office: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        reads(world, "Analytics guide")
    office.settle(2)
    capsys.readouterr()
    assert cli.run(["explain", IDA, "--json", "-C", str(office.folder)]) == exits.OK
    told = json.loads(capsys.readouterr().out)
    lines = [line for line in told["lines"] if line["score"] == "analytics_interest"]
    assert told["labels"] == {"analytics_interest": "Interest in Analytics"}
    assert cli.run(["explain", IDA, "-C", str(office.folder)]) == exits.OK
    assert "Interest in Analytics together" in capsys.readouterr().out
    assert told["totals"]["analytics_interest"] == 30 == sum(line["points"] for line in lines)
    assert [(line["dimension"], line["rule"], line["events"]) for line in lines] == [("named", "Analytics guide", 3)]


@pytest.mark.parametrize(
    ("file", "said", "instead", "problem"),
    [
        ("scoring.yaml", "property: analytics_interest", "property: score", "`score` is a number of our own"),
        ("mapping.yaml", f"{OWNED}{FIELDS}", FIELDS, "a score needs one of its own"),
    ],
)
def test_a_number_that_would_stand_in_anothers_field_is_refused(
    office: Installation, *, file: str, said: str, instead: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    office.rewrite(file, said, instead)
    assert cli.run(["check", "-C", str(office.folder)]) == exits.CONFIG
    assert problem in capsys.readouterr().err
