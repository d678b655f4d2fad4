"""A copy of leadloop's tables in PostgreSQL, by PostgreSQL's own programs, and its return in one transaction.

The address goes to them by environment: on a command line everybody on the machine would read the password.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text

from domain.errors import StoreError
from store.engine import Store, Tx
from store.schema import metadata, sequences

_NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
_GUARD = (
    "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"
)
"""What the audit's trigger calls: a copy of tables alone leaves it out."""
_INSTEAD = {
    "pg_dump": "pg_dump --format=custom --no-owner --no-privileges --file=leadloop.dump DATABASE_URL",
    "pg_restore": "pg_restore --clean --if-exists --single-transaction --no-owner --dbname=DATABASE_URL FILE, and then "
    "`leadloop restore --already` here",
    "psql": "pg_restore --clean --if-exists --single-transaction --no-owner --dbname=DATABASE_URL FILE, and then "
    "`leadloop restore --already` here",
}


@contextmanager
def snapshot(store: Store) -> Iterator[tuple[Tx, str]]:
    """A view of the database that stands still, and the name by which `dump` sees the same."""
    with store.read() as tx:
        yield tx, str(tx.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def dump(database_url: str, to: Path, *, seen: str) -> None:
    """Write what a snapshot sees, tables that are not leadloop's left out."""
    tables = [f"--table={name}" for name in (*metadata.tables, "alembic_version", *_sequences())]
    _run(database_url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={seen}",
         f"--file={to}", *tables)  # fmt: skip


def dump_all(database_url: str, to: Path) -> None:
    """Write what is there now, whatever it is."""
    _run(database_url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")


def require_sound(database_url: str, file: Path) -> None:
    """StoreError unless the whole file can be read."""
    _run(database_url, "pg_restore", "--file=/dev/null", str(file))


def bring_back(database_url: str, file: Path, *, notes: Mapping[str, str]) -> None:
    """Replace leadloop's tables by the file's, all or none, with notes of what is still to be done."""
    script = file.with_suffix(".sql")
    _run(database_url, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file))
    head, tail = file.with_suffix(".head.sql"), file.with_suffix(".tail.sql")
    head.write_text(_away(), encoding="utf-8")
    rows = ", ".join(f"({_quoted(name)}, {_quoted(value)})" for name, value in notes.items())
    tail.write_text(f"RESET search_path;\nINSERT INTO installation VALUES {rows};\n", encoding="utf-8")
    files = [f"--file={each}" for each in (head, script, tail)]
    _run(database_url, "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _away() -> str:
    tables = [f'DROP TABLE IF EXISTS "{name}" CASCADE;' for name in (*metadata.tables, "alembic_version")]
    numbers = [f'DROP SEQUENCE IF EXISTS "{name}" CASCADE;' for name in _sequences()]
    return "\n".join(["SET client_min_messages = warning;", *tables, *numbers, f"{_GUARD};", ""])


def _sequences() -> list[str]:
    return [each.name for each in sequences.values()]


def _run(database_url: str, program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreError(
            f"`{program}` is not on the PATH: install PostgreSQL's client programs, of the server's version or a newer "
            f"one. Where you cannot, run elsewhere: {_INSTEAD[program]}."
        )
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, with arguments of our own
        [found, *arguments],
        check=False,
        env={**os.environ, **_environment(database_url)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line.lower()), "it did not say why")
        raise StoreError(f"`{program}` ended with {done.returncode}: {said.strip()}")


def _environment(database_url: str) -> Mapping[str, str]:
    url = make_url(database_url)
    query = {name: value for name, value in url.query.items() if isinstance(value, str) and name in _NAMES}
    told = {
        **{_NAMES[name]: value for name, value in query.items()},
        "PGHOST": url.host or query.get("host", ""),
        "PGPORT": str(url.port or query.get("port", "")),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
        "PGAPPNAME": "leadloop",
    }
    return {name: value for name, value in told.items() if value}
