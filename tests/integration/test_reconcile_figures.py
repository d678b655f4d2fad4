"""Why systems count differently: every figure is what raw rows say, each lead has one cause, and the lines add up."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.counted import Counted
from domain.run import GoLive
from reports.pages import passes, reconciling
from reports.pages.differences import Cause
from reports.pages.page import Figure, Page, Table
from store.engine import Store
from tests.counted_crowd import COUNTED, RULES
from tests.postgres import PostgresServer
from tests.reconcile_desk import (
    WINDOW,
    Sight,
    differences_of,
    document_of,
    expected_of,
    look_of,
    page_of,
    question_of,
    refill,
    sight_of,
)
from tests.reconcile_page import quarrel
from tests.reference.measured import Measured
from tests.stores import empty_store

SEEDS = range(10)
WORDED = {"field": "ll_mql", "read": ["trim"]}


@pytest.fixture(scope="module")
def crowd_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(empty_store(tmp_path_factory.mktemp("crowd") / "leadloop.db"))
    yield store
    store.dispose()


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that even a small crowd is read in several."""
    monkeypatch.setattr(passes, "PORTION", 7)
    monkeypatch.setattr(reconciling, "PORTION", 7)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_what_the_raw_rows_say(crowd_store: Store, seed: int) -> None:
    assert differences_of(crowd_store, seed) == []


def test_every_figure_is_what_the_raw_rows_say_of_a_handful(crowd_store: Store) -> None:
    assert [each for seed in range(500, 508) for each in differences_of(crowd_store, seed, people=2)] == []


def test_every_figure_is_what_the_raw_rows_say_on_postgresql(postgres: PostgresServer) -> None:
    store = Store.open(postgres.create_store("reconcile"))
    assert [each for seed in range(300, 306) for each in differences_of(store, seed)] == []
    store.dispose()
    postgres.drop_database("reconcile")


@pytest.mark.parametrize("what", [Counted.MQL, Counted.SAL])
@pytest.mark.parametrize("own_dates", [True, False])
@pytest.mark.parametrize("is_left", [True, False])
def test_the_reference_reads_out_of_files_by_what_systems_count(
    what: Counted, *, own_dates: bool, is_left: bool
) -> None:
    sight = Sight(what=what, own_dates=own_dates, is_left=is_left, step=GoLive.PILOT)
    written = question_of(sight)
    measured = Measured(
        mapping=document_of(sight), counted=COUNTED if own_dates else {}, zone="Europe/Vienna", step="pilot"
    )
    assert measured.question(what.value, since=written.since, until=written.until) == written


