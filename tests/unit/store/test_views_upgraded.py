"""Views stand in no step's way, come back after it, and whoever was granted one keeps it."""

import multiprocessing
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, Table, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from domain.errors import StoreError
from store.engine import Store
from store.migrations.upgrade import settings
from store.schema import KNOWN_REVISIONS
from store.views import edition, making
from tests.postgres import PostgresServer
from tests.unit.store.test_views import catalog
from tests.view_rows import fill

ROOT = Path(__file__).parents[3]
_FORKS = multiprocessing.get_context("fork")
OLDER = "0027"
"""From which a killed upgrade begins."""


def as_of(url: str, revision: str) -> Store:
    """A database of an older release with views there, of which one reads every column of every table."""
    store = Store.open(url)
    with store.write() as tx:
        command.upgrade(settings(tx), revision)
        known = MetaData()
        known.reflect(tx)
        tables = [table for name, table in known.tables.items() if name != "alembic_version"]
        first, *others = edition.NAMES
        tx.exec_driver_sql(f"CREATE VIEW {first} AS {_over(tables)}")
        for name in others:
            tx.exec_driver_sql(f"CREATE VIEW {name} AS SELECT id FROM lead")
    return store


def _over(tables: list[Table]) -> str:
    columns = [f'"{table.name}"."{each.name}" AS "{table.name}_{each.name}"' for table in tables for each in table.c]
    return f"SELECT {', '.join(columns)} FROM " + ", ".join(f'"{table.name}"' for table in tables)


@pytest.mark.parametrize("revision", [*KNOWN_REVISIONS[::8], KNOWN_REVISIONS[-2]])
def test_a_database_of_any_release_goes_through_every_step_with_views_there(fresh_url: str, revision: str) -> None:
    store = as_of(fresh_url, revision)
    store.migrate()
    with store.read() as tx:
        assert sorted(inspect(tx).get_view_names()) == sorted(edition.NAMES)
        assert edition.stands(tx)
        for name in edition.NAMES:
            tx.exec_driver_sql(f"SELECT * FROM {name}").all()
    assert store.revision() == KNOWN_REVISIONS[-1]
    store.dispose()


def upgrade_until(url: str, statement: int) -> None:
    """In a process of its own: SIGKILL before the n-th statement."""
    store = Store.open(url)
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def look(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    store.migrate()
    store.dispose()
    os._exit(0)


def killed(url: str, statement: int) -> bool:
    process = _FORKS.Process(target=upgrade_until, args=(url, statement))
    process.start()
    process.join(60)
    code = process.exitcode
    process.close()
    assert code in {0, -signal.SIGKILL}
    return code != 0


def stands(url: str) -> tuple[str | None, list[tuple[Any, ...]]]:
    store = Store.open(url)
    with store.read() as tx:
        found = catalog(tx)
    revision = store.revision()
    store.dispose()
    return revision, found


def test_killed_anywhere_the_views_are_as_they_were_and_the_next_start_makes_them_anew(fresh_url: str) -> None:
    as_of(fresh_url, OLDER).dispose()
    before = stands(fresh_url)
    statement, kills = 1, 0
    while killed(fresh_url, statement):
        assert stands(fresh_url) == before, statement
        statement += 11
        kills += 1
    assert kills >= 5, "a run that was killed less often proves nothing"
    revision, found = stands(fresh_url)
    assert revision == KNOWN_REVISIONS[-1]
    assert [row[0] for row in found] == sorted(edition.NAMES)


@pytest.fixture
def served(postgres: PostgresServer) -> Iterator[Store]:
    """A store on a server, on which a role that may do nothing exists."""
    store = Store.open(postgres.create_store("granted"))
    with store.write() as tx:
        tx.exec_driver_sql('CREATE ROLE "BI reader" LOGIN')
    yield store
    with store.write() as tx:
        tx.exec_driver_sql('DROP OWNED BY "BI reader"')
        tx.exec_driver_sql('DROP ROLE "BI reader"')
    store.dispose()
    postgres.drop_database("granted")


def reads(store: Store, statement: str) -> list[Any] | str:
    """The rows that the reader gets, or the code of the refusal."""
    engine = create_engine(store.engine.url.set(username="BI reader"))
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", ""))
    finally:
        engine.dispose()


DENIED = "42501"


def test_a_role_with_the_views_alone_reads_them_and_no_table(served: Store) -> None:
    assert reads(served, "SELECT count(*) FROM ll_leads") == DENIED
    with served.write() as tx:
        fill(tx)
        for statement in granting():
            tx.exec_driver_sql(statement.replace("bi_reader", '"BI reader"'))
    with served.read() as tx:
        names = list(tx.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars())
    for name in edition.NAMES:
        found = reads(served, f"SELECT * FROM {name}")
        assert found == DENIED if name == "ll_handoffs_with_reps" else len(found) > 1, name
    assert {name: reads(served, f'SELECT * FROM "{name}"') for name in names} == dict.fromkeys(names, DENIED)
    assert reads(served, "DELETE FROM ll_leads") == DENIED
    assert reads(served, "CREATE TABLE mine (one int)") in {DENIED, "25006"}


def granting() -> list[str]:
    """The grants of docs/bi.md, as they stand there, without the making of the role."""
    page = (ROOT / "docs/bi.md").read_text(encoding="utf-8")
    said = next(each for each in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "CREATE ROLE" in each)
    return [each.strip() for each in said.split(";") if each.strip() and "CREATE ROLE" not in each]


def test_who_was_granted_a_view_has_it_after_an_upgrade(served: Store) -> None:
    with served.write() as tx:
        tx.exec_driver_sql('GRANT SELECT ON ll_leads TO "BI reader"')
        tx.exec_driver_sql("GRANT SELECT ON ll_runs TO PUBLIC")
        tx.exec_driver_sql("COMMENT ON VIEW ll_scores IS 'of another version'")
    served.migrate()
    with served.read() as tx:
        assert edition.stands(tx)
        assert [(each.view, each.to) for each in making.readers(tx)] == [
            ("ll_leads", '"BI reader"'),
            ("ll_runs", "PUBLIC"),
        ]
    assert reads(served, "SELECT count(*) FROM ll_leads") == [(0,)]
    assert reads(served, "SELECT count(*) FROM ll_scores") == DENIED


def test_what_reads_from_a_view_is_named_and_not_taken_away(served: Store) -> None:
    with served.write() as tx:
        tx.exec_driver_sql("CREATE VIEW month_ends AS SELECT lead_id FROM ll_leads")
        tx.exec_driver_sql("COMMENT ON VIEW ll_scores IS 'of another version'")
    with pytest.raises(StoreError, match=r"views of yours that read from leadloop's: month_ends\. Drop them"):
        served.migrate()
    with served.write() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM month_ends").scalar() == 0
        tx.exec_driver_sql("DROP VIEW month_ends")
    served.migrate()
    with served.read() as tx:
        assert edition.stands(tx)
