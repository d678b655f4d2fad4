"""The reports' pages over a store that a seed filled, and what the reference says of the same."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
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
from reports.pages.passes import Pass, Scope, passes_of
from reports.pages.rejects import Rejects
from reports.pages.window import Window
from store.engine import Store
from tests.reference import figures as slow
from tests.reference import ledger
from tests.reference.crowd import SPAN, Crowd, gather
from tests.reference.figures import Figures, Person, Sight
from tests.reference.sums import Expected
from tests.reference.told import micros
from tests.reference.two_teams import OFFICE, reports, routing
from tests.starter import starter_file

SCORING = ScoringRules.model_validate({"engagement": [], "fit": [], "exclusions": []})
BOOK = Rulebook(
    lifecycle=LifecycleRules.model_validate(starter_file("lifecycle")),
    routing=RoutingRules.model_validate(routing()),
    scoring=SCORING,
    rule_hash=RuleHash("r1"),
    time_zone=OFFICE.zone,
)
RULES = ReportRules.model_validate(reports())
MAPPING = MappingRules(
    systems={},
    properties=[
        Property(name=name, label=label, role=Role.SHARED, fields={}) for name, label in OFFICE.telling.items()
    ],
)
TABLES = (
    *("lead", "handoff", "transition", "clock_step", "activity", "fact", "lead_union", "record", "record_value"),
    *("first_touch", "closed_month", "closed_deal", "closed_deal_lead"),
)


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
        since=since or crowd.began - SPAN, until=until or crowd.now + timedelta(days=1), zone=ZoneInfo(OFFICE.zone)
    )
    return Scope(
        window=window, book=BOOK, rules=RULES, channels=channels_of(RULES.channels), names=OFFICE.names, now=crowd.now,
        most=most, loaded_until=loaded, team=team, channel=channel,
    )  # fmt: skip


def pages_of(store: Store, scope: Scope) -> dict[str, Page]:
    return pages_over(passes_of(store, scope), scope) | {"funnel": funnel_of(store, scope)}


def pages_over(passes: Iterable[Pass], scope: Scope) -> dict[str, Page]:
    """The three that count handoffs."""
    followup, bands, rejects = FollowUp(scope, people=True), Bands(scope), Rejects(scope, MAPPING)
    for each in passes:
        followup.count(each)
        bands.count(each)
        rejects.count(each)
    return {"followup": followup.page(), "bands": bands.page(), "rejects": rejects.page()}


def funnel_of(store: Store, scope: Scope) -> Page:
    report = Funnel(scope)
    for each in ways_of(store, scope):
        report.count(each)
    if scope.loaded_until is not None:
        for older in older_ways_of(store, scope):
            report.count_older(older)
    return report.page()


def people_in(store: Store, crowd: Crowd) -> list[Person]:
    with store.read() as tx:
        return slow.people_of(ledger.read(tx), micros(crowd.now.isoformat()) or 0, OFFICE)


def sight_of(scope: Scope) -> Sight:
    def at(moment: datetime) -> int:
        return micros(moment.isoformat()) or 0

    return Sight(
        since=at(scope.window.since),
        until=at(scope.window.until),
        team=scope.team,
        channel=scope.channel,
        loaded=at(scope.loaded_until) if scope.loaded_until is not None else None,
    )


def expected_of(people: Sequence[Person], scope: Scope) -> dict[str, Figures]:
    sight = sight_of(scope)
    handed = slow.handed_over(people, sight)
    return {
        "followup": slow.follow_up(handed, OFFICE),
        "bands": slow.bands(handed),
        "rejects": slow.rejects(handed, OFFICE),
        "funnel": slow.funnel(people, sight, OFFICE),
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


def refill(store: Store, seed: int, people: int = 8) -> Crowd:
    """The store with nobody in it but whom this seed makes."""
    empty(store)
    with store.write() as tx:
        return gather(tx, seed, people)


def empty(store: Store) -> None:
    with store.write() as tx:
        for table in TABLES:
            tx.exec_driver_sql(f"DELETE FROM {table}")
