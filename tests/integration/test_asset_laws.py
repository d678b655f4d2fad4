"""What holds of the reports of assets and of the playbook, whatever a store holds: little, nothing, or nonsense."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import orjson
import pytest

from reports.never_met import never_met
from reports.pages import approaches, opt_outs, playbook
from reports.pages.approaches import approaches_of
from reports.pages.assets import AssetsReport
from reports.pages.data import as_data, as_rows
from reports.pages.html import html_of
from reports.pages.opt_outs import mailed_in
from reports.pages.page import Page, Table
from store.engine import Store
from tests.asset_desk import GAUGE, RULES, SCORING, assets_page, dress, dressed_scope, pages_of
from tests.report_desk import empty, scope_of, told
from tests.report_desk import pages_of as others_of

SEEDS = range(300, 306)


def parts(page: Page, *keys: str) -> Iterator[Table]:
    yield from (table for table in page.tables() if table.key in keys)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_handoffs_are_as_many_as_in_every_other_report(store: Store, seed: int) -> None:
    scope = dressed_scope(scope_of(dress(store, seed)))
    whole = told(others_of(store, scope)["bands"])
    expected = whole.get(("band", "All", "handoffs")) or next(iter(whole.values()))
    figures = told(assets_page(store, scope))
    for key in ("asset", "rule", "first", "promise", "tries"):
        assert figures[key, "All handoffs", "handoffs"] == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_a_handoff_has_one_first_attempt_one_promise_and_one_number_of_attempts(store: Store, seed: int) -> None:
    for table in parts(assets_page(store, dressed_scope(scope_of(dress(store, seed)))), "first", "promise", "tries"):
        sizes = [figure.value or 0 for _, _, column, figure in table.figures() if column.key == "handoffs"]
        assert sum(sizes[:-1]) == sizes[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_it_does_not_matter_who_is_counted_first(store: Store, seed: int) -> None:
    scope = dressed_scope(scope_of(dress(store, seed)))
    found, mailed = list(approaches_of(store, scope, GAUGE)), list(mailed_in(store, scope, GAUGE))
    Random(seed).shuffle(found)
    Random(seed).shuffle(mailed)
    report = AssetsReport(scope)
    for each in found:
        report.count(each)
    for one in mailed:
        report.count_mail(one)
    before = assets_page(store, scope)
    assert told(report.page()) == told(before)
    assert [row.label for table in report.page().tables() for row in table.rows] == [
        row.label for table in before.tables() for row in table.rows
    ]


@pytest.mark.parametrize("portion", [1, 2, 250])
def test_it_does_not_matter_how_many_leads_are_read_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    scope = dressed_scope(scope_of(dress(store, 310, people=12)))
    before = pages_of(store, scope)
    for module in (approaches, opt_outs, playbook):
        monkeypatch.setattr(module, "PORTION", portion)
    assert pages_of(store, scope) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_has_a_name_of_its_own_and_goes_through_every_form(store: Store, seed: int) -> None:
    for page in pages_of(store, dressed_scope(scope_of(dress(store, seed)))).values():
        rows = list(as_rows(page))
        assert len({row["name"] for row in rows}) == len(rows) > 0
        assert all(page.figure(row["name"]) is not None for row in rows)
        assert orjson.loads(orjson.dumps(as_data(page)))["report"] == page.name
        text = html_of(page, {})
        assert "<b>=1+1</b>" not in text
        assert "\x1b" not in text


@pytest.mark.parametrize("days", [-400, 400])
def test_a_window_in_which_nothing_was_is_said_to_be_empty_and_no_result(store: Store, days: int) -> None:
    crowd = dress(store, 5)
    since = crowd.began + timedelta(days=days)
    page = assets_page(store, dressed_scope(scope_of(crowd, since=since, until=since + timedelta(days=1))))
    assert told(page) == {}
    assert all(table.empty for table in page.tables())


def test_a_store_without_anybody_has_pages_without_a_figure_that_is_known(store: Store) -> None:
    crowd = dress(store, 5)
    empty(store)
    pages = pages_of(store, dressed_scope(scope_of(crowd)))
    assert told(pages["assets"]) == {}
    figures = told(pages["playbook"])
    assert {each.value for name, each in figures.items() if not name[2].startswith("leads")} <= {None, 0}
    assert [each.what for each in pages["assets"].missing] == [
        "No mail of marketing is known to have been sent in this window, so that there is no unsubscribe rate."
    ]


def test_one_team_is_asked_for_and_mails_are_of_none(store: Store) -> None:
    crowd = dress(store, 7)
    page = assets_page(store, dressed_scope(scope_of(crowd, team="Inbound")))
    assert list(parts(page, "mail", "left")) == []
    assert page.missing == ()


def test_the_playbook_says_of_an_asset_what_the_report_of_assets_says(store: Store) -> None:
    pages = pages_of(store, dressed_scope(scope_of(dress(store, 1000, people=60))))
    assets, cells = told(pages["assets"]), told(pages["playbook"])
    for key in ("handoffs", "accepted", "won", "lift_accepted", "lift_won"):
        assert cells["cell", "assigned, others", key] == assets["asset", "Pricing", key]


def test_the_largest_gap_stands_first(store: Store) -> None:
    (gaps,) = parts(pages_of(store, dressed_scope(scope_of(dress(store, 1000, people=60))))["playbook"], "gap")
    sizes = [figure.value or 0 for _, _, _, figure in gaps.figures()]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 2


def test_an_asset_that_nobody_ever_met_is_named_and_one_that_somebody_met_is_not(store: Store) -> None:
    dress(store, 1000, people=60)
    wanted = ["Nobody's", "pricing", "form: demo REQUEST", "Demo requests"]
    assert never_met(store, GAUGE.assets, wanted) == ("Demo requests", "Nobody's")


def test_where_nobody_met_anything_no_asset_is_named(store: Store) -> None:
    empty(store)
    assert never_met(store, GAUGE.assets, ["Pricing"]) == ()


def test_only_those_met_by_most_are_shown_and_how_many_are_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = dressed_scope(scope_of(dress(store, 1000, people=60)))
    every = assets_page(store, scope)
    monkeypatch.setattr("reports.pages.lifts.MOST", 3)
    monkeypatch.setattr("reports.pages.praise.MOST", 3)
    (few,) = parts(assets_page(store, scope), "asset")
    (all_of_them,) = parts(every, "asset")
    assert [row.label for row in few.rows] == [row.label for row in all_of_them.rows[:3]] + ["All handoffs"]
    assert few.says.endswith(f"{len(all_of_them.rows) - 4} others are left out.")


def test_the_rules_of_the_crowd_are_those_of_the_look() -> None:
    """What is tried here is what the reference counts by."""
    assert GAUGE.scorer.book.source == SCORING
    assert [name for name, _ in GAUGE.assets.rules] == [each.name for each in RULES.assets]
