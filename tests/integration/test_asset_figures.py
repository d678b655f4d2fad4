"""Every figure about assets, rules, actions, opt-outs and the playbook is what the raw ledger says."""

from collections.abc import Iterator

import pytest

from reports.pages import approaches, opt_outs, playbook
from reports.pages.page import Page
from store.engine import Store
from tests.asset_desk import dress, expected_of, pages_of, scopes
from tests.postgres import PostgresServer
from tests.report_desk import differences, people_in


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (approaches, opt_outs, playbook):
        monkeypatch.setattr(module, "PORTION", 3)


def differences_of(store: Store, seed: int, people: int = 8) -> list[str]:
    crowd = dress(store, seed, people)
    counted = people_in(store, crowd)
    found: list[str] = []
    for scope in scopes(crowd, seed):
        expected = expected_of(counted, scope)
        for name, page in pages_of(store, scope).items():
            found += differences(page, expected[name])
    return found


@pytest.mark.parametrize("seed", range(10))
def test_every_figure_is_what_the_raw_ledger_says(store: Store, seed: int) -> None:
    assert differences_of(store, seed) == []


def test_every_figure_of_a_larger_crowd_is_what_the_raw_ledger_says(store: Store) -> None:
    assert differences_of(store, 1000, people=120) == []


def test_every_figure_is_what_the_raw_ledger_says_on_postgresql(postgres: PostgresServer) -> None:
    store = Store.open(postgres.create_store("assets"))
    assert [each for seed in range(200, 206) for each in differences_of(store, seed)] == []
    store.dispose()
    postgres.drop_database("assets")


def test_the_crowd_knows_every_case(store: Store) -> None:
    """What is never there is never held against anything."""
    known = set[str]()
    for seed in range(10):
        crowd = dress(store, seed)
        for scope in scopes(crowd, seed):
            known |= {case for page in pages_of(store, scope).values() for case in cases_of(page)}
    assert known == {"a rate", "no rate", "left after nothing", "a scorecard", "a rule", "a gap", "a name of ours"}


NAMED = {
    "left.nothing-in-that-time.leads": "left after nothing",
    "rule.some-form.handoffs": "a rule",
    "asset.pricing.handoffs": "a name of ours",
}


def cases_of(page: Page) -> Iterator[str]:
    for name, _, column, figure in (each for table in page.tables() for each in table.figures()):
        if name in NAMED:
            yield NAMED[name]
        elif column.key == "rate":
            yield "no rate" if figure.value is None else "a rate"
        elif column.key in {"card_yes", "card_no"} and figure.value:
            yield "a scorecard"
        elif name.startswith("gap."):
            yield "a gap"
