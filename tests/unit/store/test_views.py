"""The views for people's own tools: the same on both databases, about nobody who is gone, and naming nobody."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from domain.values import LeadId
from store import leads
from store.engine import Store, Tx
from store.views import edition, making, reading
from store.views.promised import VIEWS
from store.views.reading import rows
from store.views.view import Kind, View
from tests.postgres import PostgresServer
from tests.stores import empty_store
from tests.view_rows import ADDRESS, LONG_AGO, fill

BY_NAME = {each.name: each for each in VIEWS}


def shown(tx: Tx, view: View) -> list[dict[str, Any]]:
    """As an export has it."""
    names = [each.name for each in view.columns]
    return [dict(zip(names, row, strict=True)) for row in rows(tx, view)]


def as_tools_see_it(tx: Tx, view: View) -> list[tuple[Any, ...]]:
    """As a query of somebody else's gets it, in no order."""
    return [tuple(row) for row in tx.exec_driver_sql(f"SELECT * FROM {view.called}")]


def test_the_edition_is_the_one_of_the_views_as_they_are_made() -> None:
    assert making.edition() == edition.EDITION, "the views changed: this hash belongs into store/views/edition.py"
    assert tuple(each.called for each in VIEWS) == edition.NAMES


def test_every_view_stands_with_the_columns_it_promises(store: Store) -> None:
    with store.read() as tx:
        look = inspect(tx)
        assert sorted(look.get_view_names()) == sorted(edition.NAMES)
        for view in VIEWS:
            assert [each["name"] for each in look.get_columns(view.called)] == [each.name for each in view.columns]


def test_both_databases_show_the_same_rows(tmp_path: Path, postgres: PostgresServer) -> None:
    found = []
    for url in (empty_store(tmp_path / "leadloop.db"), postgres.create_store("views")):
        store = Store.open(url)
        with store.write() as tx:
            fill(tx)
        with store.read() as tx:
            found.append({view.name: list(rows(tx, view)) for view in VIEWS})
        store.dispose()
    postgres.drop_database("views")
    assert found[0] == found[1]
    assert {name: len(several) for name, several in found[0].items() if len(several) < 2} == {}


def test_an_export_has_the_rows_of_the_view(store: Store) -> None:
    with store.write() as tx:
        fill(tx)
    with store.read() as tx:
        for view in VIEWS:
            kinds = [each.kind for each in view.columns]
            seen = [tuple(map(_read, kinds, row)) for row in as_tools_see_it(tx, view)]
            assert sorted(seen, key=repr) == sorted(rows(tx, view), key=repr), view.name


def _read(kind: Kind, cell: Any) -> Any:
    if cell is None:
        return None
    match kind:
        case Kind.TIME:
            return (datetime.fromisoformat(cell) if isinstance(cell, str) else cell).astimezone(UTC)
        case Kind.POINTS:
            return Decimal(str(cell)).quantize(Decimal("0.001"))
        case Kind.YES_NO:
            return bool(cell)
    return cell


def test_only_columns_that_may_be_empty_ever_are(store: Store) -> None:
    with store.write() as tx:
        fill(tx)
    with store.read() as tx:
        for view in VIEWS:
            bare = {name for row in shown(tx, view) for name, cell in row.items() if cell is None}
            assert bare <= {each.name for each in view.columns if each.may_be_empty}, view.name


def test_a_time_has_every_microsecond_also_before_1970(store: Store) -> None:
    with store.write() as tx:
        fill(tx)
    with store.read() as tx:
        moments = {row["occurred_at"] for row in shown(tx, BY_NAME["activities"])}
        texts = {str(row[1]) for row in as_tools_see_it(tx, BY_NAME["activities"])}
    assert LONG_AGO in moments
    assert {"1969-12-31T23:59:59.250001Z", str(LONG_AGO)} & texts


def test_who_was_erased_or_became_part_of_another_lead_is_in_no_view(store: Store) -> None:
    with store.write() as tx:
        _, gone = fill(tx)
        living = set(leads.get(tx, map(LeadId, range(1, gone + 1))))
    assert len(living) < gone - 1
    with store.read() as tx:
        for view in VIEWS:
            found = [row["lead_id"] for row in shown(tx, view) if row.get("lead_id") is not None]
            assert gone not in found, view.name
            if view.name != "audit":
                assert set(found) <= living, view.name


