"""Every figure of the report of channels is what raw rows say, and closed months stay what they were."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest

from config.reports import ReportRules
from domain.counted_deal import Side
from domain.values import LeadId, Value
from mapping.channels import channels_of
from reports.pages import deal_stories
from reports.pages.closed_months import months_of, window_of_month
from reports.pages.page import Figure, Page
from reports.pages.passes import Scope
from reports.pages.window import Window
from store import identity, leads, ledger
from store.engine import Store
from tests.deal_desk import Shop, counted, open_shop
from tests.postgres import PostgresServer
from tests.reference.dealing import AMOUNTS, a_moment, open_deal, place_in, show
from tests.report_desk import RULES, differences, scope_of

WIDE = timedelta(days=500)


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deal_stories, "PORTION", 4)


def everything(shop: Shop) -> Scope:
    return scope_of(shop.crowd, since=shop.crowd.began - timedelta(days=40), until=shop.crowd.began + WIDE)


def scopes(shop: Shop, seed: int) -> Iterator[Scope]:
    chance = Random(seed)
    yield everything(shop)
    since = shop.crowd.began + timedelta(hours=chance.randrange(24 * 30))
    yield scope_of(shop.crowd, since=since, until=since + timedelta(hours=chance.randrange(1, 24 * 60)))
    yield replace(everything(shop), channel=chance.choice(("Ads", "ads", "unknown", "Website")))


def differences_of(store: Store, seed: int) -> list[str]:
    shop = open_shop(store, seed)
    return [each for scope in scopes(shop, seed) for each in differences(shop.page(scope), shop.expected(scope))]


@pytest.mark.parametrize("seed", range(10))
def test_every_figure_is_what_the_raw_rows_say(store: Store, seed: int) -> None:
    assert differences_of(store, seed) == []


def test_the_shop_knows_every_case(store: Store) -> None:
    deals = [each for seed in range(20) for shop in [open_shop(store, seed)] for each in shop.known(everything(shop))]
    assert {each.side for each in deals} == set(Side)
    assert {each.lacks and each.lacks.value for each in deals} == {None, "amount", "rate"}
    assert {(each.has_people, each.is_likely) for each in deals} == {(True, False), (True, True), (False, False)}
    assert any(len(each.ways["even"]) > 2 for each in deals)
    assert any(each.campaigns.get("Spring") == 1 for each in deals)


@pytest.mark.parametrize("seed", range(6))
def test_the_shares_of_a_deal_are_one_and_every_way_adds_up_to_the_same(store: Store, seed: int) -> None:
    shop = open_shop(store, seed)
    scope = everything(shop)
    for each in shop.known(scope):
        assert [sum(shares.values(), Fraction(0)) for shares in (*each.ways.values(), each.campaigns)] == [1] * 5
    page = shop.page(scope)
    for column in ("opened", "pipeline", "won", "revenue"):
        sums = [_column(page, way, column) for way in ("first", "last", "even", "mql")]
        assert sums == pytest.approx([sums[0]] * 4)
    for column in ("pipeline", "revenue"):
        assert _column(page, "campaign", column) == pytest.approx(_column(page, "first", column))


def _column(page: Page, table: str, column: str) -> float:
    own = next(each for each in page.tables() if each.key == table)
    figures = [figure for _, row, head, figure in own.figures() if head.key == column and not row.is_total]
    return sum(each.value or 0 for each in figures)


# --- closed months


def months(shop: Shop) -> list[date]:
    """The first two in which something was opened."""
    named = months_of(scope_of(shop.crowd, since=shop.crowd.began, until=shop.crowd.began + timedelta(days=32)).window)
    return [date.fromisoformat(f"{each}-01") for each in named[:2]]


def of_month(shop: Shop, month: date) -> Scope:
    scope = everything(shop)
    return replace(scope, window=window_of_month(month, scope.window.zone))


def windows(shop: Shop, first: date, second: date, seed: int) -> Iterator[Scope]:
    """Each closed month, both, and one that cuts them."""
    scope, chance = everything(shop), Random(seed)
    one, other = (window_of_month(each, scope.window.zone) for each in (first, second))
    both = Window(since=one.since, until=other.until, zone=one.zone)
    cut = Window(
        since=one.since + timedelta(hours=chance.randrange(600)),
        until=other.until - timedelta(hours=chance.randrange(600)),
        zone=one.zone,
    )
    yield from (replace(scope, window=each) for each in (one, other, both, cut))
    yield replace(scope, window=both, channel=chance.choice(("Ads", "unknown")))


def change_much(shop: Shop, seed: int) -> None:
    """What comes late: other amounts, other days, deals that are new or gone, early touches, and nobody's word."""
    chance, crowd = Random(seed), shop.crowd
    later = timedelta(days=60)
    with shop.store.write() as tx:
        people = [LeadId(each) for each in leads.after(tx, LeadId(0), 1000)]
        for number in chance.sample(shop.business.deals, 6):
            opened, closes = a_moment(crowd, chance), a_moment(crowd, chance).date()
            said: dict[str, Value] = {
                "Name": f"Deal {number}",
                "Amount": chance.choice(AMOUNTS),
                "Created": opened.isoformat(),
                "Closes": closes.isoformat(),
                "IsClosed": True,
                "IsWon": chance.random() < 0.7,
                "Type": "New",
                "CampaignId": "c2",
            }
            show(tx, crowd, "Deal", number, said, later=later, archived=chance.random() < 0.2)
        for fresh in range(3):
            open_deal(tx, crowd, chance, f"e{fresh}", people)
        place_in(tx, crowd, "late-place", chance.choice(shop.business.deals), f"p{chance.choice(people)}", first=True)
        show(tx, crowd, "Rate", "r1", {"Code": "USD", "Rate": 0.5}, later=later)
        show(tx, crowd, "Campaign", "c1", {"Name": "Spring", "Cost": 1}, later=later)
        did = [each for theirs in ledger.activities_of(tx, people).values() for each in theirs]
        early = [
            replace(each, external_id=f"{each.external_id}-early", occurred_at=crowd.began - timedelta(days=9))
            for each in chance.sample(did, min(4, len(did)))
        ]
        ledger.add(tx, early, seen_at=crowd.now + later)
        ledger.retract(tx, [each.key for each in did[::5]], reason="a test", at=crowd.now + later)


