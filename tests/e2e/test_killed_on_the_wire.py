"""Killed while a request is on the wire: half of it arrived, or all of it and only the answer is not here yet."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from store import connections
from tests.cast import USERS, contact
from tests.e2e.test_crash import ANA, Scene, raise_hand
from tests.e2e.test_network import CALLS, Proxies, proxies, scene
from tests.e2e.test_serve import until
from tests.installation import Installation, install
from tests.proxy import Ill, Order, Proxy
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e
__all__ = ["proxies", "scene"]

WRITES = ("the Lead's creation", "fields in HubSpot", "joining a list")
HELD_S = 3_600.0
TOKEN_PATH = "/services/oauth2/token"


def is_on_the_wire(order: Order) -> bool:
    """Struck, and done by the system if it has all of it."""
    return order.struck > 0 if order.ill is Ill.CUT_REQUEST else order.answered > 0


@pytest.mark.parametrize("ill", [Ill.CUT_REQUEST, Ill.DELAY], ids=["half the request", "all but the answer"])
def test_killed_while_writes_are_on_the_wire_each_has_one_effect(scene: Scene, proxies: Proxies, ill: Ill) -> None:
    """One run after the other is killed at the first write that it has out, until one meets no trouble."""
    orders = [proxies[CALLS[name][0]].order(ill, CALLS[name][1], after=10, seconds=HELD_S) for name in WRITES]
    while is_killed_with_one_more_out(scene.installation, orders):
        pass
    assert all(map(is_on_the_wire, orders))
    scene.recover()


def is_killed_with_one_more_out(made: Installation, orders: Sequence[Order]) -> bool:
    """Start a run and kill it; False when it came to its end."""
    before = sum(map(is_on_the_wire, orders))
    with made.running("run") as process:
        until(lambda: process.exitcode is not None or sum(map(is_on_the_wire, orders)) > before, "write or end")
        if process.exitcode is not None:
            return False
        process.kill()
    return True


@pytest.fixture
def single_use(tmp_path: Path, world: SimulatorProcess) -> Iterator[tuple[Installation, Proxy]]:
    """An org whose refresh tokens are good for one use, behind a proxy."""
    world.settings(refresh_token="5Aep861-first", rotate_refresh_tokens=True)
    world.seed(users=USERS, contacts=[contact(ANA)])
    with Proxy(world.salesforce) as proxy:
        made = install(tmp_path / "installation", world)
        by_token = "auth: refresh_token\n    refresh_token: 5Aep861-first"
        made.rewrite("leadloop.yaml", f"login_url: {world.salesforce}", f"login_url: {proxy.address}\n    {by_token}")
        made.run()
        yield made, proxy
        made.close()


def test_killed_between_the_answer_and_the_keeping_of_a_refresh_token_it_writes_nothing_and_asks_once_a_minute(
    single_use: tuple[Installation, Proxy], world: SimulatorProcess
) -> None:
    """The old one is spent, the new one nobody has: only a person can log in again, and the other system goes on."""
    made, proxy = single_use
    raise_hand(world, ANA)
    world.time(advance_s=7_300)
    order = proxy.order(Ill.DELAY, f"POST {TOKEN_PATH}", seconds=HELD_S)
    with made.running("run") as process:
        until(lambda: order.answered, "answer that nobody keeps")
        process.kill()
    since = world.seq()
    for _ in range(3):
        assert any("refresh_token" in failure for failure in made.run(after_s=10).failures)
        made.close()
    assert len([line for line in world.log(since) if line["path"] == TOKEN_PATH]) == 1
    assert {line["system"] for line in Witness(simulator=world, since=since).writes()} == {"hubspot"}
    with made.app.store.read() as tx:
        standing = {each.name: each.status for each in connections.all(tx)}
    assert standing == {"salesforce": "suspended", "hubspot": "running"}
    assert Witness(simulator=world).contact(ANA)["ll_stage"] == "assigned"
    world.settings(refresh_token="5Aep861-second")
    made.rewrite("leadloop.yaml", "5Aep861-first", "5Aep861-second")
    made.run()
    made.settle(1)
    assert Witness(simulator=world).lead(ANA)["LL_Stage__c"] == "assigned"