@pytest.mark.parametrize("date", [{"type": "text"}, {"transforms": ["trim"]}, {"fields": {"hub": WORDED}}])
def test_the_reference_refuses_a_date_that_is_read_as_it_does_not_know(date: dict[str, Any]) -> None:
    first, *others = RULES["properties"]
    measured = Measured(mapping={**RULES, "properties": [first | date, *others]}, counted={}, zone="UTC", step="live")
    with pytest.raises(ValueError, match="does not know how mql_since is read"):
        measured.question("mql", since=0, until=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_from_each_side_to_each_other_the_lines_add_up(crowd_store: Store, seed: int) -> None:
    refill(crowd_store, seed, people=40)
    page = page_of(crowd_store, sight_of(seed))
    counted = {row.key: _value(row.cells[0]) for row in _table(page, "count").rows if row.key != "all"}
    bridges = [table for table in page.tables() if table.key not in {"count", "why"}]
    known = [key for key, value in counted.items() if value is not None]
    assert len(bridges) == len(known) * (len(known) - 1) / 2
    for table in bridges:
        values = [_value(row.cells[0]) or 0 for row in table.rows]
        assert sum(values[:-1]) == values[-1], table.title
        one, other = table.key.split("-")
        assert (values[0], values[-1]) == (counted[one], counted[other])


@pytest.mark.parametrize("seed", SEEDS)
def test_each_lead_that_anybody_counts_has_one_cause_wherever_it_is_not(crowd_store: Store, seed: int) -> None:
    refill(crowd_store, seed, people=40)
    look = look_of(crowd_store, sight_of(seed))
    sides = {reconciling.US, *(yard.connection for yard in look.yards)}
    lines = [each for each in reconciling.lines_of(crowd_store, look) if each.lead_id is not None]
    assert len({each.lead_id for each in lines}) == len(lines)
    for each in lines:
        if each.counted:
            assert each.counted.keys() | each.why.keys() == sides
            assert not each.counted.keys() & each.why.keys()
            assert all(each.counted.values())


def test_the_crowds_know_every_cause(crowd_store: Store) -> None:
    found = Counter[str]()
    for seed in range(16):
        refill(crowd_store, seed, people=150)
        expected = expected_of(crowd_store, sight_of(seed))
        found.update({name.split(".")[1] for name, each in expected.items() if name.startswith("why.") and each.n})
    assert found.keys() == {each.value for each in Cause}


def test_what_nobody_can_explain_stands_first_even_where_there_is_none(crowd_store: Store) -> None:
    for seed in range(6):
        refill(crowd_store, seed, people=40)
        page = page_of(crowd_store, sight_of(seed))
        table = _table(page, "why")
        assert table.rows[0].key == "unexplained"
        lost = sum(_value(cell) or 0 for cell in table.rows[0].cells if isinstance(cell, Figure))
        assert any("nobody can explain" in each.what for each in page.missing) is bool(lost)
        for bridge in page.tables():
            keys = [row.key for row in bridge.rows]
            unknown = [place for place, key in enumerate(keys) if key.endswith("-unexplained")]
            assert unknown == list(range(1, len(unknown) + 1))


def test_all_leads_behind_one_figure_are_told_with_their_causes_and_nobody_else_is_kept(crowd_store: Store) -> None:
    refill(crowd_store, 3, people=400)
    page = page_of(crowd_store, Sight(), behind="count.all.people")
    figure = page.figure("count.all.people")
    assert figure is not None
    assert figure.leads is not None
    assert figure.value == len(figure.leads.first) == len(figure.leads.told) > 100
    assert any("not in crm: " in told and "not in leadloop: " in told for told in figure.leads.told)
    kept = [each.leads.first for table in page.tables() for *_, each in table.figures() if each.leads is not None]
    assert sum(map(len, kept)) == len(figure.leads.first)
    shown = page_of(crowd_store, Sight())
    assert max(len(each.leads.first) for t in shown.tables() for *_, each in t.figures() if each.leads) == 50


def test_it_is_read_portion_by_portion(crowd_store: Store) -> None:
    """Whoever goes after the first portion was read is not seen any more: nothing had been read ahead."""
    refill(crowd_store, 3, people=60)
    lines = reconciling.lines_of(crowd_store, look_of(crowd_store, Sight()))
    first = next(lines)
    refill(crowd_store, 3, people=0)
    rest = [each.lead_id for each in lines if each.lead_id is not None]
    assert first.lead_id is not None
    assert max([first.lead_id, *rest]) <= 7


def test_a_system_without_a_date_of_the_stage_is_said_not_to_be_counted(crowd_store: Store) -> None:
    refill(crowd_store, 3, people=5)
    page = page_of(crowd_store, Sight(what=Counted.CUSTOMER))
    rows = {row.key: row.cells for row in _table(page, "count").rows}
    for name in ("hub", "crm", "list"):
        assert rows[name][:2] == (Figure(value=None, why="no date of this stage is mapped there"),) * 2
        assert any(each.what.startswith(f"{name} shows no date") for each in page.missing)
    assert [table.key for table in page.tables()] == ["count", "why"]


@pytest.mark.parametrize(
    ("loaded", "said"),
    [(WINDOW.since, []), (WINDOW.since + timedelta(hours=1), ["who came to the stage before has no date of ours."])],
    ids=["all the while", "an hour later"],
)
def test_of_days_on_which_leadloop_did_not_look_none_of_ours_is_no_result(loaded: datetime, said: list[str]) -> None:
    found = [each.what for each in quarrel(loaded=loaded).missing if each.what.startswith("leadloop looks since")]
    assert [each.partition(": ")[2] for each in found] == said


def test_nobody_at_all_is_no_difference(crowd_store: Store) -> None:
    refill(crowd_store, 4, people=0)
    with crowd_store.write() as tx:
        tx.exec_driver_sql("DELETE FROM record")
    page = page_of(crowd_store, Sight())
    assert {_value(figure) for table in page.tables() for *_, figure in table.figures()} == {0, None}


def _table(page: Page, key: str) -> Table:
    return next(table for table in page.tables() if table.key == key)


def _value(cell: Figure | str) -> float | None:
    return cell.value if isinstance(cell, Figure) else None