def ruled_otherwise(scope: Scope) -> Scope:
    """Other channels, another horizon."""
    told = RULES.model_dump()
    told["channels"] = told["channels"][::-1]
    rules = ReportRules.model_validate(told | {"attribution": {"days": 30}})
    return replace(scope, rules=rules, channels=channels_of(rules.channels))


def broken(store: Store, seed: int) -> list[str]:
    """What of the law does not hold for this shop."""
    shop = open_shop(store, seed)
    first, second = months(shop)
    wanted = list(windows(shop, first, second, seed))
    live = [counted(shop.page(each)) for each in wanted]
    assert shop.close(first, everything(shop))
    assert shop.close(second, everything(shop))
    found = [f"closing changed window {n}" for n, each in enumerate(wanted) if counted(shop.page(each)) != live[n]]
    found += [f"costs of window {n} did not change" for n, each in enumerate(wanted) if tells_costs(shop, each)]
    change_much(shop, seed)
    shop = replace(shop, paid=(("Fair", "ads", 0, 60, 7, None),))
    found += [f"late rows changed window {n}" for n, each in enumerate(wanted) if counted(shop.page(each)) != live[n]]
    found += [f"costs of window {n}" for n, each in enumerate(wanted) if tells_costs(shop, each) != (not each.channel)]
    assert not shop.close(first, everything(shop)), "it is closed"
    found += [
        f"other rules changed window {n}"
        for n, each in enumerate(wanted)
        if counted(shop.page(ruled_otherwise(each)))[:-1] != live[n][:-1]
    ]
    found += [f"window {n} does not add up" for n, each in enumerate(wanted) if not adds_up(shop, each)]
    return found + ([] if adds_up(shop, everything(shop)) else ["the whole does not add up"])


