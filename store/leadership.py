"""Who leads: one process at a time writes the loop's tables.

The lock keeps others from trying; the epoch, checked in every write, is what makes a former leader
harmless: after a restart of PostgreSQL two processes may both believe they hold the lock.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from domain.errors import FencedError, LeadHeldError, StoreError
from store.engine import Store, Tx
from store.failure import to_store_error
from store.schema import leadership as table
from store.upserts import insert_for

_LOCK = "leadloop leads"
_PATIENCE_MS = 1500
_LOCK_NOT_AVAILABLE = "55P03"
"""What PostgreSQL calls a lock that was not freed within `lock_timeout`."""


_LetGo = Callable[[], None]
_IsHeld = Callable[[], bool]


@dataclass(slots=True, kw_only=True)
class Leadership:
    """Held until `release`; `epoch` goes into every write."""

    store: Store
    epoch: int
    _let_go: _LetGo
    _is_held: _IsHeld
    _released: bool = False

    def keep(self) -> None:
        """Take the lock again where it went with its session, as by a restart of PostgreSQL: whoever begins meanwhile
        would find the lead free. FencedError when somebody has it by now."""
        if self._released or self._is_held():
            return
        try:
            again = _lock(self.store)
        except LeadHeldError as error:
            raise FencedError("Another process took the lead when the lock was lost.") from error
        self._let_go()
        self._let_go, self._is_held = again
        with self.store.read() as tx:
            now = epoch_now(tx)
        if now != self.epoch:
            raise FencedError(f"Another process has led since: the epoch is {now}, ours {self.epoch}.")

    def release(self) -> None:
        """Let another process lead; a second call does nothing."""
        if not self._released:
            self._released = True
            self._let_go()


def acquire(store: Store, *, holder: str) -> Leadership:
    """Take the lead and raise the epoch; LeadHeldError while another process has it."""
    let_go, is_held = _lock(store)
    try:
        with store.write() as tx:
            epoch = _raise_epoch(tx, holder)
    except BaseException:
        let_go()
        raise
    return Leadership(store=store, epoch=epoch, _let_go=let_go, _is_held=is_held)


def keep_out(where: Store | Path) -> Callable[[], None]:
    """Let nobody lead until what this returns is called, also where there are no tables to lead by; LeadHeldError
    while another process does."""
    let_go, _ = _lock_file(where) if isinstance(where, Path) else _lock(where)
    return let_go


def epoch_now(tx: Tx) -> int:
    """The epoch of whoever took the lead last; 0 when nobody ever did."""
    found: int | None = tx.execute(text("SELECT epoch FROM leadership WHERE id = 1")).scalar()
    return found or 0


def _raise_epoch(tx: Tx, holder: str) -> int:
    statement = insert_for(tx, table).values(id=1, epoch=1, holder=holder)
    changed = {"epoch": table.c.epoch + 1, "holder": holder}
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed).returning(table.c.epoch)
    epoch: int = tx.execute(statement).scalar_one()
    return epoch


def _lock(store: Store) -> tuple[_LetGo, _IsHeld]:
    return _lock_file(store.path) if store.path is not None else _lock_server(store)


def _lock_file(path: Path) -> tuple[_LetGo, _IsHeld]:
    """The kernel frees the lock with the process, however it ends. The file itself stays: removing it would race."""
    lock = path.with_name(path.name + ".lock")
    try:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreError(f"The lock file {lock} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise LeadHeldError("Another process of this installation leads the loop.") from error
    return (lambda: os.close(handle)), (lambda: True)


def _lock_server(store: Store) -> tuple[_LetGo, _IsHeld]:
    """A session of its own holds the lock: a dropped connection frees it."""
    if not store.is_postgresql:
        return (lambda: None), (lambda: True)
    try:
        session = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except DBAPIError as error:
        raise to_store_error(error) from None
    try:
        _refuse_shared_sessions(store, session)
        _take_lock(session)
    except BaseException:
        session.invalidate()
        session.close()
        raise
    return (lambda: _close(session)), (lambda: _has_lock(session))


def _take_lock(session: Connection) -> None:
    """Waits a moment: the server frees the lock of a killed process when it notices that its line is gone."""
    try:
        session.execute(text(f"SET lock_timeout = '{_PATIENCE_MS}ms'"))
        session.execute(text("SELECT pg_advisory_lock(hashtextextended(:key, 0))"), {"key": _LOCK})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise to_store_error(error) from None
        raise LeadHeldError("Another process of this installation leads the loop.") from None


def _refuse_shared_sessions(store: Store, session: Connection) -> None:
    """Before anything is locked, for nobody would find that lock again.

    A pooler in transaction mode mostly gives us the session that we had, so we ask while a transaction of another
    connection is open: it has our session then, or we are given another one.
    """
    try:
        before = _server_process(session)
        with store.engine.connect() as other:
            is_shared = _server_process(other) == before or _server_process(session) != before
    except DBAPIError as error:
        raise to_store_error(error) from None
    if is_shared:
        raise StoreError(
            "The database is reached through a pooler that shares connections (pgbouncer in transaction mode): "
            "a lead cannot be held that way. Point database_url at PostgreSQL itself."
        )


def _server_process(session: Connection) -> int:
    number: int = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return number


def _has_lock(session: Connection) -> bool:
    """Also asked of a session that was found broken before, while the server was still away."""
    if session.invalidated:
        return False
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()")
    try:
        return bool(session.execute(held).scalar())
    except DBAPIError as error:
        return not error.connection_invalidated


def _close(session: Connection) -> None:
    """Give the lock back, then drop the connection rather than return it to the pool: a broken line frees it too."""
    if not session.invalidated:
        with suppress(DBAPIError):
            session.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), {"key": _LOCK})
    session.invalidate()
    session.close()
