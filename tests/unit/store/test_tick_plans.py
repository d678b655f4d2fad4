"""No statement of a cycle reads a table from end to end that grows with the leads, on either database."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from domain.record import Record
from domain.values import LeadId
from store import head_count, installation, leads, ledger, records
from store.engine import Store, Tx
from sync.cycle import run_once
from tests.starter import starter_version
from tests.unit.store.examples import NOON, activity, ref
from tests.unit.sync.looping import looping

GROWING = frozenset(
    {"lead", "record", "record_value", "identity_key", "activity", "fact", "score", "desired", "merge_base"}
    | {"membership", "intent", "outbox", "audit", "handoff", "transition", "assignment", "subject_key", "rule_problem"}
    | {"misfit", "arrival", "evidence", "conflict", "held_lead"}
)
FEW = frozenset({"ix_lead_due", "ix_lead_plan_due", "ix_outbox_claimed", "ix_outbox_stopped", "ix_evidence_unasked"})
"""Indexes that hold what waits, and nothing else."""
PEOPLE = 40
ALIASES = {"r": "record"}
FIRST = head_count.SMALL + 1
"""So many leads are no longer counted every time."""


@contextmanager
def told(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that may read, with one set of its values."""
    found: dict[str, Any] = {}

    def keep(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, many: bool) -> None:
        if text.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            found.setdefault(text, values[0] if many else values)

    rows: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", keep)
    yield rows
    event.remove(store.engine, "before_cursor_execute", keep)
    rows += found.items()


def number_from(tx: Tx, number: int) -> None:
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT setval('lead_number', {number})")
    else:
        tx.exec_driver_sql(f"INSERT INTO number (name, value) VALUES ('lead', {number})")


def arrive(tx: Tx) -> list[LeadId]:
    number_from(tx, FIRST)
    made = [each.id for each in leads.create(tx, PEOPLE, now=NOON, installation="LL")]
    for place, lead in enumerate(made):
        one = ref(f"{place}", connection="hubspot", kind="contacts")
        values = {"email": f"p{place}@acme.example", "lastname": "Ruiz", "jobtitle": "VP Operations"}
        records.upsert(tx, [Record(ref=one, values=values, modified_at=NOON)], seen_at=NOON)
        records.assign(tx, {one: lead})
    return made


def news(tx: Tx, made: Sequence[LeadId], minute: int) -> None:
    """A few of them did something and are to be written anew; the time of another has come."""
    done = [activity(f"{minute}-{place}", of=f"{place}", minute=minute) for place in range(3)]
    ledger.add(tx, done, seen_at=NOON)
    leads.touch(tx, made[:3])
    leads.mark_plan_due(tx, made[:3])
    tx.exec_driver_sql(f"UPDATE lead SET wake_at = 1 WHERE id = {made[5]}")


def filled(tx: Tx) -> frozenset[str]:
    """The tables that have something of everybody: of an empty one PostgreSQL reads the whole, whatever there is."""
    if tx.dialect.name != "postgresql":
        return GROWING
    return frozenset(
        each for each in GROWING if tx.exec_driver_sql(f"SELECT count(*) FROM {each}").scalar_one() >= PEOPLE
    )


def scans(tx: Tx, text: str, values: Any) -> set[str]:
    """The tables, as `table` or `table by index`, that a statement reads whole."""
    if tx.dialect.name != "postgresql":
        plan = "\n".join(str(row[-1]) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))
        found = re.findall(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", plan)
    else:
        plan = "\n".join(row[0] for row in tx.exec_driver_sql(f"EXPLAIN {text}", values))
        found = [(table, "") for table in re.findall(r"Seq Scan on (\w+)", plan)]
        nodes = re.split(r"\n(?=\s*->)", plan)
        by_index = (re.search(r"Index (?:Only )?Scan.* using (\w+) on (\w+)", node) for node in nodes)
        found += [
            (hit[2], hit[1]) for hit, node in zip(by_index, nodes, strict=True) if hit and "Index Cond" not in node
        ]
    tables, large = [(ALIASES.get(table, table), index) for table, index in found], filled(tx)
    return {f"{table} by {index}" for table, index in tables if table in large and index not in FEW}


def test_no_statement_of_a_cycle_reads_whole_what_grows_with_the_leads(store: Store, tmp_path: Path) -> None:
    with looping(store, starter_version(tmp_path / "rules")) as loop:
        with store.write(loop.epoch) as tx:
            installation.put(tx, installation.WENT_LIVE, (NOON - timedelta(days=1)).isoformat())
            made = arrive(tx)
        run_once(loop, now=NOON)
        with store.write(loop.epoch) as tx:
            news(tx, made, 5)
        with told(store) as statements:
            run = run_once(loop, now=NOON + timedelta(minutes=10))
        assert run.counts["decided_leads"] == 4
        with store.write() as tx:
            if store.is_postgresql:
                tx.exec_driver_sql("ANALYZE")
                tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
            whole = {text: found for text, values in statements if (found := scans(tx, text, values))}
        assert len(statements) > 50
        assert whole == {}


def test_many_leads_are_counted_anew_only_after_a_day_or_a_hundredth_more(store: Store) -> None:
    with store.write() as tx:
        arrive(tx)
        head_count.recount(tx, now=NOON)
        leads.create(tx, 1, now=NOON, installation="LL")
        assert head_count.about(tx, now=NOON) == PEOPLE + 1, "one more is more than a hundredth of forty"
        head_count.recount(tx, now=NOON)
        tx.exec_driver_sql(f"UPDATE lead SET merged_into = {FIRST + 1} WHERE id = {FIRST + 2}")
        assert head_count.about(tx, now=NOON + timedelta(hours=23)) == PEOPLE + 1
        assert head_count.about(tx, now=NOON + timedelta(hours=24)) == PEOPLE
        head_count.recount(tx, now=NOON + timedelta(hours=24))
        assert head_count.about(tx, now=NOON + timedelta(hours=25)) == PEOPLE


def test_few_leads_are_counted_every_time(store: Store) -> None:
    with store.write() as tx:
        assert head_count.about(tx, now=NOON) == 0
        leads.create(tx, 3, now=NOON, installation="LL")
        head_count.recount(tx, now=NOON)
        leads.create(tx, 1, now=NOON, installation="LL")
        assert head_count.about(tx, now=NOON) == 4
        assert installation.get(tx, "lead_count") is None


@pytest.mark.parametrize("look", ["count_by_stage", "count"])
def test_leads_are_counted_by_stage_in_the_index_alone(store: Store, look: str) -> None:
    with store.write() as tx:
        arrive(tx)
    if store.is_postgresql:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
            tx.exec_driver_sql("VACUUM ANALYZE lead")
    with store.read() as tx, told(store) as statements:
        getattr(leads, look)(tx)
    ((text, values),) = statements
    with store.write() as tx:
        if store.is_postgresql:
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
            tx.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            plan = "\n".join(row[0] for row in tx.exec_driver_sql(f"EXPLAIN {text}", values))
            assert "Index Only Scan" in plan
        else:
            (row,) = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            assert row[-1] == "SCAN lead USING COVERING INDEX ix_lead_stage_merged_into"
