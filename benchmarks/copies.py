"""Copies what the loop made of some leads under other numbers and some hours earlier, by SQL alone.

Every table that has a row of theirs is copied, so that each copy has what a decided lead really has.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Integer, Table
from sqlalchemy.types import BigInteger

from benchmarks.crowd import BASE, COMPANY, NOON, SAMPLE
from store.columns import Instant, to_micros
from store.engine import Store, Tx
from store.schema import lead, metadata, number, record, record_value

HOUR_US = 3_600_000_000
WITHIN_H = 28 * 24
"""Copies stand at most so many hours behind: the time of some of them has come, and a tick finds those."""
_STRIDE = 61
_MIXER = 1_000_003
_NEVER_READ = frozenset({"audit", "outbox", "hint"})
"""A tick adds to these and looks at what is new in them only; settled writes are deleted after a while."""
_TOLD_APART = (("intent", "key"),)
"""Made of a hash: no number stands in it that could be changed."""


def number_from(tx: Tx, series: str, value: int) -> None:
    """The next number given out is above this."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT setval('{series}_number', {value})")
    else:
        tx.exec_driver_sql(f"INSERT OR REPLACE INTO {number.name} (name, value) VALUES ('{series}', {value})")


def multiply(store: Store, leads: int) -> None:
    """From `SAMPLE` leads to so many, a transaction per copy of all of them."""
    with store.write() as tx:
        tables = [each for each in metadata.sorted_tables if _keep_sample(tx, each)]
        statements = [statement for each in tables for statement in _statement(tx, each)]
    if store.path is not None:
        _hurry(store)
    indexes = _without_indexes(store, tables)
    for copy in range(1, leads // SAMPLE):
        with store.write() as tx:
            for statement in statements:
                tx.exec_driver_sql(_filled(statement, copy))
    for index in indexes:
        with store.write() as tx:
            tx.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
            tx.exec_driver_sql(index)
    with store.write() as tx:
        for each in tables:
            tx.exec_driver_sql(f"DROP TABLE sample_{each.name}")
        number_from(tx, "lead", BASE + leads)
        _put_to_sleep(tx)
    _tidy(store)


def _hurry(store: Store) -> None:
    """What is copied can be copied again: no journal until all is there, and a cache that holds the ends of trees."""
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-262144"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")


def _put_to_sleep(tx: Tx) -> None:
    """Whose time came while they stood behind waits in `came_due` until a tick is to find them."""
    late = f"wake_at <= {to_micros(NOON)}"
    tx.exec_driver_sql(f"CREATE TABLE came_due AS SELECT id FROM lead WHERE {late}")
    tx.exec_driver_sql(f"UPDATE lead SET wake_at = NULL WHERE {late}")


def wake(tx: Tx, count: int, *, place: int) -> None:
    """Let so many of them be due, spread over the whole store; `place`: others each time."""
    mixed = f"id * 7919 - id * 7919 / {_MIXER} * {_MIXER}"
    some = f"SELECT id FROM came_due ORDER BY {mixed}, id LIMIT {count} OFFSET {count * place}"
    woken = tx.exec_driver_sql(f"UPDATE lead SET wake_at = {to_micros(NOON)} WHERE id IN ({some})").rowcount
    if woken != count:
        raise LookupError(f"only {woken} leads are left whose time has come")


def _tidy(store: Store) -> None:
    """As a store is that was not made in one go: with statistics, and nothing left to be moved."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.path is None:
            connection.exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def _without_indexes(store: Store, tables: Sequence[Table]) -> list[str]:
    """PostgreSQL makes an index of many rows much faster than it adds them one by one; what makes these anew."""
    if store.path is not None:
        return []
    names = ", ".join(f"'{each.name}'" for each in tables)
    theirs = f"i.indrelid::regclass::text IN ({names})"
    with store.write() as tx:
        rows = tx.exec_driver_sql(
            "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), "
            "c.conname, pg_get_constraintdef(c.oid) "
            "FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid "
            f"WHERE {theirs} ORDER BY 1, 2"
        ).all()
        made = []
        for table, index, definition, constraint, said in rows:
            tx.exec_driver_sql(
                f"DROP INDEX {index}" if constraint is None else f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"
            )
            made.append(definition if constraint is None else f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {said}")
    return made


def _filled(statement: str, copy: int) -> str:
    behind_h = copy * _STRIDE % WITHIN_H
    return statement.format(leads=copy * SAMPLE, us=behind_h * HOUR_US, copy=copy)


def _keep_sample(tx: Tx, table: Table) -> bool:
    """Put the rows of the sample aside, each with the number of its lead and of its company; False: there are none."""
    owner = _owner_of(table)
    if owner is None:
        return False
    name = f"sample_{table.name}"
    company = f"(({owner}) - {BASE + 1}) / {COMPANY} * {COMPANY} + {BASE + 1}"
    tx.exec_driver_sql(
        f"CREATE TABLE {name} AS SELECT {table.name}.*, {owner} AS n_, {company} AS c_ FROM {table.name} "
        f"WHERE {owner} > {BASE} ORDER BY {', '.join(column.name for column in table.primary_key)}"
    )
    if tx.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar():
        return True
    tx.exec_driver_sql(f"DROP TABLE {name}")
    return False


def _owner_of(table: Table) -> str | None:
    """An expression for the lead that a row belongs to, or the first lead of the company that it is."""
    if table is lead:
        return "id"
    if table in (record, record_value):
        digits = "substr(id, length(id) - 8)"
        return f"CASE WHEN object IN ('contacts', 'Lead', 'Account') THEN CAST({digits} AS BIGINT) END"
    return "lead_id" if "lead_id" in table.c and table.name not in _NEVER_READ else None


def _statement(tx: Tx, table: Table) -> Iterator[str]:
    """One INSERT … SELECT, with places for what tells copies apart."""
    columns = [column for column in table.c if not _is_counted_up(table, column)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_value(tx, table, column) for column in columns)
    yield f"INSERT INTO {table.name} ({names}) SELECT {values} FROM sample_{table.name}"


def _is_counted_up(table: Table, column: Column[Any]) -> bool:
    """Whether the database numbers these rows by itself."""
    return column.primary_key and column.name == "id" and table not in (lead, record, record_value)


def _value(tx: Tx, table: Table, column: Column[Any]) -> str:
    name = f'"{column.name}"'
    if column.name == "lead_id" or (table is lead and column.name == "id"):
        return f"{name} + {{leads}}"
    if isinstance(column.type, Instant):
        return f"{name} - {{us}}"
    if (table.name, column.name) in _TOLD_APART:
        return f"{name} || '-{{copy}}'"
    if not _names_somebody(tx, table, column):
        return name
    own = f"replace({name}, CAST(n_ AS TEXT), CAST(n_ + {{leads}} AS TEXT))"
    return f"replace({own}, CAST(c_ AS TEXT), CAST(c_ + {{leads}} AS TEXT))"


def _names_somebody(tx: Tx, table: Table, column: Column[Any]) -> bool:
    """Whether a lead's or a company's number stands in this column."""
    if isinstance(column.type, Integer | BigInteger) or str(column.type) in {"BOOLEAN", "FLOAT", "BLOB", "BIGINT"}:
        return False
    texts: Sequence[object] = tx.exec_driver_sql(
        f"SELECT 1 FROM sample_{table.name} WHERE \"{column.name}\" LIKE '%%' || CAST(n_ AS TEXT) || '%%' "
        f"OR \"{column.name}\" LIKE '%%' || CAST(c_ AS TEXT) || '%%' LIMIT 1"
    ).all()
    return bool(texts)
