"""Two daemons on one PostgreSQL, as on two hosts, and one daemon on two of them: whoever was replaced does no harm."""

import shutil
import signal
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cast import ANA, USERS, contact
from tests.e2e.test_hardship import handed_off, raise_hand
from tests.e2e.test_serve import QUICK, Serving, serving, until
from tests.installation import install
from tests.postgres import PostgresServer
from tests.proxy import Ill, Proxy
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e


def words(found: Serving) -> list[str]:
    return [line["event"] for line in found.lines()]


def test_a_leader_that_was_stopped_and_replaced_writes_nothing_more_when_it_goes_on(
    tmp_path: Path, world: SimulatorProcess, server: PostgresServer
) -> None:
    """Stopped with a creation out that Salesforce has carried out; the server's restart lets the other one lead."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    first = install(tmp_path / "first", world, database_url=server.create_store("leadloop"), more=QUICK)
    shutil.copytree(first.folder, tmp_path / "second")
    second = replace(first, folder=tmp_path / "second")
    with Proxy(world.salesforce) as proxy:
        first.rewrite("leadloop.yaml", f"login_url: {world.salesforce}", f"login_url: {proxy.address}")
        order = proxy.order(Ill.DELAY, r"PATCH .*sobjects/Lead/LL_Lead_Key__c", seconds=10.0)
        with ExitStack() as stack:
            old = stack.enter_context(serving(first))
            until(lambda: "leading" in words(old), "lead of the first")
            new = stack.enter_context(serving(second))
            until(lambda: "standing_by" in words(new), "second that stands by")
            until(lambda: Witness(simulator=world).contact(ANA).get("ll_stage"), "stage")
            raise_hand(world, ANA)
            world.time(advance_s=1200)
            until(lambda: order.answered, "creation whose answer is out")
            old.process.send_signal(signal.SIGSTOP)
            server.stop("immediate")
            server.start()
            until(lambda: "leading" in words(new), "lead of the second")
            world.time(advance_s=1200)
            until(lambda: handed_off(world, ANA), "handoff by the second")
            old.process.send_signal(signal.SIGCONT)
            until(lambda: words(old)[-1] == "standing_by", "first that stands by")
            assert [line["epoch"] for line in old.lines() if line["event"] == "leading"] == [1]
            assert [line["epoch"] for line in new.lines() if line["event"] == "leading"] == [2]
            assert "lead_lost" in words(old)
            assert set(Witness(simulator=world).created().values()) == {1}
            assert [old.end(), new.end()] == [0, 0]


def test_when_the_primary_server_dies_the_daemon_goes_on_with_its_standby(
    tmp_path: Path, world: SimulatorProcess, server: PostgresServer
) -> None:
    """It dies with a creation out that Salesforce has carried out."""
    world.seed(users=USERS, contacts=[contact(ANA)])
    server.create_store("leadloop")
    with ExitStack() as stack:
        standby = PostgresServer(tmp_path / "standby", behind=server)
        stack.callback(standby.stop, "immediate")
        hosts = "&".join(f"host=127.0.0.1:{each.port}" for each in (server, standby))
        url = f"postgresql://leadloop@/leadloop?{hosts}&target_session_attrs=read-write"
        made = install(tmp_path / "home", world, database_url=url, more=QUICK)
        stack.callback(made.close)
        proxy = stack.enter_context(Proxy(world.salesforce))
        made.rewrite("leadloop.yaml", f"login_url: {world.salesforce}", f"login_url: {proxy.address}")
        order = proxy.order(Ill.DELAY, r"PATCH .*sobjects/Lead/LL_Lead_Key__c", seconds=5.0)
        daemon = stack.enter_context(serving(made))
        until(lambda: Witness(simulator=world).contact(ANA).get("ll_stage"), "stage")
        raise_hand(world, ANA)
        world.time(advance_s=1200)
        until(lambda: order.answered, "creation whose answer is out")
        server.stop("immediate")
        stack.callback(server.start)
        standby.promote()
        world.time(advance_s=1200)
        until(lambda: handed_off(world, ANA), "handoff")
        assert set(Witness(simulator=world).created().values()) == {1}
        assert daemon.end() == 0
