"""HubSpot counted by a date of its own: set by a workflow for whom we never qualified, set late, or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.recount import assert_counted
from tests.rig import SimulatorProcess

DATED = """properties:
  - name: hubspot_mql_at
    type: datetime
    fields: { hubspot: became_mql }
"""
COUNTED = "\ncounted:\n  hubspot: { mql: hubspot_mql_at }\n"
BOTH = ("steady", "late", "undated")


def mail(who: str) -> str:
    return f"{who}@globex-{who}.example"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("dates") / "installation", world)
        _add_property(world)
        made.rewrite("mapping.yaml", "properties:\n", DATED)
        reports = made.folder / "reports.yaml"
        reports.write_text(reports.read_text(encoding="utf-8") + COUNTED, encoding="utf-8")
        world.seed(users=USERS)
        made.run()
        _live(made)
        yield made
        made.close()


def _add_property(world: SimulatorProcess) -> None:
    """As an admin of the portal does."""
    wanted = {"name": "became_mql", "label": "Became an MQL", "type": "datetime", "fieldType": "date"}
    answer = requests.post(
        f"{world.hubspot}/crm/v3/properties/contacts",
        json={**wanted, "groupName": "contactinformation"},
        headers={"Authorization": "Bearer pat-na1-simulator"},
        timeout=30,
    )
    assert answer.ok, answer.text


def _live(made: Installation) -> None:
    world = made.simulator
    world.seed(contacts=[contact(mail(who)) for who in (*BOTH, "flow")])
    made.settle(2)
    for who in BOTH:
        world.act("submit_form", system="hubspot", id=mail(who), as_="prospect", form="Demo request", values={})
    made.settle(2)
    dates = {"steady": "2026-09-07T10:00:00Z", "late": "2026-10-02T09:00:00Z", "flow": "2026-09-07T11:00:00Z"}
    for who, at in dates.items():
        world.act("edit", system="hubspot", id=mail(who), as_="marketer", became_mql=at)
    world.act("edit", system="hubspot", id=mail("flow"), as_="marketer", lifecyclestage="marketingqualifiedlead")
    made.settle(2)


@pytest.fixture(scope="module")
def page(office: Installation) -> Any:
    done = office.command("report", "reconcile", "--since", "2026-09-01", "--until", "2026-09-30", "--json")
    assert done.code == 0, done.err
    return done.json()


def steps(page: Any, key: str) -> dict[str, int]:
    table = next(part for part in page["parts"] if part["key"] == key)
    return {row["key"]: row["cells"]["count"]["value"] for row in table["rows"]}


def test_what_a_workflow_set_and_leadloop_never_wrote_is_added_and_what_is_dated_elsewhere_is_taken(page: Any) -> None:
    assert steps(page, "leadloop-hubspot") == {
        "start": 3,
        "not-in-hubspot-later": -1,
        "not-in-hubspot-undated": -1,
        "not-in-leadloop-set-there": 1,
        "end": 2,
    }


def test_the_system_that_nobody_told_says_so(page: Any) -> None:
    assert steps(page, "hubspot-salesforce") == {
        "start": 2,
        "not-in-salesforce-never-told": -1,
        "not-in-hubspot-later": 1,
        "not-in-hubspot-undated": 1,
        "end": 3,
    }


def test_each_is_behind_its_cause(office: Installation) -> None:
    asked = {
        "leadloop-hubspot.not-in-hubspot-later.count": ("late", "dated later: 2 Oct 2026"),
        "leadloop-hubspot.not-in-hubspot-undated.count": ("undated", "shows the stage without this date"),
        "leadloop-hubspot.not-in-leadloop-set-there.count": ("flow", "qualified here: "),
    }
    for name, (who, why) in asked.items():
        command = ("report", "reconcile", "--since", "2026-09-01", "--until", "2026-09-30", "--behind", name, "--json")
        (lead,) = office.command(*command).json()["leads"]
        assert mail(who) in lead["name"]
        assert why in lead["why"]


def test_every_figure_is_what_the_raw_rows_say(office: Installation) -> None:
    assert_counted(office.folder, {"reconcile": 200}, only="reconcile")


def test_a_date_that_nobody_maps_is_found_by_check(office: Installation) -> None:
    reports = office.folder / "reports.yaml"
    kept = reports.read_text(encoding="utf-8")
    reports.write_text(kept.replace(COUNTED, "\ncounted:\n  hubspott: { mql: hubspot_mql }\n"), encoding="utf-8")
    done = office.command("check")
    reports.write_text(kept, encoding="utf-8")
    told = done.out + done.err
    assert done.code != 0
    assert "connection `hubspott` is not defined in leadloop.yaml" in told
    assert "property `hubspot_mql` is not defined in mapping.yaml" in told
    assert "did you mean `hubspot_mql_at`?" in told


def test_who_puts_another_date_back_again_and_again_is_named(
    installation: Installation, world: SimulatorProcess
) -> None:
    rival = {"name": "Date tidy-up", "system": "hubspot", "object": "contacts", "field": "ll_mql_since"}
    world.seed(users=USERS, contacts=[contact(mail("ana"))])
    world.settings(neighbours={"rivals": [{**rival, "value": "2026-03-01T00:00:00Z"}]})
    installation.run()
    world.act("submit_form", system="hubspot", id=mail("ana"), as_="prospect", form="Demo request", values={})
    installation.settle(1)
    installation.settle(8, every_s=300.0)
    name = "leadloop-hubspot.not-in-hubspot-overwritten.count"
    done = installation.command("report", "reconcile", "--since", "2026-09-01", "--behind", name, "--json")
    (lead,) = done.json()["leads"]
    told = "cleared or overwritten there by somebody else: it is written no more, because of workflow Date tidy-up"
    assert lead["why"] == told
