"""A store that nothing was read into: made once per test process, laid down wherever a test wants one."""

import tempfile
from functools import cache
from pathlib import Path

from store.engine import Store


def empty_store(path: Path) -> str:
    """Lays the SQLite file of an empty store down at `path`; its address."""
    path.write_bytes(migrated())
    path.chmod(0o600)
    return f"sqlite:///{path}"


@cache
def migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leadloop.db"
        made = Store.open(f"sqlite:///{path}")
        made.migrate()
        with made.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        made.dispose()
        return path.read_bytes()
