"""Gates: whom a connection is for, judged at the simulator's end; the counts are judged by a look at everybody."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from domain.errors import SettingsError
from domain.rule_problem import RuleFile
from leadloop import cli, exits
from leadloop.commands.gates import counted
from leadloop.status_of import look_at
from reports.gates import GateReport
from store import outbox
from tests.cast import REPS, USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

NUMBERS = count(1)
GATES = """\
    gates:
      write:
        none:
          - {property: city, operator: in, value: [Havana, Tehran]}
      read:
        none:
          - {property: city, operator: equals, value: Lima}
      create:
        expr: lead.city.size() > 2
    create: create_at_mql"""
KEPT_OUT = "kept out of salesforce by its write gate: city in (Havana, Tehran)"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("office") / "installation", world)
        made.rewrite("mapping.yaml", "    create: create_at_mql", GATES)
        world.seed(users=USERS)
        made.run()
        yield made
        made.close()


@pytest.fixture
def world(office: Installation) -> SimulatorProcess:
    return office.simulator


def only_in_hubspot(world: SimulatorProcess, **more: Any) -> str:
    email = f"ana.ruiz@globex{next(NUMBERS)}.example"
    world.seed(contacts=[contact(email, **more)])
    return email


def in_both(world: SimulatorProcess, *, lead: dict[str, Any] | None = None, **more: Any) -> str:
    email = only_in_hubspot(world, **more)
    person = contact(email, **more)
    row = {"FirstName": person["firstname"], "LastName": person["lastname"], "Company": person["company"]}
    world.seed(leads=[{**row, "Email": email, "Title": person["jobtitle"], "Phone": person["phone"], **(lead or {})}])
    return email


def ask(office: Installation, world: SimulatorProcess, email: str) -> Witness:
    since = world.seq()
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    office.settle(2)
    return Witness(simulator=world, since=since)


def moves_to(office: Installation, world: SimulatorProcess, email: str, city: str) -> Witness:
    since = world.seq()
    world.act("edit", system="hubspot", id=email, as_="marketer", city=city)
    office.settle(2)
    return Witness(simulator=world, since=since)


def writes(witness: Witness, system: str) -> list[str]:
    return [line["path"] for line in witness.writes() if line["system"] == system]


def gates(office: Installation) -> dict[str, GateReport]:
    return {each.way.value: each for each in counted(office.app)[0]}


def test_who_asks_to_be_called_behind_a_closed_gate_waits_in_sight_and_comes_to_a_rep_once_it_opens(
    office: Installation, world: SimulatorProcess
) -> None:
    ana = only_in_hubspot(world, city="Havana")
    witness = ask(office, world, ana)
    shown = witness.contact(ana)
    assert (shown["ll_stage"], shown["ll_queue"], shown["ll_needs_data"]) == ("mql", "needs_data", KEPT_OUT)
    assert writes(witness, "salesforce") == []
    assert gates(office)["write"].kept_from_reps == 1
    witness = moves_to(office, world, ana, "Miami")
    assert witness.owner(ana) in REPS
    assert len(witness.tasks(witness.lead(ana)["Id"])) == 1
    assert gates(office)["write"].kept_from_reps == 0


def test_a_create_gate_keeps_people_from_being_created_and_nobody_from_being_written(
    office: Installation, world: SimulatorProcess
) -> None:
    new, known = only_in_hubspot(world, city="X"), in_both(world, city="X")
    witness = ask(office, world, new)
    assert witness.leads(new) == []
    assert witness.contact(new)["ll_needs_data"].startswith("kept out of salesforce by its create gate: not: lead.city")
    witness = ask(office, world, known)
    assert witness.owner(known) in REPS
    assert witness.lead(known)["LL_Stage__c"] == "assigned"


def test_a_gate_that_cannot_be_told_is_closed_and_shown(office: Installation, world: SimulatorProcess) -> None:
    ana = only_in_hubspot(world)
    witness = ask(office, world, ana)
    assert witness.leads(ana) == []
    why = "cannot be told: lead.city is blank: ask has(lead.city) first"
    assert witness.contact(ana)["ll_needs_data"] == f"kept out of salesforce by its create gate: {why}"
    assert gates(office)["create"].errs >= 1
    (unjudged,) = {each.problem for each in look_at(office.app).unjudged}
    assert (unjudged.file, unjudged.rule) == (RuleFile.MAPPING, "the create gate of salesforce")


def test_a_gate_that_closes_takes_nothing_away(office: Installation, world: SimulatorProcess) -> None:
    ana = in_both(world)
    before = ask(office, world, ana)
    held, tasks = before.lead(ana), before.tasks(before.lead(ana)["Id"])
    assert held["LL_Stage__c"] == "assigned"
    witness = moves_to(office, world, ana, "Tehran")
    after = witness.lead(ana)
    assert writes(witness, "salesforce") == []
    changed = {name for name in held if after[name] != held[name]} - {"LastModifiedDate", "SystemModstamp"}
    assert changed == set(), "the city stays at home, and all else stays as it was"
    assert witness.tasks(after["Id"]) == tasks
    assert witness.contact(ana)["ll_stage"] == "assigned", "HubSpot goes on"


def test_a_no_crosses_a_closed_write_gate_and_nothing_else_does(office: Installation, world: SimulatorProcess) -> None:
    ana = in_both(world, city="Havana")
    office.settle(2)
    since = world.seq()
    world.act("edit", system="hubspot", id=ana, as_="marketer", jobtitle="CEO", hs_email_optout=True)
    office.settle(2)
    witness = Witness(simulator=world, since=since)
    lead = witness.lead(ana)
    assert (lead["HasOptedOutOfEmail"], lead["Title"], lead["City"]) == (True, "VP Operations", None)
    assert len(writes(witness, "salesforce")) == 1


def test_what_a_system_says_behind_its_closed_read_gate_stays_there(
    office: Installation, world: SimulatorProcess
) -> None:
    ana = in_both(world, jobtitle=None, city="Lima", lead={"Title": "Wizard", "City": "Lima"})
    office.settle(2)
    assert Witness(simulator=world).contact(ana).get("jobtitle") is None
    world.act("edit", system="salesforce", id=Witness(simulator=world).lead(ana)["Id"], as_="admin", City="Cusco")
    office.settle(2)
    witness = Witness(simulator=world)
    assert (witness.contact(ana)["jobtitle"], witness.contact(ana)["city"]) == ("Wizard", "Cusco"), "they met anew"


def test_a_write_that_waits_to_be_tried_again_is_taken_back_when_its_gate_closes(
    office: Installation, world: SimulatorProcess
) -> None:
    ana = in_both(world, city="Miami", lead={"City": "Miami"})
    office.settle(2)
    world.act("edit", system="hubspot", id=ana, as_="marketer", mobilephone="+1 202 555 0177")
    world.fault(
        "partial_failure", system="salesforce", method="PATCH", path="composite/sobjects$", code="LIMIT_EXCEEDED"
    )
    office.run(after_s=60)
    lead = Witness(simulator=world).lead(ana)["Id"]
    world.act("edit", system="salesforce", id=lead, as_="admin", City="Havana")
    office.settle(3)
    assert Witness(simulator=world).lead(ana)["MobilePhone"] is None
    with office.app.store.read() as tx:
        assert list(outbox.list_open(tx)) == []


def test_the_counts_are_those_of_a_look_at_every_person(
    office: Installation, world: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    office.settle(1)
    people = world.objects("contacts", system="hubspot")
    cities = [row["properties"].get("city") for row in people if not row["archived"]]
    out = sum(city in {"Havana", "Tehran"} for city in cities)
    words = "city in (Havana, Tehran)"
    where, passing = ("-C", str(office.folder)), len(cities) - out
    assert cli.run(["gates", "--json", "--connection", "salesforce", *where]) == exits.OK
    (write,) = (each for each in json.loads(capsys.readouterr().out)["gates"] if each["gate"] == "write")
    assert (write["pass"], write["do_not"], write["causes"]) == (passing, out, [{"what": words, "leads": out}])
    assert cli.run(["gates", *where]) == exits.OK
    line = f"salesforce write  {passing} pass · {out} do not: {words} {out}"
    assert line in capsys.readouterr().out.splitlines()
    with pytest.raises(SettingsError, match="knows no system 'salesfroce'"):
        counted(office.app, "salesfroce")


def test_publishing_another_gate_tells_who_goes_out_and_who_comes_in(
    office: Installation, world: SimulatorProcess
) -> None:
    before = gates(office)["write"].closed
    boston = only_in_hubspot(world, city="Boston")
    office.settle(1)
    office.rewrite("mapping.yaml", "[Havana, Tehran]", "[Boston]")
    effect = office.command("config", "publish", "--json").json()["effect"]
    assert effect["gates"] == [{"connection": "salesforce", "gate": "write", "out": 1, "in": before}]
    office.settle(1)
    assert gates(office)["write"].closed == 1
    assert Witness(simulator=world).leads(boston) == []


def test_without_gates_nothing_is_left_of_them(office: Installation, world: SimulatorProcess) -> None:
    """Runs last: from here on the connection is for everybody."""
    ana = only_in_hubspot(world, city="Boston")
    assert ask(office, world, ana).leads(ana) == []
    text = (office.folder / "mapping.yaml").read_text(encoding="utf-8")
    gated = text[text.index("    gates:\n") : text.index("    create: create_at_mql")]
    office.rewrite("mapping.yaml", gated, "")
    assert office.command("config", "publish").code == exits.OK
    office.settle(2)
    assert Witness(simulator=world).owner(ana) in REPS
    assert gates(office) == {}
