"""One thread of one process at a time, for what goes on outside a transaction and must not go on twice at once."""

import fcntl
import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.errors import StoreError
from store.engine import Store
from store.failure import to_store_error

_PATIENCE_MS = 120_000
"""Longer than the longest call to a vendor: whoever hangs for longer is gone, and what it did is not waited for."""
_in_memory: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def one_at_a_time(store: Store, what: str) -> Iterator[None]:
    """Wait for the turn. It ends with the process that has it, however that ends."""
    if store.path is not None:
        held = _by_file(store.path, what)
    elif store.is_postgresql:
        held = _by_server(store, what)
    else:
        held = _by_thread(store, what)
    with held:
        yield


@contextmanager
def _by_file(path: Path, what: str) -> Iterator[None]:
    """The file stays: to remove it would let two lock two files of one name."""
    name = hashlib.sha256(what.encode()).hexdigest()[:12]
    lock = path.with_name(f"{path.name}.{name}.lock")
    try:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreError(f"The lock file {lock} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _by_server(store: Store, what: str) -> Iterator[None]:
    """A session of its own has the lock, and gives it back by ending."""
    key = {"key": f"leadloop {what}"}
    try:
        session = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except DBAPIError as error:
        raise to_store_error(error) from None
    try:
        try:
            session.execute(text(f"SET lock_timeout = '{_PATIENCE_MS}ms'"))
            session.execute(text("SELECT pg_advisory_lock(hashtextextended(:key, 0))"), key)
        except DBAPIError as error:
            raise to_store_error(error) from None
        yield
    finally:
        session.invalidate()
        session.close()


@contextmanager
def _by_thread(store: Store, what: str) -> Iterator[None]:
    with _in_memory[id(store.engine), what]:
        yield
