"""docs/bi.md has every view and column as they are, and its queries count what the reports count."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.pages.lines import rep_labels
from reports.pages.page import Figure, Page
from store.engine import Store
from store.views.promised import VIEWS
from tests.postgres import PostgresServer
from tests.reference.two_teams import OFFICE
from tests.report_desk import pages_of, refill, scope_of

PAGE = (Path(__file__).parents[3] / "docs/bi.md").read_text(encoding="utf-8")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
Row = tuple[Any, ...]


def queries() -> list[str]:
    """Every query of the page, in its order."""
    found = re.findall(r"```sql\n(.*?);\n```", PAGE, re.DOTALL)
    return [each for each in found if each.startswith("SELECT")]


FOLLOW_UP, BY_REP, BANDS, REJECTS, REASONS = queries()


def asked(store: Store, query: str) -> list[Row]:
    with store.read() as tx:
        return [tuple(row) for row in tx.exec_driver_sql(query)]


def lines(page: Page, table: str, *columns: str) -> list[Row]:
    """The page's lines with these figures, without the one of all together: `in_time.of` is of how many."""
    (found,) = [each for each in page.tables() if each.key == table]
    rows = []
    for row in found.rows:
        figures = {column.key: cell for column, cell in zip(found.columns, row.cells, strict=True)}
        if not row.is_total:
            rows.append((row.label, *(counted(figures[each.removesuffix(".of")], each) for each in columns)))
    return sorted(rows)


def counted(figure: object, name: str) -> int:
    """How many a figure stands for, also where it is a share."""
    assert isinstance(figure, Figure)
    if name.endswith(".of"):
        return figure.of or 0
    return figure.leads.n if figure.leads is not None else 0


def differences(store: Store, seed: int, people: int = 8) -> list[str]:
    crowd = refill(store, seed, people)
    pages = pages_of(store, scope_of(crowd, since=SINCE, until=UNTIL))
    reps = lines(pages["followup"], "rep", "handoffs", "touched", "never")
    bands = lines(pages["bands"], "band", "handoffs", "accepted", "opportunity", "won")
    told = {
        FOLLOW_UP: lines(
            pages["followup"], "asked", "handoffs", "touched", "in_time", "in_time.of", "never", "answered", "waiting"
        ),
        BANDS: bands,
        REJECTS: lines(pages["rejects"], "band", "handoffs", "rejected", "data", "passed"),
    }
    found = [f"{query}: {asked(store, query)}, report {rows}" for query, rows in told.items()
             if sorted(asked(store, query)) != rows]  # fmt: skip
    labels = rep_labels(OFFICE.names)
    by_rep = sorted((labels.get(rep, rep), *rest) for rep, *rest in asked(store, BY_REP))
    found += [f"reps: {by_rep}, report {reps}"] if by_rep != reps else []
    wanted = reasons(pages["rejects"])
    return found + ([f"reasons: {asked(store, REASONS)}, {wanted}"] if sorted(asked(store, REASONS)) != wanted else [])


def reasons(page: Page) -> list[Row]:
    (table,) = [each for each in page.tables() if each.key == "band"]
    beside = {"handoffs", "rejected", "data", "passed"}
    return sorted(
        (row.label, column.key, cell.value)
        for row in table.rows
        if not row.is_total
        for column, cell in zip(table.columns, row.cells, strict=True)
        if isinstance(cell, Figure) and column.key not in beside and cell.value
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'told.db'}")
    opened.migrate()
    yield opened
    opened.dispose()


@pytest.mark.parametrize("seed", range(8))
def test_the_queries_of_the_page_count_what_the_reports_count(store: Store, seed: int) -> None:
    assert differences(store, seed) == []


def test_the_queries_of_the_page_count_what_the_reports_count_on_postgresql(postgres: PostgresServer) -> None:
    store = Store.open(postgres.create_store("told"))
    assert [each for seed in (*range(100, 108), 1000) for each in differences(store, seed)] == []
    store.dispose()
    postgres.drop_database("told")


def test_the_crowds_have_something_of_everything_that_is_counted(store: Store) -> None:
    """So that no query agrees because there was nothing to count."""
    sums = dict.fromkeys((FOLLOW_UP, BY_REP, BANDS, REJECTS), 0)
    for seed in range(8):
        refill(store, seed)
        for query in sums:
            columns = list(zip(*(row[1:] for row in asked(store, query)), strict=True))
            sums[query] |= sum(1 << at for at, column in enumerate(columns) if sum(column))
    assert sums == {FOLLOW_UP: 0b1111111, BY_REP: 0b111, BANDS: 0b1111, REJECTS: 0b1111}


def test_the_page_tells_every_view_and_column_as_it_is() -> None:
    told = {
        name: [[cell.strip() for cell in line.strip("|").split(" | ")] for line in rest.splitlines() if "| `" in line]
        for name, rest in re.findall(r"^### (ll_\w+)\n(.*?)(?=^### |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    }
    assert told == {
        view.called: [
            [f"`{each.name}`", each.kind.value, "may be" if each.may_be_empty else "never", each.since, each.says]
            for each in view.columns
        ]
        for view in VIEWS
    }
    assert [view.says in PAGE for view in VIEWS] == [True] * len(VIEWS)