def tells_costs(shop: Shop, scope: Scope) -> bool:
    """Whether the page says that costs are known differently by now."""
    return any(each.what.startswith("Costs are known differently") for each in shop.page(scope).missing)


def adds_up(shop: Shop, scope: Scope) -> bool:
    """What is shown, and what is known differently, is what would be shown."""
    shown, whole = shop.page(scope), shop.page(scope, closed=False)
    return all(
        _column(shown, "first", column) + _late(shown, column) == pytest.approx(_column(whole, "first", column))
        for column in ("opened", "pipeline", "won", "revenue")
    )


def _late(page: Page, column: str) -> float:
    figure: Figure | None = page.figure(f"late.all.{column}")
    return 0.0 if figure is None else figure.value or 0.0


@pytest.mark.parametrize("seed", range(8))
def test_closed_months_stay_what_they_were_to_the_last_row_whatever_comes_late(store: Store, seed: int) -> None:
    assert broken(store, seed) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_deal_is_opened_once_and_won_once_whatever_windows_are_laid_side_by_side(store: Store, seed: int) -> None:
    shop = open_shop(store, seed)
    first, second = months(shop)
    shop.close(first, everything(shop))
    change_much(shop, seed)
    shop.close(second, everything(shop))
    change_much(shop, seed + 100)
    whole = everything(shop)
    parts = [date.fromisoformat(f"{each}-01") for each in months_of(whole.window)]
    pages = [shop.page(of_month(shop, each)) for each in parts]
    edge = replace(whole, window=Window(since=window_of_month(parts[0], whole.window.zone).since,
                                        until=window_of_month(parts[-1], whole.window.zone).until,
                                        zone=whole.window.zone))  # fmt: skip
    for column in ("opened", "pipeline", "won", "revenue"):
        assert sum(_column(each, "even", column) for each in pages) == pytest.approx(
            _column(shop.page(edge), "even", column)
        )


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_counts_nowhere_else_also_when_it_moved_to_an_open_month(store: Store, seed: int) -> None:
    shop = open_shop(store, seed)
    whole = everything(shop)
    first, second = months(shop)
    shop.close(first, whole)
    shop.close(second, whole)
    change_much(shop, seed)
    kept = set(shop.books(whole).places)
    still_open = {
        each.key for each in shop.known(whole) if each.month_in(whole.window.zone) not in named(first, second)
    }
    page = shop.page(whole)
    for side, column in ((Side.OPENED, "opened"), (Side.WON, "won")):
        assert _column(page, "even", column) == pytest.approx(sum(key[1] is side for key in kept | still_open))


def named(*days: date) -> set[str]:
    return {f"{each:%Y-%m}" for each in days}


@pytest.mark.parametrize("seed", range(6))
def test_people_who_turn_out_to_be_one_are_one_behind_closed_deals(store: Store, seed: int) -> None:
    shop = open_shop(store, seed)
    first, _ = months(shop)
    scope = of_month(shop, first)
    shop.close(first, everything(shop))
    before = shop.books(scope).kept
    with store.write() as tx:
        one, other = leads.after(tx, LeadId(0), 2)
        identity.merge(tx, one, other, now=scope.now)
    now = shop.books(scope).kept
    assert {key: replace(each, leads=(), met_by=None) for key, each in now.items()} == {
        key: replace(each, leads=(), met_by=None) for key, each in before.items()
    }
    assert {key: set(each.leads) for key, each in now.items()} == {
        key: {one if lead == other else lead for lead in each.leads} for key, each in before.items()
    }


def test_all_of_it_on_postgresql(postgres: PostgresServer) -> None:
    store = Store.open(postgres.create_store("dealt"))
    assert [each for seed in range(300, 302) for each in (*differences_of(store, seed), *broken(store, seed))] == []
    store.dispose()
    postgres.drop_database("dealt")
