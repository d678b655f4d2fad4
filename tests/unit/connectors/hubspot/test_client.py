"""Paths of both generations, quoted names, the token's way, and waiting as HubSpot asks."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.abilities import Provisioner
from connectors.contract import Connector, Describer, Lane, Reader, Settler, Writer
from connectors.hubspot.paths import path_of
from connectors.pacing import Limit
from connectors.testing import failure_of, one_receipt
from domain.change import ReceiptOutcome
from domain.errors import RateLimitedError
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess
from tests.unit.connectors.hubspot.portal import JSON, NOW, Portal, change, connected, page, reply, row, saved

DATED = "2026-03"


@dataclass
class Hand:
    """A clock that stands until it is moved."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def dated(simulator: SimulatorProcess) -> Iterator[HubSpotRig]:
    with ExitStack() as stack:
        yield HubSpotRig(simulator, stack, generation=DATED)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/crm/v3/objects/contacts/search", "/crm/objects/2026-03/contacts/search"),
        ("/crm/v3/owners", "/crm/owners/2026-03"),
        ("/crm/v3/lists/7/memberships/add", "/crm/lists/2026-03/7/memberships/add"),
        ("/crm/v3/properties/contacts", "/crm/properties/2026-03/contacts"),
        ("/crm/v4/associations/calls/contacts/batch/read", "/crm/associations/2026-03/calls/contacts/batch/read"),
        ("/events/v3/events", "/events/event-occurrences/2026-03"),
        ("/account-info/v3/details", "/account-info/2026-03/details"),
        ("/oauth/v1/token", "/oauth/2026-03/token"),
        ("/marketing/v3/forms", "/marketing/v3/forms"),
        ("/form-integrations/v1/submissions/forms/x", "/form-integrations/v1/submissions/forms/x"),
        ("/email/public/v1/events", "/email/public/v1/events"),
    ],
)
def test_one_table_knows_the_generations(path: str, expected: str) -> None:
    assert path_of(path, DATED) == expected
    assert path_of(path, "v3") == path


def test_every_stream_is_read_through_dated_paths(dated: HubSpotRig) -> None:
    contact = dated.seed(1)[0]
    dated.simulator.act("call", system="hubspot", id=contact)
    since = dated.simulator.seq()
    connector = dated.connector()
    connector.account()
    for stream in connector.streams:
        for cursor in (None, list(connector.read(stream, None))[-1].cursor):
            list(connector.read(stream, cursor))
    list(connector.write([dated.guarded_change("k1", contact), dated.create("k2")]))
    paths = {
        line["path"] for line in dated.simulator.log(since) if line["path"].startswith(("/crm", "/events", "/acc"))
    }
    assert {path for path in paths if DATED not in path} == set()
    assert any("associations" in path for path in paths)


def test_it_has_every_ability_of_a_two_way_connector(rig: HubSpotRig) -> None:
    connector = rig.connector()
    for ability in (Connector, Reader, Writer, Describer, Settler, Provisioner):
        assert isinstance(connector, ability)


def test_the_portal_is_told(rig: HubSpotRig) -> None:
    account = rig.connector().account()
    portal = rig.simulator.door("GET", "settings")["settings"]["org"]["hubspot"]
    assert (account.account_id, account.time_zone, account.is_test) == (portal, "America/New_York", False)


def test_all_calls_of_a_read_go_over_one_connection() -> None:
    """The client's own objects would open one each."""
    portal = Portal(lambda *_: page([row(1)]))
    with connected(portal) as connector:
        for stream in ("contacts", "companies", "owners"):
            list(connector.read(stream, None))
        pools = connector._client._pool.pools
        assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118  # no mapping
    assert len(portal.asked) == 6


def test_every_call_is_paid_for_and_the_portals_figure_is_passed_on(rig: HubSpotRig) -> None:
    rig.connector().account()
    assert rig.budget.spent[Lane.BACKGROUND] == 1
    assert [limit for _, limit in rig.budget.hints] == [1_000_000]


def test_the_wire_log_keeps_the_shape_of_a_write_and_no_value() -> None:
    portal = Portal(lambda _, __, told: saved(told))
    with connected(portal) as connector:
        list(connector.write([change(1, values={"email": "ana@globex.example", "ll_score": 5})]))
    (exchange,) = [one for one in portal.wire.exchanges if one.path.endswith("/batch/update")]
    assert '"objectWriteTraceId":"k1"' in exchange.request
    assert "globex" not in portal.wire.text()
    assert "pat-given" not in portal.wire.text()


