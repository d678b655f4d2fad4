"""Every store test runs on both databases, each time on a fresh copy of a migrated one."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from store.engine import Store
from tests.postgres import LentDatabase, PostgresServer
from tests.stores import empty_store

NUMBERS = count(1)


@pytest.fixture(scope="session")
def lent(postgres: PostgresServer) -> LentDatabase:
    return LentDatabase(postgres)


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
        yield empty_store(tmp_path / "leadloop.db")
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
