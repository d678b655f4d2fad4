"""What a network does to a call, done by a proxy between the real connectors and the simulator.

Whole cycles; only the simulator's log and objects are asked what became of it.
"""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors import http
from connectors.http import BODY_CAP_BYTES
from connectors.pacing import Wall
from connectors.wire import Deadline
from store import connections
from tests.cast import USERS, contact
from tests.e2e.test_crash import ANA, BEN, EVE, Scene, raise_hand
from tests.installation import Installation, install
from tests.proxy import Ill, Proxy
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

Proxies = Mapping[str, Proxy]


def answer(body: bytes, *headers: str) -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


JSON = "Content-Type: application/json"
PAGE = answer(b"<html><title>502 Bad Gateway</title></html>", "Content-Type: text/html")
LARGE = answer(b'"' + b"x" * BODY_CAP_BYTES + b'"', JSON)
BOMB = answer(gzip.compress(b'"' + b"x" * (4 * BODY_CAP_BYTES) + b'"'), JSON, "Content-Encoding: gzip")

ILLS: dict[str, tuple[Ill, dict[str, Any]]] = {
    "the reply lost": (Ill.DROP, {}),
    "reset before the reply": (Ill.RESET, {}),
    "cut in the headers": (Ill.DROP, {"after": 30}),
    "cut near the end": (Ill.DROP, {"after": -5}),
    "reset near the end": (Ill.RESET, {"after": -5}),
    "half closed in the headers": (Ill.HALF_CLOSE, {"after": 30}),
    "the request cut": (Ill.CUT_REQUEST, {"after": 10}),
    "a gateway's page with 200": (Ill.REPLACE, {"reply": PAGE}),
    "an answer above the cap": (Ill.REPLACE, {"reply": LARGE}),
    "a bomb": (Ill.REPLACE, {"reply": BOMB}),
}
CALLS = {
    "Salesforce's reading": ("salesforce", r"/composite/?$"),
    "HubSpot's reading": ("hubspot", r"contacts/search"),
    "the Lead's creation": ("salesforce", r"PATCH .*sobjects/Lead/LL_Lead_Key__c"),
    "the task's creation": ("salesforce", r"PATCH .*sobjects/Task/LL_Key__c"),
    "fields in HubSpot": ("hubspot", r"POST .*contacts/batch/update"),
    "joining a list": ("hubspot", r"PUT .*memberships/add/?$"),
}
UNUSABLE = ("an answer above the cap", "a bomb")
"""Answers that stop what asked for them until its next turn: one per cycle can be borne."""


@pytest.fixture
def proxies(world: SimulatorProcess) -> Iterator[Proxies]:
    with Proxy(world.salesforce) as salesforce, Proxy(world.hubspot) as hubspot:
        yield {"salesforce": salesforce, "hubspot": hubspot}


@pytest.fixture
def scene(tmp_path: Path, world: SimulatorProcess, proxies: Proxies) -> Iterator[Scene]:
    """As where processes are killed: Ana has raised her hand, Ben was rejected, Eve did nothing."""
    made = install(tmp_path / "installation", world)
    for setting, system in {"login_url": "salesforce", "base_url": "hubspot"}.items():
        direct = getattr(world, system)
        made.rewrite("leadloop.yaml", f"{setting}: {direct}", f"{setting}: {proxies[system].address}")
    yield brought_there(made, world)
    made.close()


def brought_there(made: Installation, world: SimulatorProcess) -> Scene:
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN), contact(EVE)])
    made.run()
    raise_hand(world, BEN)
    made.settle(2)
    witness = Witness(simulator=world)
    world.act("reject", system="salesforce", id=witness.lead(BEN)["Id"], reason="No budget")
    raise_hand(world, ANA)
    return Scene(installation=made, witness=witness)


@pytest.mark.parametrize("ill", ILLS)
def test_whatever_a_network_does_to_a_call_it_has_one_effect(scene: Scene, proxies: Proxies, ill: str) -> None:
    kind, more = ILLS[ill]
    struck = ["the Lead's creation"] if ill in UNUSABLE else list(CALLS)
    orders = {name: proxies[CALLS[name][0]].order(kind, CALLS[name][1], **more) for name in struck}
    scene.installation.run()
    scene.recover()
    assert {name: order.struck for name, order in orders.items()} == dict.fromkeys(struck, 1)


@pytest.mark.parametrize("sick", ["salesforce", "hubspot"])
def test_a_byte_at_a_time_for_ever_ends_at_the_deadline_and_the_other_system_goes_on(
    scene: Scene, proxies: Proxies, monkeypatch: pytest.MonkeyPatch, sick: str
) -> None:
    """The first of a cycle's calls uses the deadline up; the other system's rows are read and written meanwhile."""
    monkeypatch.setattr(http, "Deadline", short)
    well = ({*proxies} - {sick}).pop()
    order = proxies[sick].order(Ill.THROTTLE, r"/(services/data|crm|form-integrations|marketing)", times=None)
    run = scene.installation.run()
    assert order.struck >= 1
    assert any(sick in str(failure) for failure in run.failures)
    assert not any(well in str(failure) for failure in run.failures)
    with scene.installation.app.store.read() as tx:
        told = {each.name: each for each in connections.all(tx)}
    assert {name: told[name].status for name in told} == {sick: "degraded", well: "running"}
    assert "before the whole answer came" in (told[sick].reason or "")
    if well == "salesforce":
        assert scene.witness.lead(BEN)["LL_Stage__c"] == "recycled"
    else:
        assert scene.witness.contact(ANA)["ll_stage"] == "assigned"
    proxies[sick].clear()
    scene.installation.run(after_s=1800)
    scene.recover()


def short(wall: Wall, _seconds: float) -> Deadline:
    """A minute, in the scale of a test."""
    return Deadline(wall, 0.5)
