"""What holds of the reports' figures, whatever they are."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from random import Random

import orjson
import pytest

from reports.pages import lives, passes
from reports.pages.data import as_data, as_rows
from reports.pages.page import Figure, Page, Table, Unit
from reports.pages.passes import passes_of
from store.engine import Store
from tests.reference.sums import Expected
from tests.report_desk import pages_of, pages_over, refill, scope_of, told

HANDOFFS = ("followup", "bands", "rejects")
FATES = ("touched", "never", "answered", "waiting")
SEEDS = range(300, 308)


def whole(table: Table) -> dict[str, Figure]:
    """The figures of all its lines together."""
    row = table.rows[-1]
    return {column.key: cell for column, cell in zip(table.columns, row.cells, strict=True) if isinstance(cell, Figure)}


def counted(page: Page) -> dict[tuple[str, str, str], tuple[int, int]]:
    """How many of how many, of every figure that counts something."""
    return {name: (each.n, each.of or 0) for name, each in told(page).items() if each.n is not None}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_handoff_of_a_line_was_touched_or_never_or_answered_or_waits(store: Store, seed: int) -> None:
    page = pages_of(store, scope_of(refill(store, seed)))["followup"]
    figures = told(page)
    lines = {(table, row) for table, row, _ in figures}
    assert lines
    for table, row in lines:
        parts = sum(figures[table, row, fate].n or 0 for fate in FATES)
        assert figures[table, row, "handoffs"].n == parts


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_handoffs_are_grouped_by_there_are_as_many_and_the_same(store: Store, seed: int) -> None:
    pages = pages_of(store, scope_of(refill(store, seed)))
    totals = {name: [whole(table) for table in pages[name].tables() if table.key != "rule"] for name in HANDOFFS}
    for name in HANDOFFS:
        assert all(each == totals[name][0] for each in totals[name]), name
    assert totals["followup"][0]["handoffs"] == totals["bands"][0]["handoffs"] == totals["rejects"][0]["handoffs"]


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_ahead_of_the_step_before(store: Store, seed: int) -> None:
    crowd = refill(store, seed)
    pages = pages_of(store, scope_of(crowd, loaded=crowd.began + timedelta(days=2)))
    steps = next(table for table in pages["funnel"].tables() if table.key == "step")
    sets = [row.cells[0].leads for row in steps.rows if isinstance(row.cells[0], Figure)]
    for before, after in pairwise(sets):
        assert before is not None
        assert after is not None
        assert set(after.first) <= set(before.first)
    lines = [(page, table, row) for page in pages for table, row, _ in told(pages[page]) if table in ("older", "band")]
    for page, table, row in lines:
        if page != "rejects":
            _descends(
                [
                    told(pages[page])[table, row, key]
                    for key in ("handoffs", "accepted", "qualified", "opportunity", "won")
                ]
            )


def _descends(figures: list[Expected]) -> None:
    for before, after in pairwise(figures):
        assert before.leads is not None
        assert after.leads is None or after.leads <= before.leads


@pytest.mark.parametrize("seed", SEEDS)
def test_a_share_lies_in_its_interval_and_one_of_nothing_is_not_known(store: Store, seed: int) -> None:
    pages = pages_of(store, scope_of(refill(store, seed)))
    figures = [figure for page in pages.values() for table in page.tables() for *_, figure in table.figures()]
    for each in figures:
        if each.value is None:
            assert each.why
            assert (each.low, each.high) == (None, None)
        elif each.unit is Unit.SHARE:
            assert each.low is not None
            assert each.high is not None
            assert 0 <= each.low <= each.value <= each.high <= 1
        if each.unit in {Unit.SHARE, Unit.MINUTES, Unit.DAYS}:
            assert (each.of == 0) == (each.value is None)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_halves_of_a_window_add_up_to_all_of_it(store: Store, seed: int) -> None:
    crowd = refill(store, seed)
    half = crowd.began + timedelta(hours=6 * Random(seed).randrange(4, 60))
    since, until, loaded = (
        crowd.began - timedelta(days=1),
        crowd.began + timedelta(days=40),
        crowd.began + timedelta(days=1),
    )
    parts = [(since, half), (half, until), (since, until)]
    one, two, both = (pages_of(store, scope_of(crowd, since=a, until=b, loaded=loaded)) for a, b in parts)
    for name in both:
        halves, all_of_it = (counted(one[name]), counted(two[name])), counted(both[name])
        for figure, sums in all_of_it.items():
            if figure[1] != "All" and figure[0] != "rule" and not figure[2].startswith("lift"):
                found = [half.get(figure, (0, 0)) for half in halves]
                assert (sum(n for n, _ in found), sum(of for _, of in found)) == sums, (name, figure)


@pytest.mark.parametrize("portion", [1, 2, 250])
def test_it_does_not_matter_how_many_leads_are_read_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    crowd = refill(store, 310, people=12)
    scope = scope_of(crowd, loaded=crowd.began + timedelta(days=2))
    before = pages_of(store, scope)
    monkeypatch.setattr(passes, "PORTION", portion)
    monkeypatch.setattr(lives, "PORTION", portion)
    assert pages_of(store, scope) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_it_does_not_matter_who_is_counted_first(store: Store, seed: int) -> None:
    scope = scope_of(refill(store, seed))
    found = list(passes_of(store, scope))
    before = {name: told(page) for name, page in pages_over(found, scope).items()}
    Random(seed).shuffle(found)
    after = pages_over(found, scope)
    assert {name: told(page) for name, page in after.items()} == before
    assert _labels(after) == _labels(pages_over(passes_of(store, scope), scope))


def _labels(pages: Mapping[str, Page]) -> list[tuple[str, str, str, str]]:
    return [
        (name, table.key, row.key, row.label) for name in pages for table in pages[name].tables() for row in table.rows
    ]


def test_how_many_leads_are_kept_changes_no_figure(store: Store) -> None:
    crowd = refill(store, 320, people=30)
    every, few = (pages_of(store, scope_of(crowd, most=most)) for most in (None, 2))
    for name in every:
        assert counted(few[name]) == counted(every[name])
        for figure, kept in told(few[name]).items():
            of_all = told(every[name])[figure].leads
            assert kept.leads is None or (of_all is not None and kept.leads <= of_all and len(kept.leads) <= 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_has_a_name_of_its_own_that_finds_it_again(store: Store, seed: int) -> None:
    crowd = refill(store, seed)
    for page in pages_of(store, scope_of(crowd, loaded=crowd.began + timedelta(days=2))).values():
        rows = list(as_rows(page))
        assert len({row["name"] for row in rows}) == len(rows) > 0
        assert all(page.figure(row["name"]) is not None for row in rows)
        read = orjson.loads(orjson.dumps(as_data(page)))
        cells = [cell for part in read["parts"] for row in part["rows"] for cell in row["cells"].values() if cell]
        assert [cell["name"] for cell in cells] == [row["name"] for row in rows]