def test_no_view_names_anybody_but_the_one_that_says_so(store: Store) -> None:
    with store.write() as tx:
        fill(tx)
    with store.read() as tx:
        for view in VIEWS:
            text = io.StringIO()
            csv.writer(text).writerows(rows(tx, view))
            assert ADDRESS not in text.getvalue(), view.name
            assert ("@" in text.getvalue()) is (view.name == "handoffs_with_reps"), view.name
            assert "words" not in text.getvalue(), view.name
            assert "mia" not in text.getvalue(), view.name


def test_reading_again_makes_nothing_anew(store: Store) -> None:
    with store.read() as tx:
        before = catalog(tx)
    store.migrate()
    with store.read() as tx:
        assert catalog(tx) == before


def test_views_that_are_missing_or_of_another_version_are_made_anew(store: Store) -> None:
    with store.write() as tx:
        tx.exec_driver_sql("DROP VIEW ll_leads")
    store.migrate()
    with store.write() as tx:
        assert edition.stands(tx)
        tx.exec_driver_sql("DROP VIEW ll_leads")
        tx.exec_driver_sql("CREATE VIEW ll_leads AS SELECT 1 AS something_else")
    store.migrate()
    with store.read() as tx:
        assert edition.stands(tx)
        assert inspect(tx).get_columns("ll_leads")[0]["name"] == "lead_id"


def catalog(tx: Tx) -> list[tuple[Any, ...]]:
    """What the database says of its views."""
    query = (
        "SELECT name, rootpage, sql FROM sqlite_master WHERE type = 'view' ORDER BY name"
        if tx.dialect.name == "sqlite"
        else "SELECT relname, oid::text, pg_get_viewdef(oid), relacl::text FROM pg_class WHERE relkind = 'v' "
        "AND relnamespace = current_schema()::regnamespace ORDER BY relname"
    )
    return [tuple(row) for row in tx.exec_driver_sql(query)]


def test_sqlite_sorts_nothing_to_read_a_view(tmp_path: Path) -> None:
    store = Store.open(empty_store(tmp_path / "leadloop.db"))
    with store.write() as tx:
        crowd, _ = fill(tx)
    with store.read() as tx:
        for view in VIEWS:
            assert sorts(tx, lambda view=view: list(rows(tx, view))) == [], view.name  # type: ignore[misc]
            cut = partial(rows, tx, view, since=crowd.began, until=crowd.now)
            assert sorts(tx, lambda cut=cut: list(cut())) == [], view.name  # type: ignore[misc]
    store.dispose()


def sorts(tx: Tx, read: Callable[[], object]) -> list[str]:
    """What the last statement of a reading sorts as a whole: not the few moves of one handoff, inside it."""
    told: list[str] = []
    raw = tx.connection.dbapi_connection
    assert raw is not None
    raw.set_trace_callback(told.append)
    read()
    raw.set_trace_callback(None)
    plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {told[-1]}").all()
    return [str(detail) for _, parent, _, detail in plan if not parent and "ORDER BY" in detail]


def test_an_export_is_as_it_was_at_one_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is united meanwhile with a lead that was read already is not missed."""
    monkeypatch.setattr(reading, "PORTION", 2)
    with store.write() as tx:
        fill(tx)
    with store.read() as tx:
        before = list(rows(tx, BY_NAME["activities"]))
    with store.read() as tx:
        found = rows(tx, BY_NAME["activities"])
        first = next(found)
        if store.is_postgresql:
            assert tx.exec_driver_sql("SELECT count(*) FROM pg_cursors").scalar() == 1
        with store.write() as other:
            other.exec_driver_sql(f"UPDATE activity SET lead_id = {first[0]} WHERE lead_id > {first[0]}")
        assert [first, *found] == before


def test_reading_a_view_holds_a_portion_in_memory_and_not_the_whole(tmp_path: Path) -> None:
    store = Store.open(empty_store(tmp_path / "leadloop.db"))
    many = 40_000
    with store.write() as tx:
        leads.create(tx, 1, now=LONG_AGO, installation="LL")
        told = [(1, "hub", "s", f"{at:06}", "page_viewed", at, at, False, "{}") for at in range(many)]
        names = "lead_id, connection, stream, external_id, kind, occurred_at, seen_at, automated, properties"
        tx.exec_driver_sql(f"INSERT INTO activity ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", told)
    with store.read() as tx:
        next(rows(tx, BY_NAME["activities"]))
        tracemalloc.start()
        assert sum(1 for _ in rows(tx, BY_NAME["activities"])) == many
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    store.dispose()
    assert peak < many * 100, "the rows themselves take some 300 bytes each"
