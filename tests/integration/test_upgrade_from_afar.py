"""Databases of several older releases, on either kind, go through every step to the present one and on with a cycle."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, MetaData, Table, text

from domain.stage import Stage
from store import leads
from store.engine import Store, Tx
from store.migrations.upgrade import settings
from store.schema import KNOWN_REVISIONS
from tests.cast import USERS, contact
from tests.fresh import FreshSimulator
from tests.installation import Installation, install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess
from tests.witness import Witness

ANA, BEN, CLEO = (f"{name}@{name}.example" for name in ("ana", "ben", "cleo"))
REVISIONS = ("0014", "0027")
ROOMY = "blast_radius:\n  handoff: { floor: 1000 }\n"


@pytest.fixture
def world(vendors: FreshSimulator) -> SimulatorProcess:
    return vendors.begin(start=datetime(2026, 9, 7, 8, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    server.drop_database("old")
    yield server.create_database("old")
    server.drop_database("old")


def as_of(revision: str, present: Path, url: str) -> None:
    """The rows of a present database in the tables of an older release, without what those did not know yet."""
    store = Store.open(url)
    with store.write() as tx:
        command.upgrade(settings(tx), revision)
        known = MetaData()
        known.reflect(tx)
        with closing(sqlite3.connect(present)) as db:
            db.row_factory = sqlite3.Row
            for table in known.tables.values():
                if table.name != "alembic_version":
                    _carry(tx, db, table)
    store.dispose()


def _carry(tx: Tx, db: sqlite3.Connection, table: Table) -> None:
    there = {row["name"] for row in db.execute(f"PRAGMA table_info('{table.name}')")}
    names = [column.name for column in table.columns if column.name in there]
    if not names:
        return
    quoted = ", ".join(f'"{name}"' for name in names)
    rows = [dict(row) for row in db.execute(f'SELECT {quoted} FROM "{table.name}"')]
    if rows:
        tx.execute(table.insert(), [{name: _fit(table, name, row[name]) for name in names} for row in rows])
    if tx.dialect.name == "postgresql":
        _go_on_counting(tx, table, rows)


def _go_on_counting(tx: Tx, table: Table, rows: list[dict[str, Any]]) -> None:
    """A server counts beside its tables."""
    series = {f"{row['name']}_number": row["value"] for row in rows} if table.name == "number" else {}
    for column in table.primary_key.columns:
        asked = {"table": f'"{table.name}"', "column": column.name}
        name = tx.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), asked).scalar()
        if name is not None and rows:
            series[name] = max(row[column.name] for row in rows)
    for name, value in series.items():
        tx.execute(text("SELECT setval(:name, :value)"), {"name": name, "value": value})


def _fit(table: Table, name: str, value: Any) -> Any:
    return bool(value) if isinstance(table.columns[name].type, Boolean) and value is not None else value


def stages(made: Installation) -> dict[str, Stage]:
    with made.app.store.read() as tx:
        every = [lead for stage in Stage for lead in leads.get(tx, leads.by_stage(tx, stage)).values()]
    return {each.key: each.stage for each in every}


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_an_older_release_goes_through_every_step_and_on(
    tmp_path: Path, world: SimulatorProcess, old_url: str, revision: str
) -> None:
    made = install(tmp_path / "made", world, more=ROOMY)
    world.seed(users=USERS, contacts=[contact(each) for each in (ANA, BEN, CLEO)])
    made.run()
    for email in (ANA, BEN):
        world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    made.settle(2)
    ben = Witness(simulator=world).lead(BEN)
    world.act("edit", system="salesforce", id=ben["Id"], as_="rep", LL_Outcome__c="No budget")
    made.settle(2)
    stood = stages(made)
    assert sorted(stood.values()) == ["assigned", "known", "recycled"]
    made.close()
    as_of(revision, made.folder / "leadloop.db", old_url)

    made.rewrite("leadloop.yaml", "sqlite:///leadloop.db", old_url)
    created = Witness(simulator=world).created()
    world.time(advance_s=1800.0)
    made.run()
    assert made.app.store.revision() == KNOWN_REVISIONS[-1]
    assert stages(made) == stood
    made.settle(1)
    assert Witness(simulator=world).created() == created
    assert stages(made) == stood
    made.close()
