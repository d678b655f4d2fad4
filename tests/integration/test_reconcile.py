"""An office in which HubSpot, Salesforce and leadloop count differently, each difference made by its real cause."""

import csv
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.postgres import PostgresServer
from tests.recount import assert_counted
from tests.rig import SimulatorProcess

GATE = """\
    gates:
      write:
        none:
          - {property: city, operator: equals, value: Havana}
    create: create_at_mql"""
RULES = [
    {"object": "Lead", "when": [{"field": "FirstName", "value": "Refused"}], "message": "Who sent them?"},
    {
        "object": "Lead",
        "when": [{"field": "FirstName", "value": "Stuck"}, {"field": "LL_MQL_Since__c", "test": "filled"}],
        "message": "No MQLs before they are checked.",
    },
]
"""What an admin of Salesforce lets nobody save."""
REFUSED = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
IN_BOTH = ("steady", "deleted", "twin", "converted", "erased", "rejected")
SEPTEMBER = ("--since", "2026-09-01", "--until", "2026-09-30")


def mail(who: str) -> str:
    return f"{who}@globex-{who}.example"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    server: PostgresServer | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
    url = server.create_store("reconcile_office") if server is not None else None
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("office") / "installation", world, database_url=url)
        made.rewrite("mapping.yaml", "    create: create_at_mql", GATE)
        world.seed(users=USERS)
        made.run()
        _people(made)
        _quarrels(made)
        yield made
        made.close()
    if server is not None:
        server.drop_database("reconcile_office")


def ask(world: SimulatorProcess, who: str) -> None:
    world.act("submit_form", system="hubspot", id=mail(who), as_="prospect", form="Demo request", values={})


def _people(made: Installation) -> None:
    """Who comes to be an MQL, in both systems but for who is kept out of one, or refused by it."""
    world = made.simulator
    world.seed(contacts=[contact(mail(who)) for who in (*IN_BOTH, "flow", "refused")])
    world.seed(contacts=[contact(mail("gated"), city="Havana")])
    stuck = {"FirstName": "Stuck", "LastName": "Stuck", "Company": "Globex", "Email": mail("stuck")}
    world.seed(contacts=[contact(mail("stuck"))], leads=[stuck])
    made.settle(2)
    for who in (*IN_BOTH, "gated"):
        ask(world, who)
    made.settle(2)
    world.act("edit", system="salesforce", id="settings", as_="admin", validation_rules=RULES)
    for who in ("refused", "stuck"):
        ask(world, who)
    made.settle(1)


def _quarrels(made: Installation) -> None:
    """What people and machines did to it afterwards."""
    world = made.simulator
    lead = {row["Email"]: row for row in world.objects("Lead", system="salesforce")}
    copied = {"LastName": "Twin", "Company": "Globex", "Email": mail("twin")}
    world.seed(leads=[{**copied, "LL_MQL_Since__c": lead[mail("twin")]["LL_MQL_Since__c"]}])
    world.act("delete", system="salesforce", id=lead[mail("deleted")]["Id"])
    world.act("convert", system="salesforce", id=lead[mail("converted")]["Id"])
    world.act("edit", system="salesforce", id=lead[mail("rejected")]["Id"], as_="rep", LL_Outcome__c="No budget")
    world.act("edit", system="hubspot", id=mail("flow"), as_="marketer", lifecyclestage="marketingqualifiedlead")
    made.settle(3)
    made.close()
    done = made.command("erase", mail("erased"), "--reason", "DSR-17", "--yes")
    assert done.code == 0, done.err


@pytest.fixture(scope="module")
def page(office: Installation) -> Any:
    return told(office, *SEPTEMBER)


def told(office: Installation, *arguments: str) -> Any:
    done = office.command("report", "reconcile", *arguments, "--json")
    assert done.code == 0, done.err
    return done.json()


def rows_of(page: Any, key: str) -> dict[str, dict[str, Any]]:
    """Row → cells of one table."""
    table = next(part for part in page["parts"] if part["key"] == key)
    return {row["key"]: row["cells"] for row in table["rows"]}


def values(page: Any, key: str, column: str = "count") -> dict[str, int]:
    return {name: cells[column]["value"] for name, cells in rows_of(page, key).items() if cells[column]}


def test_each_system_is_counted_as_its_own_report_would(page: Any) -> None:
    assert values(page, "count") == {"leadloop": 9, "hubspot": 7, "salesforce": 5}
    assert values(page, "count", "people") == {"leadloop": 9, "hubspot": 7, "salesforce": 3, "all": 9}


def test_from_one_to_the_other_every_step_has_its_cause_and_they_add_up(page: Any) -> None:
    assert values(page, "leadloop-salesforce") == {
        "start": 9,
        "not-in-salesforce-erased": -1,
        "not-in-salesforce-excluded": -1,
        "not-in-salesforce-creation-refused": -1,
        "not-in-salesforce-deleted": -1,
        "not-in-salesforce-refused": -1,
        "not-in-salesforce-ended": -1,
        "more-salesforce-converted": 1,
        "more-salesforce-duplicates": 1,
        "end": 5,
    }
    assert values(page, "leadloop-hubspot") == {
        "start": 9,
        "not-in-hubspot-erased": -1,
        "not-in-hubspot-ended": -1,
        "end": 7,
    }
    between = values(page, "hubspot-salesforce")
    assert sum(between.values()) - between["end"] == between["end"]


