"""A copy of an SQLite database while others write to it, and its exchange for another, in one step each."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from domain.errors import StoreError

_BESIDE = ("-wal", "-shm", "-journal")


def copy(path: Path, to: Path) -> None:
    """What was committed when it began, by SQLite's online copy; writers go on meanwhile."""
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        there = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
        with closing(there) as read, closing(sqlite3.connect(to)) as written:
            read.backup(written)
            written.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise StoreError(f"The database {path} cannot be copied: {error}.") from error
    _to_disk(to)


def require_sound(path: Path) -> None:
    """StoreError when a page is damaged, or the file is no database."""
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            found = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} cannot be read as an SQLite database: {error}.") from error
    if found != ["ok"]:
        raise StoreError(f"{path.name} is damaged: {'; '.join(found)}.")


def exchange(path: Path, new: Path, *, aside: Path) -> None:
    """Put `new` where the database is; what was there stays as `aside`. Killed anywhere, one of the two is there.

    To be called by whoever holds the lead. What lies beside a database belongs to it: left there, it would be
    played into the new one.
    """
    to_one_file(new)
    if path.exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=30)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.link(path, aside)
        for end in _BESIDE:
            beside = path.with_name(path.name + end)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + end))
    new.replace(path)
    _folder_to_disk(path.parent)


def to_one_file(path: Path) -> None:
    """A database that was opened since it was copied becomes one file again."""
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            db.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} cannot be written: {error}.") from error
    _to_disk(path)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _folder_to_disk(folder: Path) -> None:
    _to_disk(folder)
