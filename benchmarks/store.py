"""P7: what the store's three bulk paths cost against the bare driver, on SQLite and PostgreSQL.

    python3 -m benchmarks.store [--json] [--rounds 5] [--rows 100000]

The floor is the driver alone: `executemany` of ready rows with the same conflict clause into the same tables with the
same indexes; on PostgreSQL `INSERT … SELECT unnest`. The statement layer takes the same ready rows; the whole path
takes domain values, finds leads, sorts and dedupes, and is told beside it.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.measure import Row, Spent, Timer, at_most, cpu_ratio, known, median_cpu_s, report, take_turns
from domain.activity import Activity, ActivityKind
from domain.change import Change, ChangeKind
from domain.record import Record
from domain.values import LeadId, RecordRef, RuleHash
from store import ledger, putting
from store import records as record_rows
from store.chunks import BulkInsert
from store.engine import SQLITE_PRAGMAS, Store, Tx
from store.outbox_row import OutboxDraft
from tests.postgres import PostgresServer

PER_COMMIT = 1_000
PATHS = ("activities", "records", "outbox")
LIMITS = {"sqlite": 1.5, "postgresql": 1.3}
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_PORTION = 500


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.store", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=100_000, help="activities; of records half, of writes a tenth")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder)) as urls:
        rows = [row for kind, url in urls.items() for row in _measure(kind, url, given.rows, given.rounds)]
    return report(rows, as_json=given.json)


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, str]]:
    server = PostgresServer(folder)
    try:
        yield {"sqlite": str(folder), "postgresql": server.create_database("bench")}
    finally:
        server.stop()


def _measure(kind: str, place: str, count: int, rounds: int) -> Iterator[Row]:
    for path in PATHS:
        pieces = {layer.__name__: (_spend, (kind, place, path, layer.__name__, count)) for layer in LAYERS}
        spent = take_turns(pieces, rounds=rounds)
        for layer in ("statement", "whole"):
            row = Row(
                name=f"P7 {kind} {path}: {layer}",
                figure=1e6 * median_cpu_s(spent[layer]) / _size(path, count),
                unit="µs CPU a row",
                floor=1e6 * median_cpu_s(spent["bare"]) / _size(path, count),
                ratio=cpu_ratio(spent[layer], spent["bare"]),
            )
            yield at_most(row, LIMITS[kind]) if layer == "statement" else row


def _size(path: str, count: int) -> int:
    return {"activities": count, "records": count // 2, "outbox": count // 10}[path]


def _spend(kind: str, place: str, path: str, layer: str, count: int) -> Spent:
    """One piece, in a process of its own: a fresh database, `count` rows, a commit per thousand."""
    values = list(MAKE[path](_size(path, count)))
    with _empty(kind, place) as store:
        ready = [] if layer == "whole" else _ready(store, path, values)
        work = next(each for each in LAYERS if each.__name__ == layer)
        return work(store, path, values if layer == "whole" else ready)


@contextmanager
def _empty(kind: str, place: str) -> Iterator[Store]:
    if kind == "sqlite":
        with (
            tempfile.TemporaryDirectory(dir=place) as folder,
            closing(_Closing(f"sqlite:///{folder}/bench.db")) as made,
        ):
            yield made.store
        return
    with closing(_Closing(place)) as made:
        _clear(made.store)
        yield made.store


class _Closing:
    """A migrated store that can be closed."""

    def __init__(self, url: str) -> None:
        self.store = Store.open(url)
        self.store.migrate()

    def close(self) -> None:
        self.store.dispose()


def _clear(store: Store) -> None:
    with store.write() as tx:
        for name in ("activity", "record", "outbox"):
            tx.exec_driver_sql(f"DELETE FROM {name}")


def _ready(store: Store, path: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that the whole path would write, taken from a store into which it did."""
    insert, name = INSERTS[path], TABLES[path]
    with store.write() as tx:
        PUT[path](tx, values)
        columns = ", ".join(insert.columns)
        rows = [tuple(row) for row in tx.exec_driver_sql(f"SELECT {columns} FROM {name}").all()]
    _clear(store)
    return rows


def bare(store: Store, path: str, rows: Sequence[tuple[Any, ...]]) -> Spent:
    """The driver alone."""
    return _bare_sqlite(store, path, rows) if store.path is not None else _bare_postgresql(store, path, rows)


