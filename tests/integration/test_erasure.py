"""Who is erased is in no table and in no byte of the file, and does not come back: over both systems."""

import getpass
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from leadloop import exits
from store import audit, erased, leads
from store.audit import Wanted
from store.engine import Store
from store.schema import handoff
from tests.cast import USERS, contact
from tests.installation import KILLED, Installation, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess
from tests.traces import traces

ZORA, BEN = "zora.quillfeather@globex.example", "ben.cole@initech.example"
COMPANY, SAID = "Peppercorn Works", "please call about the marzipan project"
CANARIES = ("quillfeather", "202 555 0199", "2025550199", "marzipan", "peppercorn")
NIGHT_S = 86_400.0
NUMBERS = count(1)


def where(store: Store) -> list[str]:
    """The columns in which something of Zora stands."""
    return traces(store, CANARIES)


def bytes_of(folder: Path) -> list[str]:
    """The database's files in which something of Zora stands, free pages and the log of writes included."""
    files = [each for each in folder.glob("leadloop.db*") if each.is_file()]
    assert files
    return [each.name for each in files if any(word.encode() in each.read_bytes().lower() for word in CANARIES)]


def ask(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": SAID})


def begin(made: Installation, world: SimulatorProcess) -> Installation:
    """Zora asked for a demo: she is a contact in HubSpot, and a lead with a rep and a task in Salesforce."""
    zora = contact(ZORA, company=COMPANY, phone="+1 202 555 0199")
    world.seed(users=USERS, contacts=[zora, contact(BEN)])
    made.run()
    ask(world, ZORA)
    made.settle(2)
    return made


@pytest.fixture
def office(installation: Installation, world: SimulatorProcess) -> Installation:
    return begin(installation, world)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """The same on either database."""
    if request.param == "sqlite":
        yield from lent(tmp_path, world, None)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"erasure_{next(NUMBERS)}"
    yield from lent(tmp_path, world, server.create_store(name))
    server.drop_database(name)


def lent(folder: Path, world: SimulatorProcess, database_url: str | None) -> Iterator[Installation]:
    made = install(folder / "either", world, database_url=database_url)
    yield begin(made, world)
    made.close()


def erase_there(world: SimulatorProcess) -> None:
    world.act("delete", system="hubspot", id=ZORA, gdpr=True)


def her_lead(world: SimulatorProcess) -> str:
    (found,) = (row["Id"] for row in world.objects("Lead", system="salesforce") if row["Email"] == ZORA)
    return str(found)


def acts(made: Installation, *beginnings: str) -> list[tuple[str, str]]:
    with made.app.store.read() as tx:
        rows = [row for _, row in audit.rows(tx, Wanted())]
    return [(row.actor, row.action) for row in rows if row.action.startswith(beginnings)]


def people(made: Installation) -> int:
    with made.app.store.read() as tx:
        return leads.count(tx)


def test_a_privacy_deletion_in_one_system_leaves_nothing_of_the_person_in_any_table(
    either: Installation, world: SimulatorProcess
) -> None:
    places = where(either.app.store)
    assert {"record.content", "fact.value", "identity_key.value", "intent.payload", "activity.properties"} <= {*places}
    erase_there(world)
    either.run(after_s=NIGHT_S)
    either.app.wire.flush()
    assert where(either.app.store) == []
    if either.app.store.path is not None:
        assert bytes_of(either.folder) == [], "free pages and the log of writes too"
    assert acts(either, "erased") == [("hubspot", "erased the lead: erased in hubspot")]
    assert people(either) == 1, "Ben"


def test_what_the_other_system_still_shows_brings_nobody_back(office: Installation, world: SimulatorProcess) -> None:
    erase_there(world)
    office.run(after_s=NIGHT_S)
    world.act("edit", system="salesforce", id=her_lead(world), Title="Quillfeather again")
    office.settle(2)
    world.seed(contacts=[contact(ZORA, company=COMPANY)])
    office.settle(2)
    world.act("page_view", system="hubspot", as_="prospect", id=ZORA, url="https://acme.example/marzipan")
    world.act("call", system="salesforce", as_="rep", id=her_lead(world), subject="Peppercorn: call back")
    office.run(after_s=NIGHT_S)
    assert where(office.app.store) == []
    assert people(office) == 1
    with office.app.store.read() as tx:
        standing = erased.standing(tx)
    assert [ref.id for ref in standing["salesforce"] if ref.object == "Lead"] == [her_lead(world)]
    assert len(standing["hubspot"]) == 1, "the contact that somebody made anew"
    told = office.command("status", "--json").json()["erased_elsewhere"]
    assert {each["system"] for each in told} == {"hubspot", "salesforce"}
    assert office.command("explain", her_lead(world)).code == exits.BAD_DATA


def test_who_asks_again_after_it_is_somebody_new(office: Installation, world: SimulatorProcess) -> None:
    erase_there(world)
    office.run(after_s=NIGHT_S)
    world.time(advance_s=60)
    world.seed(contacts=[contact(ZORA, company=COMPANY)])
    ask(world, ZORA)
    office.settle(3)
    assert people(office) == 2
    with office.app.store.read() as tx:
        rows = tx.execute(select(handoff.c.lead_id, handoff.c.outcome).order_by(handoff.c.lead_id)).all()
    assert len({row.lead_id for row in rows}) == 2
    assert [row.outcome for row in rows] == ["erased", None]


def test_the_task_is_closed_and_nothing_else_is_written_about_them(
    office: Installation, world: SimulatorProcess
) -> None:
    (task,) = world.objects("Task", system="salesforce")
    since = world.seq()
    erase_there(world)
    office.run(after_s=NIGHT_S)
    office.settle(2)
    written = [each for line in world.log(since) if line["path"][:12] != "/_simulator/" for each in line["effects"]]
    assert [(each["op"], each["type"], each["id"]) for each in written] == [("update", "Task", task["Id"])]
    (after,) = world.objects("Task", system="salesforce")
    assert after["Status"] == "Completed"


@pytest.mark.parametrize("point", ["erase.before_commit:1", "erase.committed:1"])
def test_who_is_killed_in_the_middle_goes_on_and_erases_once(
    office: Installation, world: SimulatorProcess, point: str
) -> None:
    erase_there(world)
    world.time(advance_s=NIGHT_S)
    office.close()
    assert office.run_until(point) == KILLED
    office.run()
    assert where(office.app.store) == []
    assert len(acts(office, "erased")) == 1
    assert bytes_of(office.folder) == []


def test_a_lead_that_was_thrown_away_in_salesforce_is_nobodys_erasure(
    office: Installation, world: SimulatorProcess
) -> None:
    world.act("delete", system="salesforce", id=her_lead(world), purge=True)
    office.run(after_s=NIGHT_S)
    office.settle(2)
    assert "record.content" in where(office.app.store)
    assert acts(office, "erased") == []


REASONS = (f"asked by {ZORA}", "Quillfeather wrote", "  ")


def test_a_persons_order_shows_what_there_is_and_asks_and_takes_no_reason_that_names_them(
    office: Installation,
) -> None:
    office.close()
    refused = [office.command("erase", ZORA, "--reason", reason, "--yes") for reason in REASONS]
    assert [each.code for each in refused] == [exits.USAGE] * 3
    asked = office.command("erase", ZORA, "--reason", "DSR-17")
    assert asked.code == exits.CHANGES_PENDING
    assert "values of properties, now and before" in asked.out
    assert "Stays in its system: salesforce:Lead:" in asked.out
    assert "record.content" in where(office.app.store), "nothing was done"


def test_a_persons_order_erases_and_is_audited_without_a_word_about_whom(
    office: Installation, world: SimulatorProcess
) -> None:
    office.close()
    done = office.command("erase", ZORA, "--reason", "DSR-17", "--yes", "--json")
    assert done.code == exits.OK, done.err
    said = done.json()
    assert said["erased"] is True
    assert sorted(each["system"] for each in said["stays_in"]) == ["hubspot", "salesforce"]
    assert where(office.app.store) == []
    assert acts(office, "erased") == [(getpass.getuser(), "erased the lead: DSR-17")]
    office.settle(2)
    assert where(office.app.store) == []
    office.close()
    assert bytes_of(office.folder) == []
    assert office.command("audit", "verify").code == exits.OK
    again = office.command("erase", ZORA, "--reason", "DSR-17", "--yes")
    assert (again.code, "No lead is known by that address" in again.err) == (exits.BAD_DATA, True)
