"""The ledger and the connector together, judged by the portal's own count and log."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from math import ceil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from connectors.contract import Lane
from connectors.hubspot.connector import HubSpot
from connectors.testing import failure_of
from domain.errors import RateLimitedError
from store.budget import BudgetLimit, StoreBudget
from store.engine import Store
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess, surroundings
from tests.stores import empty_store


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield opened
    opened.dispose()


def used_today(rig: HubSpotRig) -> int:
    path = "/account-info/v3/api-usage/daily/private-apps"
    told = requests.get(rig.simulator.hubspot + path, headers={"Authorization": f"Bearer {rig.token}"}, timeout=10)
    return int(told.json()["results"][0]["currentUsage"])


def test_the_background_stops_before_the_portals_reserve_and_goes_on_after_its_midnight(
    rig: HubSpotRig, store: Store
) -> None:
    rig.simulator.settings(daily_calls={"hubspot": ceil((used_today(rig) + 10) / 0.8)})
    limits = {"marketing": BudgetLimit(daily=1_000, background_own_percent=100)}
    ledger = StoreBudget(store, limits, rig.simulator)
    around = replace(surroundings("marketing", rig.simulator, lane=Lane.BACKGROUND), budget=ledger)
    connector = HubSpot(rig.settings(), around, wall=rig.fast.wall)
    connector.account()
    list(connector.read("owners", None))
    error = failure_of(RateLimitedError, lambda: [list(connector.read("owners", None)) for _ in range(20)])
    stopped, at = used_today(rig), rig.simulator.seq()
    assert stopped <= rig.simulator.settings()["daily_calls"]["hubspot"] * 0.8 + 1
    failure_of(RateLimitedError, lambda: list(connector.read("owners", None)))
    assert rig.simulator.seq() == at
    rig.simulator.time(advance_s=error.retry_after_s)
    local = rig.simulator.now().astimezone(ZoneInfo("America/New_York"))
    assert (local.hour, local.minute) == (0, 5)
    list(connector.read("owners", None))
    assert used_today(rig) == 3
