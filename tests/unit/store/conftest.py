"""Every store test runs on both databases, each time on a fresh copy of a migrated one."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from store.engine import Store
from tests.postgres import LentDatabase, PostgresServer
from tests.stores import migrated_file

NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server per test process."""
    server = PostgresServer(tmp_path_factory.mktemp("server"))
    yield server
    server.stop("immediate")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_file(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def lent(postgres: PostgresServer) -> LentDatabase:
    store = Store.open(postgres.create_database("migrated"))
    store.migrate()
    store.dispose()
    return LentDatabase(postgres, "migrated")


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"fresh_{next(NUMBERS)}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "leadloop.db"
        shutil.copyfile(request.getfixturevalue("template"), path)
        yield f"sqlite:///{path}"
        return
    lent: LentDatabase = request.getfixturevalue("lent")
    yield lent.empty()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.dispose()


@pytest.fixture
def empty(store: Store) -> Callable[[], None]:
    """Empties the tables: for Hypothesis, which runs many examples on one database."""
    names = ("lead", "record", "record_value", "identity_key", "activity", "fact", "outbox", "handoff", "score")

    def clear() -> None:
        with store.write() as tx:
            for name in names:
                tx.exec_driver_sql(f"DELETE FROM {name}")

    return clear