def _bare_sqlite(store: Store, path: str, rows: Sequence[tuple[Any, ...]]) -> Spent:
    insert = INSERTS[path]
    marks = ", ".join("?" * len(insert.columns))
    sql = f"INSERT INTO {TABLES[path]} ({', '.join(insert.columns)}) VALUES ({marks}) {_conflict(insert)}"
    with closing(sqlite3.connect(str(store.path), isolation_level=None)) as connection:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        with Timer() as timer:
            for begin in range(0, len(rows), PER_COMMIT):
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(sql, rows[begin : begin + PER_COMMIT])
                connection.execute("COMMIT")
    return known(timer)


def _bare_postgresql(store: Store, path: str, rows: Sequence[tuple[Any, ...]]) -> Spent:
    insert = INSERTS[path]
    into = f"INSERT INTO {TABLES[path]} ({', '.join(insert.columns)})"
    sql = f"{into} SELECT * FROM unnest({insert.arrays}) {_conflict(insert)}"
    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(url)) as connection, Timer(cpu_of(connection.info.backend_pid)) as timer:
        for begin in range(0, len(rows), PER_COMMIT):
            for at in range(begin, min(begin + PER_COMMIT, len(rows)), _PORTION):
                portion = rows[at : at + _PORTION]
                connection.execute(sql, [list(column) for column in zip(*portion, strict=True)])
            connection.commit()
    return known(timer)


def _conflict(insert: BulkInsert) -> str:
    """What the store's statement does with a row that is there; the driver is not asked to tell which it was."""
    return insert.tail.partition(" RETURNING ")[0]


def statement(store: Store, path: str, rows: Sequence[tuple[Any, ...]]) -> Spent:
    """The store's own bulk statement, given ready rows."""
    return _through(store, rows, INSERTS[path].run)


def whole(store: Store, path: str, values: Sequence[Any]) -> Spent:
    """The store's function, given domain values."""
    return _through(store, values, PUT[path])


def _through(store: Store, rows: Sequence[Any], put: Callable[[Tx, Sequence[Any]], object]) -> Spent:
    with Timer(backend_cpu(store)) as timer:
        for begin in range(0, len(rows), PER_COMMIT):
            with store.write() as tx:
                put(tx, rows[begin : begin + PER_COMMIT])
    return known(timer)


def backend_cpu(store: Store) -> Callable[[], float]:
    """Processor time of the database's own process: the one pooled connection serves every transaction of a thread."""
    if store.path is not None:
        return lambda: 0.0
    with store.read() as tx:
        return cpu_of(int(tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()))


def cpu_of(pid: int) -> Callable[[], float]:
    ticks = os.sysconf("SC_CLK_TCK")

    def spent() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    return spent


def _activities(count: int) -> Iterator[Activity]:
    for number in range(count):
        yield Activity(
            connection="hubspot",
            stream="email_events",
            external_id=f"event-{number:08d}",
            kind=ActivityKind.EMAIL_CLICKED,
            occurred_at=NOW - timedelta(seconds=number),
            record=RecordRef(connection="hubspot", object="contacts", id=str(number % 20_000)),
            properties={"url": f"https://www.acme.example/pricing/{number % 50}", "campaign": "Autumn"},
        )


def _records(count: int) -> Iterator[Record]:
    for number in range(count):
        yield Record(
            ref=RecordRef(connection="hubspot", object="contacts", id=str(number)),
            values={f"property_{each}": f"value {number} {each}" for each in range(15)},
            modified_at=NOW - timedelta(seconds=number),
        )


def _drafts(count: int) -> Iterator[OutboxDraft]:
    for number in range(count):
        change = Change(
            key="",
            kind=ChangeKind.FIELDS,
            object="Lead",
            id=f"00Q{number:015d}",
            values={"LL_Score__c": 74, "LL_Why__c": "Asked for a demo today."},
            expected={"LL_Score__c": 41, "LL_Why__c": None},
        )
        yield OutboxDraft(
            connection="salesforce",
            lane="background",
            change=change,
            cause="score",
            rule_hash=RuleHash("0" * 64),
            lead_id=LeadId(number + 1),
        )


LAYERS = (bare, statement, whole)
TABLES = {"activities": "activity", "records": "record", "outbox": "outbox"}
INSERTS: dict[str, BulkInsert] = {"activities": ledger.INSERT, "records": record_rows.UPSERT, "outbox": putting.INSERT}
MAKE: dict[str, Callable[[int], Iterator[Any]]] = {"activities": _activities, "records": _records, "outbox": _drafts}
PUT: dict[str, Callable[[Tx, Sequence[Any]], object]] = {
    "activities": lambda tx, some: ledger.add(tx, some, seen_at=NOW),
    "records": lambda tx, some: record_rows.upsert(tx, some, seen_at=NOW),
    "outbox": lambda tx, some: putting.put(tx, some, now=NOW),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