WHO = {
    "not-in-salesforce-excluded": ("gated", "kept out by a gate: city equals Havana"),
    "not-in-salesforce-creation-refused": ("refused", f"creation refused: {REFUSED}"),
    "not-in-salesforce-deleted": ("deleted", "deleted there"),
    "not-in-salesforce-refused": ("stuck", f"the write was refused: {REFUSED}"),
    "not-in-salesforce-ended": ("rejected", "the pass is over, and its date was cleared"),
    "more-salesforce-converted": ("converted", "converted Leads beside their Contacts"),
    "more-salesforce-duplicates": ("twin", "more records of one person"),
}


def test_each_lead_stands_behind_its_step_with_its_cause(office: Installation) -> None:
    for step, (who, why) in WHO.items():
        done = office.command(
            "report", "reconcile", *SEPTEMBER, "--behind", f"leadloop-salesforce.{step}.count", "--json"
        )
        (lead,) = done.json()["leads"]
        assert mail(who) in lead["name"]
        assert lead["why"] == why


def test_who_is_counted_anywhere_is_told_with_every_difference(office: Installation) -> None:
    done = office.command("report", "reconcile", *SEPTEMBER, "--behind", "count.all.people", "--csv")
    rows = list(csv.DictReader(StringIO(done.out)))
    assert len(rows) == 9
    why = {row["name"]: row["why"] for row in rows}
    assert [each for name, each in why.items() if mail("steady") in name] == [""]
    (erased,) = (each for name, each in why.items() if "@" not in name)
    assert erased == "not in hubspot: erased: only dates are left; not in salesforce: erased: only dates are left"


def test_what_somebody_else_set_without_a_date_is_said_and_not_guessed(page: Any) -> None:
    assert rows_of(page, "count")["hubspot"]["undated"]["value"] == 1
    (words,) = (each for each in page["missing"] if "somebody else" in each["what"])
    assert words["what"].startswith("hubspot shows 1 lead at the stage")
    assert "`counted.hubspot.mql` in reports.yaml" in words["mend"]


def test_nothing_is_unexplained(page: Any) -> None:
    causes = rows_of(page, "why")
    assert next(iter(causes)) == "unexplained"
    assert [cell["value"] for cell in causes["unexplained"].values() if isinstance(cell, dict)] == [0, 0, 0]


def test_the_page_says_by_which_field_each_is_counted_and_until_when_it_was_read(page: Any) -> None:
    counted = rows_of(page, "count")
    assert counted["hubspot"]["by"] == "ll_mql_since (contacts)"
    assert counted["salesforce"]["by"] == "LL_MQL_Since__c (Contact, Lead)"
    assert "Mon 7 Sep 2026" in counted["salesforce"]["read"]


def test_every_form_says_the_same(office: Installation, page: Any, tmp_path: Path) -> None:
    rows = csv.DictReader(StringIO(office.command("report", "reconcile", *SEPTEMBER, "--csv").out))
    listed = {row["name"]: row["value"] for row in rows}
    figures = {
        cell["name"]: cell["value"]
        for part in page["parts"]
        for row in part["rows"]
        for cell in row["cells"].values()
        if isinstance(cell, dict)
    }
    assert listed == {name: str(value) for name, value in figures.items()}
    shown = office.command("report", "reconcile", *SEPTEMBER).out
    assert "− not in salesforce: deleted there" in shown
    asked = f"leadloop report reconcile --what mql {' '.join(SEPTEMBER)} --behind"
    assert asked in office.command("report", "reconcile", *SEPTEMBER).err
    file = tmp_path / "reconcile.html"
    office.command("report", "reconcile", *SEPTEMBER, "--html", str(file))
    text = file.read_text(encoding="utf-8")
    assert "From leadloop to salesforce" in text
    assert "<li><bdi>Deleted Deleted</bdi>" in text
    assert '<span class="cause">not in salesforce: deleted there</span>' in text
    assert "app.hubspot.com/contacts/" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_days_it_is_the_last_whole_month(office: Installation) -> None:
    whole = told(office)
    assert whole["window"]["words"] == "Sat 1 Aug to Mon 31 Aug 2026, UTC"
    assert values(whole, "count") == {"leadloop": 0, "hubspot": 0, "salesforce": 0}
    assert told(office, "--until", "2026-09-07")["window"]["words"].startswith("Tue 1 Sep to Mon 7 Sep")


@pytest.mark.parametrize("what", ["sal", "sql", "opportunity", "customer"])
def test_any_stage_can_be_counted(office: Installation, what: str) -> None:
    found = told(office, "--what", what, *SEPTEMBER)
    assert rows_of(found, "count")["leadloop"]["count"]["value"] in {0, 1}
    uncounted = [each["what"] for each in found["missing"] if "shows no date of this stage" in each["what"]]
    assert len(uncounted) == (2 if what in {"opportunity", "customer"} else 0)


WRONG = {
    "an unknown stage": (("--what", "mqls"), 64, "mqls"),
    "an empty window": (("--since", "2026-09-08", "--until", "2026-09-07"), 64, "The window is empty"),
    "an unknown figure": (("--behind", "count.hubspo.count"), 64, "did you mean `count.hubspot.count`?"),
}


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_question_gets_one_sentence(
    office: Installation, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = office.command("report", "reconcile", *arguments)
    assert (done.code, done.out) == (code, "")
    assert words in done.err


def test_every_figure_is_what_the_raw_rows_say(office: Installation) -> None:
    assert_counted(office.folder, {"reconcile": 200}, only="reconcile")
