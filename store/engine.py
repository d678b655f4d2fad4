"""The door to the database: opens it, migrates it, hands out transactions, and says in words what is wrong.

A transaction is short and holds no outside call. The loop's tables are written through
`write(epoch)`: the holder's epoch is checked in the very transaction that writes, because a lock
alone does not tell a leader that it was replaced.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, inspect, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from domain.errors import FencedError, StoreError
from store.disks import require_local
from store.failure import is_worth_repeating, to_store_error
from store.schema import KNOWN_REVISIONS, leadership
from store.views import edition

Tx: TypeAlias = Connection
"""One open transaction."""

T = TypeVar("T")

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    # Measured: the default of 1,000 pages makes every tick of a large store a checkpoint.
    "PRAGMA wal_autocheckpoint=20000",
    "PRAGMA mmap_size=268435456",
    "PRAGMA temp_store=MEMORY",
    # What is deleted is gone from the file as well: an erased person is not to be found in its free pages.
    "PRAGMA secure_delete=ON",
)
KEPT_CONNECTIONS = 5
"""Of an SQLite store: one writes at a time. What more are wanted at one moment are opened for it, in 2.5 ms each."""
KEPT_STATEMENTS = 16
"""Prepared, of each connection: an insert of 500 rows takes 0.7 MB, and any other number of rows is another one."""
_MIGRATION_LOCK = 7_305_810_044_301
_WRITES = "leadloop_writes"
_EPOCH = select(leadership.c.epoch).where(leadership.c.id == 1).with_for_update(read=True)


class Store:
    """An open database; `path` is the file of an SQLite store and None otherwise."""

    def __init__(self, engine: Engine, *, path: Path | None) -> None:
        self.engine = engine
        self.path = path
        self._writer = engine.execution_options(**{_WRITES: True})
        self._reader = (
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            if engine.dialect.name == "postgresql"
            else engine
        )

    @classmethod
    def open(cls, database_url: str, *, folder: Path = Path()) -> "Store":
        """Open or create; StoreError in words for what cannot be used. A relative path begins in `folder`."""
        url, path = _resolve(database_url, folder)
        engine = _sqlite(url, path) if url.get_backend_name() == "sqlite" else _postgresql(url)
        store = cls(engine, path=path)
        try:
            store._probe()
        except BaseException:
            engine.dispose()
            raise
        return store

    @classmethod
    def open_to_look(cls, database_url: str, *, folder: Path = Path()) -> "Store":
        """As `open` for whoever changes nothing: nothing is created, and the database refuses every write."""
        url, path = _resolve(database_url, folder)
        if path is not None and not path.is_file():
            raise StoreError(f"There is no database at {path}: `leadloop run` or `leadloop plan --pull` makes one.")
        engine = _sqlite(url, path) if url.get_backend_name() == "sqlite" else _postgresql(url)
        if path is not None:
            event.listen(engine, "connect", _on_sqlite_connect_to_look)
        return cls(engine, path=path)

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def revision(self) -> str | None:
        """The schema that the database has; None: nothing was ever put in."""
        with self.read() as tx:
            return _revision(tx)

    def migrate(self) -> None:
        """Bring the schema and the views up to date, in one transaction and one process at a time."""
        if self._is_up_to_date():
            return
        # Alembic and the views cost start-up time, and are needed once.
        from store.migrations.upgrade import upgrade  # noqa: PLC0415
        from store.views import making  # noqa: PLC0415

        with self.write() as tx:
            if self.is_postgresql:
                tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            _refuse_newer(_revision(tx))
            kept = making.drop(tx)
            upgrade(tx)
            making.make(tx, kept)

    def _is_up_to_date(self) -> bool:
        with self.read() as tx:
            return _revision(tx) == KNOWN_REVISIONS[-1] and edition.stands(tx)

    def require_known(self) -> None:
        """StoreError when a newer version wrote the schema."""
        _refuse_newer(self.revision())

    def require_schema(self) -> None:
        """StoreError when the schema is not the one this version works with."""
        revision = self.revision()
        _refuse_newer(revision)
        if revision != KNOWN_REVISIONS[-1]:
            raise StoreError(
                "The database has no leadloop tables of this version. Run `leadloop init` or start the daemon."
            )

    def require_sound(self) -> None:
        """StoreError when a page of an SQLite file is damaged; reads all of it. A server looks after its own."""
        if self.path is None:
            return
        with self.read() as tx:
            found = [str(row[0]) for row in tx.exec_driver_sql("PRAGMA quick_check(1)")]
        if found != ["ok"]:
            raise StoreError("The database file is damaged. Restore the last backup; nothing was written.")

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent view; nothing can be written through it on PostgreSQL, nothing should be on SQLite."""
        with _in_words(), self._reader.begin() as tx:
            yield tx

    @contextmanager
    def write(self, epoch: int | None = None) -> Iterator[Tx]:
        """One transaction, committed at the end; FencedError when `epoch` is no longer the leader's."""
        with _in_words(), self._writer.begin() as tx:
            if epoch is not None:
                check_epoch(tx, epoch)
            yield tx

    def transact(self, work: Callable[[Tx], T], epoch: int | None = None, *, attempts: int = 5) -> T:
        """As `write`, for work that may be done again from its beginning: after a deadlock it is.

        Nothing of a failed attempt is left in the database, so `work` must leave nothing elsewhere
        either: it gives back what it found, and its caller counts, logs and sends after the commit.
        """
        for _ in range(attempts - 1):
            try:
                return self._attempt(work, epoch)
            except DBAPIError as error:
                if not is_worth_repeating(error):
                    raise to_store_error(error) from None
        with _in_words():
            return self._attempt(work, epoch)

    def _attempt(self, work: Callable[[Tx], T], epoch: int | None) -> T:
        with self._writer.begin() as tx:
            if epoch is not None:
                check_epoch(tx, epoch)
            return work(tx)

    def forget_replaced_pages(self) -> bool:
        """Empty SQLite's write-ahead log, in which pages stand as they were before; False while somebody reads them."""
        if self.path is None:
            return True
        with _in_words(), self.engine.connect() as connection:
            busy, *_ = connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def dispose(self) -> None:
        self.engine.dispose()

    def _probe(self) -> None:
        """Find out now, not in the first cycle: can it be read, can it be written, is it ours?"""
        with self.write() as tx:
            if self.path is not None:
                # BEGIN IMMEDIATE alone succeeds on a read-only file; only a real write tells.
                tx.exec_driver_sql("PRAGMA user_version = 1")
            _refuse_newer(_revision(tx))


