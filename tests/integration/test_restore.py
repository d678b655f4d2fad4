"""A backup of yesterday is put back: what was done since is found in the systems, and nothing is done twice."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.stage import Stage
from leadloop import exits
from store import leads
from tests.cast import USERS, contact
from tests.desk import Desk
from tests.fresh import FreshSimulator
from tests.installation import Installation, install
from tests.postgres import BINARIES, PostgresServer
from tests.rig import SimulatorProcess
from tests.traces import traces
from tests.witness import Witness

ANA, BEN, CLEO, DORA, EVE, FINN = (f"{name}@{name}.example" for name in ("ana", "ben", "cleo", "dora", "eve", "finn"))
EVERYBODY = (ANA, BEN, CLEO, DORA, EVE, FINN)
DAY_S = 86_400.0
ROOMY = "blast_radius:\n  handoff: { floor: 1000 }\n  destructive: { floor: 1000 }\n"


@pytest.fixture
def world(vendors: FreshSimulator) -> SimulatorProcess:
    return vendors.begin(start=datetime(2026, 9, 7, 8, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, world: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """Ana and Eve are with reps, Ben and Cleo are known; nobody has heard of Dora and Finn."""
    url = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        server.drop_database("restored")
        url = server.create_store("restored")
        monkeypatch.setenv("PATH", f"{BINARIES}{os.pathsep}{os.environ['PATH']}")
    made = install(tmp_path / "made", world, more=ROOMY, database_url=url)
    world.seed(users=USERS, contacts=[contact(each) for each in (ANA, BEN, CLEO, EVE)])
    made.run()
    for email in (ANA, EVE):
        raises_hand(made, email)
    made.settle(2)
    yield made
    made.close()


def raises_hand(made: Installation, email: str) -> None:
    made.simulator.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})


def says(made: Installation, email: str, **values: str) -> None:
    row = Witness(simulator=made.simulator).lead(email)
    made.simulator.act("edit", system="salesforce", id=row["Id"], as_="rep", **values)


def a_day(made: Installation) -> None:
    """Handoffs, a refusal that goes to somebody else, one that rests on a list, one that is taken; two new people."""
    world = made.simulator
    world.seed(contacts=[contact(DORA), contact(FINN)])
    raises_hand(made, BEN)
    raises_hand(made, DORA)
    made.settle(3)
    says(made, ANA, LL_Outcome__c="No budget")
    says(made, BEN, LL_Verdict__c="Accept")
    says(made, EVE, LL_Verdict__c="Wrong person")
    made.settle(3)
    raises_hand(made, CLEO)
    made.settle(3)
    world.time(advance_s=DAY_S / 2)
    made.settle(2)


def standings(made: Installation) -> dict[str, tuple[str, str | None, str | None]]:
    """Who they are → stage, the owner in Salesforce, the stage that Salesforce shows."""
    told = Witness(simulator=made.simulator)
    with made.app.store.read() as tx:
        by_key = {lead.key: lead for stage in Stage for lead in leads.get(tx, leads.by_stage(tx, stage)).values()}
    found = {}
    for email in EVERYBODY:
        shown = told.contact(email)
        lead = by_key.get(str(shown.get("ll_lead_key")))
        rows = told.leads(email)
        owner = told.owner(email) if rows else None
        found[email] = (lead.stage.value if lead else "?", owner, rows[0].get("LL_Stage__c") if rows else None)
    return found


def tasks_of(made: Installation) -> dict[str, list[tuple[str, str]]]:
    told = Witness(simulator=made.simulator)
    return {
        email: sorted((row["Id"], str(row["Status"])) for row in told.tasks(told.lead(email)["Id"]))
        for email in EVERYBODY
        if told.leads(email)
    }


def lists_of(made: Installation) -> dict[str, set[str]]:
    told = Witness(simulator=made.simulator)
    rows = made.simulator.objects("contacts", system="hubspot")
    ids = {row["properties"]["email"]: row["id"] for row in rows if not row["archived"]}
    return {email: told.lists_of(ids[email]) for email in EVERYBODY}


@pytest.fixture
def desk(office: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    office.close()
    return Desk(of=office, patch=monkeypatch, screen=capsys)


def test_after_a_restore_everybody_ends_where_they_were_and_nothing_is_created_twice(desk: Desk) -> None:
    made, file = desk.of, str(desk.of.folder / "monday.tar")
    assert desk.does("olga", "backup", file).code == exits.OK
    a_day(made)
    stood, tasks, lists = standings(made), tasks_of(made), lists_of(made)
    assert {each[0] for each in stood.values()} >= {"recycled", "accepted", "assigned", "known"}
    made.close()

    done = desk.does("olga", "restore", file, "--yes")
    assert done.code == exits.OK, done.err
    since = made.simulator.seq()
    made.settle(4)
    told = Witness(simulator=made.simulator)
    assert set(told.created().values()) == {1}
    again = Witness(simulator=made.simulator, since=since)
    assert again.created() == {}
    assert standings(made) == stood
    assert tasks_of(made) == tasks
    assert lists_of(made) == lists
    quiet = made.simulator.seq()
    made.settle(1)
    assert Witness(simulator=made.simulator, since=quiet).writes() == []
    made.close()
    verified = desk.does("olga", "audit", "verify", "--json")
    assert verified.code == exits.OK, verified.out + verified.err
    (gone,) = verified.json()["set_aside"]
    assert (gone["by"], gone["taken_at"] < gone["at"], gone["rows"] > 20) == ("olga", True, True)


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_what_is_new_after_a_restore_makes_a_handoff_of_its_own(desk: Desk) -> None:
    made, file = desk.of, str(desk.of.folder / "monday.tar")
    assert desk.does("olga", "backup", file).code == exits.OK
    a_day(made)
    before = len(tasks_of(made)[ANA])
    made.close()
    assert desk.does("olga", "restore", file, "--yes").code == exits.OK
    made.settle(2)
    made.simulator.time(advance_s=3600.0)
    raises_hand(made, ANA)
    made.settle(3)
    assert standings(made)[ANA][0] == "assigned"
    assert len(tasks_of(made)[ANA]) == before + 1
    assert set(Witness(simulator=made.simulator).created().values()) == {1}


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_whom_it_erased_since_the_backup_it_erases_again_and_takes_nobody_in_whom_it_had_met_since(desk: Desk) -> None:
    """Ana is in the backup, Dora came after it; both still stand in both systems."""
    made, file = desk.of, str(desk.of.folder / "monday.tar")
    assert desk.does("olga", "backup", file).code == exits.OK
    made.simulator.seed(contacts=[contact(DORA)])
    raises_hand(made, DORA)
    made.settle(3)
    assert {email: bool(traces(made.app.store, [email])) for email in (ANA, DORA)} == {ANA: True, DORA: True}
    made.close()
    for email in (ANA, DORA):
        assert desk.does("olga", "erase", email, "--reason", "DSR-17", "--yes").code == exits.OK
    done = desk.does("olga", "restore", file, "--yes")
    assert "Erased since the backup, and again in the first cycle: 1." in done.out
    assert traces(made.app.store, [ANA])
    since = made.simulator.seq()
    made.settle(4)
    assert traces(made.app.store, [ANA, DORA]) == []
    told = Witness(simulator=made.simulator, since=since)
    assert told.created() == {}
    people = {row["Id"] for email in (ANA, DORA) for row in told.leads(email)}
    assert len(people) == 2
    assert [each for each in told.effects() if each["id"] in people] == []
    assert told.lead(EVE)["LL_Stage__c"] == "assigned"
    made.close()
    assert desk.does("olga", "audit", "verify").code == exits.OK
