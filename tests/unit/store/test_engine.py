"""The door to the database: transactions, fencing, migration, and what it says when it cannot."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text

from domain.errors import FencedError, StoreError
from store import installation, leadership
from store.engine import KEPT_CONNECTIONS, Store
from store.schema import KNOWN_REVISIONS


def test_a_relative_sqlite_path_is_relative_to_the_folder(tmp_path: Path) -> None:
    store = Store.open("sqlite:///leadloop.db", folder=tmp_path)
    assert store.path == tmp_path / "leadloop.db"
    assert (tmp_path / "leadloop.db").stat().st_mode & 0o777 == 0o600
    store.dispose()


def test_of_many_connections_at_once_a_file_keeps_few(tmp_path: Path) -> None:
    store = Store.open("sqlite:///leadloop.db", folder=tmp_path)
    with ExitStack() as open_at_once:
        for _ in range(3 * KEPT_CONNECTIONS):
            open_at_once.enter_context(store.read())
    assert isinstance(store.engine.pool, QueuePool)
    assert store.engine.pool.checkedin() == KEPT_CONNECTIONS
    store.dispose()


def test_migrating_twice_leaves_the_newest_schema(fresh_url: str) -> None:
    store = Store.open(fresh_url)
    assert store.revision() is None
    with pytest.raises(StoreError, match="leadloop init"):
        store.require_schema()
    store.migrate()
    store.migrate()
    assert store.revision() == KNOWN_REVISIONS[-1]
    store.require_schema()
    store.dispose()


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    def write_and_fail() -> None:
        with store.write() as tx:
            installation.put(tx, "step", "live")
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with store.read() as tx:
        assert installation.get(tx, "step") is None


def test_a_write_under_an_old_epoch_is_refused_and_leaves_nothing(store: Store) -> None:
    first = leadership.acquire(store, holder="a:1")
    first.release()
    second = leadership.acquire(store, holder="b:2")
    assert second.epoch == first.epoch + 1

    def write_late() -> None:
        with store.write(first.epoch) as tx:
            installation.put(tx, "step", "live")

    with pytest.raises(FencedError, match=f"epoch {second.epoch}, ours was {first.epoch}"):
        write_late()
    with store.write(second.epoch) as tx:
        assert installation.get(tx, "step") is None
    second.release()


def test_a_reading_transaction_sees_one_moment(store: Store) -> None:
    with store.read() as reading:
        assert installation.get(reading, "step") is None
        with store.write() as tx:
            installation.put(tx, "step", "live")
        assert installation.get(reading, "step") is None
    with store.read() as tx:
        assert installation.get(tx, "step") == "live"


def test_a_newer_schema_is_refused(url: str) -> None:
    store = Store.open(url)
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.dispose()
    with pytest.raises(StoreError, match=r"newer leadloop \(schema 9999"):
        Store.open(url)


def test_who_only_looks_is_told_of_a_newer_schema_too(url: str) -> None:
    store = Store.open(url)
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer leadloop \(schema 9999"):
        store.require_schema()
    store.dispose()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leadloop.db").write_bytes(b"this is a letter, not a database " * 200)
    with pytest.raises(StoreError, match="not an SQLite database"):
        Store.open("sqlite:///leadloop.db", folder=tmp_path)


def test_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    store = Store.open("sqlite:///leadloop.db", folder=tmp_path)
    store.migrate()
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.dispose()
    path = tmp_path / "leadloop.db"
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 20] = b"\xff" * (4096 * 19)
    content[100:200] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store.open("sqlite:///leadloop.db", folder=tmp_path)


def test_a_read_only_database_is_told(tmp_path: Path) -> None:
    store = Store.open("sqlite:///leadloop.db", folder=tmp_path)
    store.migrate()
    store.dispose()
    (tmp_path / "leadloop.db").chmod(0o444)
    program = "import sys; from store.engine import Store; Store.open(sys.argv[1])"
    # Root may write anything, so root is somebody else here.
    somebody = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*somebody, sys.executable, "-c", program, f"sqlite:///{tmp_path}/leadloop.db"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "StoreError: The database is read-only." in done.stderr


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        Store.open("sqlite:///nowhere/leadloop.db", folder=tmp_path)


@pytest.mark.parametrize("database_url", ["mysql://somewhere/leadloop", "leadloop.db", ""])
def test_another_kind_of_database_is_refused(database_url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:/// or postgresql://"):
        Store.open(database_url)


def test_an_unreachable_server_is_told_without_its_password() -> None:
    with pytest.raises(StoreError, match="does not answer") as refused:
        Store.open("postgresql://leadloop:canary-secret@127.0.0.1:9/leadloop")
    assert "canary-secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_error_quotes_nobody(store: Store) -> None:
    def insert_twice() -> None:
        with store.write() as tx:
            for _ in range(2):
                tx.execute(
                    text("INSERT INTO identity_key (kind, value, lead_id) VALUES ('email', 'canary@acme.example', 1)")
                )

    with pytest.raises(StoreError) as refused:
        insert_twice()
    assert "canary" not in str(refused.value)


def test_a_full_disk_is_told_and_the_store_goes_on_afterwards(tmp_path: Path) -> None:
    store = Store.open("sqlite:///leadloop.db", folder=tmp_path)
    store.migrate()

    def fill() -> None:
        with store.write() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar()
            tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            installation.put(tx, "large", "x" * 1_000_000)

    with pytest.raises(StoreError, match="disk under the database is full"):
        fill()
    store.dispose()
    again = Store.open("sqlite:///leadloop.db", folder=tmp_path)
    with again.write() as tx:
        assert installation.get(tx, "large") is None
        installation.put(tx, "small", "x")
    again.dispose()


def test_a_store_in_memory_works_like_a_file() -> None:
    store = Store.open("sqlite://")
    store.migrate()
    with store.write() as tx:
        installation.put(tx, "step", "observe")
    with store.read() as tx:
        assert installation.get(tx, "step") == "observe"
    store.dispose()
