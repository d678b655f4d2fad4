"""Paths of both generations, quoted names, the token's way, and waiting as HubSpot asks."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connectors.contract import Connector, Describer, Lane, Provisioner, Reader, Settler, Writer
from connectors.hubspot.paths import path_of
from connectors.testing import failure_of, one_receipt
from domain.change import ReceiptOutcome
from domain.errors import RateLimitedError
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess
from tests.unit.connectors.hubspot.portal import Portal, change, connected, page, reply, row, saved

DATED = "2026-03"


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


def test_a_portal_on_the_move_is_left_alone() -> None:
    moving = (477, {"Retry-After": "120"}, b"")
    portal = Portal(lambda *_: moving)
    with connected(portal) as connector:
        error = failure_of(RateLimitedError, lambda: list(connector.write([change(1)])))
    assert (error.retry_after_s, error.daily) == (120.0, False)
    assert len(portal.asked) == 1


def test_the_searches_of_a_second_are_the_portals_limit(rig: HubSpotRig) -> None:
    """Real waiting would make this slow: the wall adds up what it was asked to sleep."""
    rig.settle()
    connector = rig.connector(searches_per_second=2)
    cursor = list(connector.read("contacts", None))[-1].cursor
    rig.fast.slept.clear()
    for _ in range(6):
        list(connector.read("contacts", cursor))
    assert 1.0 < sum(rig.fast.slept) <= 2.0