def database_file(database_url: str, folder: Path) -> Path | None:
    """Where an SQLite store lies; None for a server's, or one in memory."""
    return _resolve(database_url, folder)[1]


def check_epoch(tx: Tx, epoch: int) -> None:
    """The row stays locked until the commit, so that a takeover waits for what was begun before it."""
    current = tx.execute(_EPOCH).scalar()
    if current != epoch:
        raise FencedError(
            f"Another process leads the loop now (epoch {current}, ours was {epoch}). Nothing was written."
        )


@contextmanager
def _in_words() -> Iterator[None]:
    """The driver's own words may quote people's data, so they end here: from None."""
    try:
        yield
    except DBAPIError as error:
        raise to_store_error(error) from None


def _revision(tx: Tx) -> str | None:
    if not inspect(tx).has_table("alembic_version"):
        return None
    found = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in KNOWN_REVISIONS:
        raise StoreError(
            f"The database was written by a newer leadloop (schema {revision}, this one knows up to "
            f"{KNOWN_REVISIONS[-1]}). Install that version, or restore a backup made before the upgrade."
        )


def _resolve(database_url: str, folder: Path) -> tuple[URL, Path | None]:
    if database_url.startswith("postgres://"):
        database_url = "postgresql://" + database_url.removeprefix("postgres://")
    try:
        url = make_url(database_url)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        backend = ""
    if backend not in {"sqlite", "postgresql"}:
        raise StoreError("database_url has to begin with sqlite:/// or postgresql://, as in sqlite:///leadloop.db.")
    if backend == "postgresql" or url.database in {None, "", ":memory:"}:
        return url, None
    path = (folder / str(url.database)).absolute()
    return url.set(database=str(path)), path


def _sqlite(url: URL, path: Path | None) -> Engine:
    if path is None:
        engine = create_engine(
            url, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
        )
    else:
        require_local(path)
        _make_private(path)
        engine = create_engine(
            url,
            pool_size=KEPT_CONNECTIONS,
            max_overflow=30 - KEPT_CONNECTIONS,
            pool_use_lifo=True,
            connect_args={"cached_statements": KEPT_STATEMENTS},
            hide_parameters=True,
        )
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _make_private(path: Path) -> None:
    """A new file is readable by its owner only: it will hold people's data and tokens."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    except OSError as error:
        raise StoreError(f"The database file {path} cannot be opened: {error.strerror}.") from error


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    # The driver must not begin transactions on its own: it would begin deferred ones, which fail when they write.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _on_sqlite_connect_to_look(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def _on_sqlite_begin(tx: Connection) -> None:
    writes = tx.get_execution_options().get(_WRITES, False)
    tx.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    keepalive = {"keepalives": 1, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
        connect_args={"connect_timeout": 10, "application_name": "leadloop", **keepalive},
    )
