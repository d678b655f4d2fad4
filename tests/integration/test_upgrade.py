"""A database of the release before, with people at every point of the way, goes on with the next cycle."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command

from domain.handoff import Handoff
from domain.stage import Stage
from store import handoffs, leads
from store.engine import Store
from store.migrations.upgrade import settings
from tests.cast import USERS, contact
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

BEFORE = "0025"
"""The last revision before handoffs had chains, clocks of their own, notices and kept lists."""
ANA, BEN, CLEO = (f"{name}@{name}.example" for name in ("ana", "ben", "cleo"))
HOUR_S = 3600.0


def as_it_was_before(file: Path) -> None:
    """The same rows in the tables of that revision, without whatever they did not know yet."""
    old = file.with_name("before.db")
    store = Store.open(f"sqlite:///{old}")
    with store.write() as tx:
        command.upgrade(settings(tx), BEFORE)
    store.dispose()
    with closing(sqlite3.connect(old)) as db:
        db.execute("ATTACH ? AS present", (str(file),))
        for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table != "alembic_version":
                _carry(db, table)
        db.commit()
    for beside in file.parent.glob(f"{file.name}*"):
        beside.unlink()
    old.rename(file)


def _carry(db: sqlite3.Connection, table: str) -> None:
    known = [row[1] for row in db.execute(f"PRAGMA main.table_info('{table}')")]
    columns = ", ".join(f'"{name}"' for name in known)
    db.execute(f'DELETE FROM main."{table}"')
    db.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM present."{table}"')


def standings(made: Installation) -> dict[str, tuple[Stage, list[Handoff]]]:
    with made.app.store.read() as tx:
        every = [lead for stage in Stage for lead in leads.get(tx, leads.by_stage(tx, stage)).values()]
        theirs = handoffs.all_of(tx, [each.id for each in every])
    return {each.key: (each.stage, theirs.get(each.id, [])) for each in every}


def says(made: Installation, email: str, **values: str) -> None:
    row = Witness(simulator=made.simulator).lead(email)
    made.simulator.act("edit", system="salesforce", id=row["Id"], as_="rep", **values)


def test_a_database_of_the_release_before_goes_on_where_it_stood(tmp_path: Path, world: SimulatorProcess) -> None:
    made = install(tmp_path / "made", world, more="blast_radius:\n  handoff: { floor: 1000 }\n")
    world.seed(users=USERS, contacts=[contact(each) for each in (ANA, BEN, CLEO)])
    made.run()
    for email in (ANA, BEN, CLEO):
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    made.settle(2)
    says(made, BEN, LL_Verdict__c="Accept")
    says(made, CLEO, LL_Outcome__c="No budget")
    made.settle(2)
    stood = standings(made)
    assert sorted(stage for stage, _ in stood.values()) == ["accepted", "assigned", "recycled"]
    made.close()
    as_it_was_before(made.folder / "leadloop.db")

    since = world.seq()
    world.time(advance_s=60.0)
    done = made.command("run")
    assert done.code == 0, done.err
    assert standings(made) == stood
    assert Witness(simulator=world, since=since).writes() == []

    says(made, ANA, LL_Verdict__c="Wrong person")
    made.settle(2)
    (ana,) = [each for each in standings(made).values() if each[0] is Stage.ASSIGNED]
    assert len(ana[1][-1].tried) == 1
    told = Witness(simulator=world)
    assert [len(told.tasks_given(told.lead(each)["Id"])) for each in (ANA, BEN, CLEO)] == [2, 1, 1]
    made.close()
