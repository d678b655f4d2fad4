"""Every figure of every report, recomputed from the raw ledger; and what has to hold of them whatever they are."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules, Property, Role
from config.reports import ReportRules
from config.routing import RoutingRules
from config.scoring import ScoringRules
from domain.values import RuleHash
from handoff.rulebook import Rulebook
from mapping.channels import channels_of
from reports.pages.bands import Bands
from reports.pages.follow_up import FollowUp
from reports.pages.funnel import Funnel
from reports.pages.lives import older_ways_of, ways_of
from reports.pages.page import Figure, Page
from reports.pages.passes import Scope, passes_of
from reports.pages.rejects import Rejects
from reports.pages.window import Window
from store.engine import Store
from tests.reference import figures as slow
from tests.reference import ledger
from tests.reference.crowd import SPAN, Crowd, gather
from tests.reference.figures import Figures, Sight
from tests.reference.office import NAMES, TELLING, ZONE, reports, routing
from tests.reference.sums import Expected
from tests.reference.told import micros
from tests.starter import starter_file
from tests.stores import empty_store

SCORING = ScoringRules.model_validate({"engagement": [], "fit": [], "exclusions": []})
BOOK = Rulebook(
    lifecycle=LifecycleRules.model_validate(starter_file("lifecycle")),
    routing=RoutingRules.model_validate(routing()),
    scoring=SCORING,
    rule_hash=RuleHash("r1"),
    time_zone=ZONE,
)
RULES = ReportRules.model_validate(reports())
MAPPING = MappingRules(
    systems={},
    properties=[Property(name=name, label=label, role=Role.SHARED, fields={}) for name, label in TELLING.items()],
)
TABLES = ("lead", "handoff", "transition", "clock_step", "activity", "fact", "lead_union")


def scope_of(
    crowd: Crowd,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    team: str | None = None,
    channel: str | None = None,
    loaded: datetime | None = None,
    most: int | None = None,
) -> Scope:
    window = Window(
        since=since or crowd.began - SPAN, until=until or crowd.now + timedelta(days=1), zone=ZoneInfo(ZONE)
    )
    return Scope(
        window=window, book=BOOK, rules=RULES, channels=channels_of(RULES.channels), names=NAMES, now=crowd.now,
        most=most, loaded_until=loaded, team=team, channel=channel,
    )  # fmt: skip


def pages_of(store: Store, scope: Scope) -> dict[str, Page]:
    followup, bands, rejects = FollowUp(scope, people=True), Bands(scope), Rejects(scope, MAPPING)
    for each in passes_of(store, scope):
        for report in (followup, bands, rejects):
            report.count(each)
    return {
        "followup": followup.page(),
        "bands": bands.page(),
        "rejects": rejects.page(),
        "funnel": funnel_of(store, scope),
    }


def funnel_of(store: Store, scope: Scope) -> Page:
    report = Funnel(scope)
    for each in ways_of(store, scope):
        report.count(each)
    if scope.loaded_until is not None:
        for older in older_ways_of(store, scope):
            report.count_older(older)
    return report.page()


def reference(store: Store, scope: Scope) -> dict[str, Figures]:
    def at(moment: datetime | None) -> int:
        return micros(moment.isoformat()) or 0 if moment is not None else 0

    sight = Sight(
        since=at(scope.window.since), until=at(scope.window.until), now=at(scope.now), team=scope.team,
        channel=scope.channel, loaded=at(scope.loaded_until) if scope.loaded_until is not None else None,
    )  # fmt: skip
    with store.read() as tx:
        everybody = ledger.read(tx)
    handed = slow.handed_over(everybody, sight)
    return {
        "followup": slow.follow_up(handed),
        "bands": slow.bands(handed),
        "rejects": slow.rejects(handed),
        "funnel": slow.funnel(everybody, sight),
    }


def told(page: Page) -> dict[tuple[str, str, str], Expected]:
    """The page's figures as the reference names them."""
    return {
        (table.key, row.label, column.key): _plain(figure)
        for table in page.tables()
        for _, row, column, figure in table.figures()
    }


def _plain(figure: Figure) -> Expected:
    leads = figure.leads
    return Expected(
        value=figure.value,
        of=figure.of,
        low=figure.low,
        high=figure.high,
        n=leads.n if leads is not None else None,
        leads=frozenset(leads.first) if leads is not None else None,
    )


def differences(page: Page, expected: Figures) -> list[str]:
    found = told(page)
    missing = [f"{page.name} {name}: only one of the two has it" for name in found.keys() ^ expected.keys()]
    both = found.keys() & expected.keys()
    return missing + [
        f"{page.name} {name}: {found[name]}, reference {expected[name]}"
        for name in sorted(both)
        if not _alike(found[name], expected[name])
    ]


def _alike(one: Expected, other: Expected) -> bool:
    pairs = ((one.value, other.value), (one.low, other.low), (one.high, other.high))
    close = all(a == pytest.approx(b, abs=1e-9) if a is not None and b is not None else a is b for a, b in pairs)
    return close and (one.of, one.n, one.leads) == (other.of, other.n, other.leads)


def all_differences(store: Store, scope: Scope) -> list[str]:
    pages, expected = pages_of(store, scope), reference(store, scope)
    return [each for name, page in pages.items() for each in differences(page, expected[name])]


def refill(store: Store, seed: int, people: int = 8) -> Crowd:
    with store.write() as tx:
        for table in TABLES:
            tx.exec_driver_sql(f"DELETE FROM {table}")
        return gather(tx, seed, people)


def scopes(crowd: Crowd, seed: int) -> Iterator[Scope]:
    """Everything, and a window of days or hours with one filter or another."""
    chance = Random(seed)
    hours = chance.choice((1, 24))
    since = crowd.began + timedelta(hours=hours * chance.randrange(20))
    until = since + timedelta(hours=hours * chance.randrange(1, 12))
    loaded = chance.choice((None, crowd.began + timedelta(days=chance.randrange(6))))
    yield scope_of(crowd, loaded=loaded)
    yield scope_of(crowd, since=since, until=until, loaded=loaded)
    yield scope_of(
        crowd,
        since=crowd.began - timedelta(days=chance.choice((1, 90))),
        team=chance.choice((None, "Inbound", "outbound")),
        channel=chance.choice((None, "Ads", "ads", "unknown")),
        loaded=loaded,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(empty_store(tmp_path_factory.mktemp("figures") / "leadloop.db"))
    yield opened
    opened.dispose()


@pytest.mark.parametrize("seed", range(160))
def test_every_figure_is_what_the_raw_ledger_says(store: Store, seed: int) -> None:
    crowd = refill(store, seed)
    for scope in scopes(crowd, seed):
        assert all_differences(store, scope) == []