def test_a_limit_of_ten_seconds_is_waited_for_and_the_call_goes_through() -> None:
    limited = [reply({"policyName": "TEN_SECONDLY_ROLLING"}, 429)]
    portal = Portal(lambda _, __, told: limited.pop() if limited else saved(told))
    with connected(portal) as connector:
        assert one_receipt(connector, change(1)).outcome is ReceiptOutcome.APPLIED
    assert sum(portal.fast.slept) == pytest.approx(10.0, abs=0.5)


def test_a_portal_on_the_move_is_left_alone_as_long_as_it_says() -> None:
    """By reads as well as writes, and nobody waits in a thread meanwhile."""
    clock = Hand()
    moving = [(477, {"Retry-After": "86400"}, b"")]
    portal = Portal(lambda _, __, told: moving.pop() if moving else saved(told))
    with connected(portal, clock=clock) as connector:
        first = failure_of(RateLimitedError, lambda: list(connector.write([change(1)])))
        clock.moment += timedelta(hours=23)
        later = failure_of(RateLimitedError, lambda: list(connector.read("owners", None)))
        assert (first.retry_after_s, later.retry_after_s, later.daily) == (86_400, 3_600, False)
        assert (len(portal.asked), portal.fast.slept) == (1, [])
        clock.moment += timedelta(hours=1)
        assert one_receipt(connector, change(1)).outcome is ReceiptOutcome.APPLIED


def test_a_day_that_is_used_up_is_over_at_the_portals_midnight() -> None:
    """In New York, and five minutes later, because clocks differ. Then it goes on by itself."""
    clock = Hand()
    full = [reply({"policyName": "DAILY"}, 429)]
    about = {"portalId": 1, "timeZone": "America/New_York", "accountType": "STANDARD"}

    def answer(_: str, path: str, told: Any) -> Any:
        return about if "account-info" in path else full.pop() if full else saved(told)

    portal = Portal(answer)
    with connected(portal, clock=clock) as connector:
        connector.account()
        first = failure_of(RateLimitedError, lambda: list(connector.write([change(1)])))
        again = failure_of(RateLimitedError, lambda: list(connector.write([change(1)])))
        assert (first.retry_after_s, again.retry_after_s) == (17 * 3600 + 300, 17 * 3600 + 300)
        assert (first.daily, again.daily, len(portal.calls("/batch/update"))) == (True, True, 1)
        clock.moment += timedelta(seconds=first.retry_after_s)
        assert one_receipt(connector, change(1)).outcome is ReceiptOutcome.APPLIED


def test_the_figure_of_the_day_comes_with_the_moment_it_ends(rig: HubSpotRig) -> None:
    connector = rig.connector()
    connector.account()
    connector.account()
    first, second = rig.budget.resets
    assert first is None
    assert second is not None
    local = second.astimezone(ZoneInfo("America/New_York"))
    assert (local.hour, local.minute) == (0, 5)
    assert timedelta(0) < second - rig.simulator.now() <= timedelta(hours=24, minutes=5)


def test_calls_of_others_through_the_same_app_are_counted_with_ours() -> None:
    """HubSpot says that one of 100 is left though we sent one: the next goes, and the one after it waits."""
    crowded = {**JSON, "X-HubSpot-RateLimit-Max": "100", "X-HubSpot-RateLimit-Remaining": "1"}
    rows = json.dumps(page([row(1)])).encode()
    portal = Portal(lambda *_: (200, crowded, rows))
    with connected(portal) as connector:
        list(connector.read("owners", None))
    assert len(portal.calls("/owners")) == 2
    assert portal.fast.slept == []
    with connected(portal) as connector:
        for _ in range(2):
            list(connector.read("owners", None))
    assert sum(portal.fast.slept) == pytest.approx(10.0, abs=0.5)


def test_the_searches_of_a_second_are_the_portals_limit(rig: HubSpotRig) -> None:
    """Real waiting would make this slow: the wall adds up what it was asked to sleep."""
    rig.settle()
    connector = rig.connector(searches_per_second=2)
    cursor = list(connector.read("contacts", None))[-1].cursor
    rig.fast.slept.clear()
    for _ in range(6):
        list(connector.read("contacts", cursor))
    assert 1.0 < sum(rig.fast.slept) <= 2 * Limit(sends=2, window_s=1.0).ours_s
