"""An empty store that is migrated once and copied for every test."""

from pathlib import Path

from store.engine import Store


def migrated_file(folder: Path) -> Path:
    """The SQLite file of an empty store, with nothing left in its write-ahead log: it may be copied."""
    path = folder / "leadloop.db"
    made = Store.open(f"sqlite:///{path}")
    made.migrate()
    with made.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.dispose()
    return path
