"""The first load and the load after a long time away: by listing, whatever there is, and what changes meanwhile."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from connectors.hubspot.reading import Position
from connectors.testing import found_in
from domain.record import Page
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess
from tests.unit.connectors.hubspot.portal import NOW, Portal, connected, page, row

AWAY = Position(at=NOW - timedelta(days=9), late=NOW - timedelta(days=9)).cursor()


@pytest.fixture(params=["v3", "2026-03"])
def rig(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=request.param)


def objects_read(rig: HubSpotRig, since: int) -> list[str]:
    """How records were asked for: the last word of each path."""
    lines = [line for line in rig.simulator.log(since) if "/objects/" in line["path"]]
    return [line["path"].rsplit("/", 1)[1] for line in lines]


def test_the_first_load_asks_no_search_whatever_the_ceiling(rig: HubSpotRig) -> None:
    """A search ends at 10,000 rows, and there are five a second for all apps of the portal."""
    keys = set(rig.seed(5))
    since = rig.simulator.seq()
    pages = list(rig.connector(ceiling=1).read("contacts", None))
    assert keys <= found_in(pages)
    assert set(objects_read(rig, since)) == {"contacts"}


def test_stopped_after_any_page_it_loses_nothing_that_changed_meanwhile(rig: HubSpotRig) -> None:
    """Edited behind the reader, before it and after the end, each page read by a process of its own."""
    keys = rig.seed(12)
    behind, before, after_end = keys[0], keys[11], keys[5]
    begun = rig.simulator.now() - timedelta(minutes=15)
    cursor = Position(at=begun, late=begun, after=keys[0]).cursor()
    kept: list[Page] = []
    for touched in ((behind, before), (after_end,)):
        kept.append(next(rig.connector(page_size=10).read("contacts", cursor)))
        cursor = kept[-1].cursor
        for key in touched:
            rig.touch(key)
    rig.settle()
    for _ in range(2):
        pages = list(rig.connector().read("contacts", cursor))
        kept += pages
        cursor = pages[-1].cursor
    newest = {record.ref.id: record.values.get("jobtitle") for each in kept for record in each.records}
    held = rig.held("contacts")
    assert {key: newest[key] for key in keys} == {key: held[key].get("jobtitle") for key in keys}
    assert None not in (newest[behind], newest[before], newest[after_end])


def portal_of(total: int, changed: int) -> Portal:
    """So many contacts, so many of them changed while we were away."""

    def answer(method: str, _: str, told: Any) -> Any:
        if method == "GET":
            return page([row(number) for number in range(1, 4)])
        filters = told["filterGroups"][0]["filters"]
        names = {one["propertyName"] for one in filters}
        if "lastmodifieddate" not in names:
            return {"total": total, "results": [row(1)]}
        stretch = {one["operator"]: int(one["value"]) for one in filters}
        return {"total": changed if stretch["LT"] - stretch["GTE"] > 86_400_000 else 1, "results": [row(1)]}

    return Portal(answer)


@pytest.mark.parametrize(
    ("total", "changed", "calls_per_10_s", "searches", "is_listed"),
    [
        (100_000, 60_000, 190, 5, True),
        (100_000, 50_000, 190, 5, False),
        (100_000, 60_000, 100, 4, False),
        (100_000, 90_000, 100, 4, True),
        (9_000, 9_000, 190, 5, False),
    ],
    ids=["most", "half", "most, on a slow tier", "nearly all, on a slow tier", "no more than one search holds"],
)
def test_after_a_long_time_away_the_faster_way_is_taken(
    total: int, changed: int, calls_per_10_s: int, searches: int, is_listed: bool
) -> None:
    """A search gives 200 rows five times a second, a listing 100 rows as often as the tier lets us call."""
    portal = portal_of(total, changed)
    with connected(portal, calls_per_10_s=calls_per_10_s, searches_per_second=searches) as connector:
        last = list(connector.read("contacts", AWAY))[-1].cursor
    assert bool(portal.calls("/objects/contacts")) is is_listed
    told = json.loads(last.position)
    assert told["at"] == "2026-11-22T11:45:00Z"
    assert "after" not in told


def test_a_few_changes_cost_one_search_and_no_count() -> None:
    portal = portal_of(100_000, 3)
    with connected(portal) as connector:
        list(connector.read("contacts", Position(at=NOW - timedelta(minutes=20), late=NOW).cursor()))
    assert len(portal.calls("/search")) == 1
