"""The wire log: what was said to the systems and what they answered, masked by the connectors, for seven days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Protocol

from sqlalchemy import delete, func, select

from store.chunks import delete_oldest
from store.columns import plain
from store.engine import Store, Tx
from store.schema import wire as table

KEPT_FOR = timedelta(days=7)
_BATCH = 50


class Exchange(Protocol):
    """What a connector hands over: one request and its answer."""

    @property
    def connection(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def status(self) -> int | None: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def seconds(self) -> float: ...
    @property
    def request(self) -> str: ...
    @property
    def response(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptExchange:
    """An exchange as it was kept; long bodies are cut."""

    id: int
    connection: str
    method: str
    path: str
    status: int | None
    started_at: datetime
    seconds: float
    request: str
    response: str


class StoreWireLog:
    """Keeps every failed exchange and each n-th of the others (`one_in`), bodies up to `body_limit` characters.

    Rows are gathered and written together, because a write per call would cost more than the call;
    `max_rows` bounds what a storm of calls can fill the disk with.
    """

    def __init__(self, store: Store, *, one_in: int = 1, body_limit: int = 16_384, max_rows: int = 100_000) -> None:
        self._store = store
        self._one_in = max(one_in, 1)
        self._body_limit = body_limit
        self._max_rows = max_rows
        self._lock = Lock()
        self._seen = 0
        self._waiting: list[dict[str, Any]] = []

    def keep(self, exchange: Exchange) -> None:
        with self._lock:
            self._seen += 1
            failed = exchange.status is None or exchange.status >= 400
            if not failed and self._seen % self._one_in:
                return
            self._waiting.append(self._to_row(exchange))
            if len(self._waiting) < _BATCH:
                return
            rows, self._waiting = self._waiting, []
        self._write(rows)

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            rows, self._waiting = self._waiting, []
        self._write(rows)

    def _write(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return

        def write(tx: Tx) -> None:
            tx.execute(table.insert(), rows)
            newest = tx.execute(select(func.max(table.c.id))).scalar_one()
            tx.execute(delete(table).where(table.c.id <= newest - self._max_rows))
            purge(tx, before=max(row["started_at"] for row in rows) - KEPT_FOR, limit=10 * _BATCH)

        self._store.transact(write)

    def _to_row(self, exchange: Exchange) -> dict[str, Any]:
        return {
            "connection": exchange.connection,
            "method": exchange.method,
            "path": exchange.path,
            "status": exchange.status,
            "started_at": exchange.started_at,
            "seconds": exchange.seconds,
            "request": plain(exchange.request)[: self._body_limit],
            "response": plain(exchange.response)[: self._body_limit],
        }


def exchanges(tx: Tx, connection: str | None = None, *, limit: int = 100) -> Iterator[KeptExchange]:
    """The last exchanges, newest first."""
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    if connection is not None:
        query = query.where(table.c.connection == connection)
    for row in tx.execute(query):
        yield KeptExchange(**row._mapping)


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """Delete what is older, the oldest `limit` rows of it; returns how many."""
    return delete_oldest(tx, table.c.started_at, before=before, limit=limit)
