"""The daemon told by HubSpot: seconds instead of minutes, and a kill between hearing and thanking loses nothing."""

import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cast import REPS, USERS, contact
from tests.e2e.test_serve import Serving, serving, until
from tests.installation import KILLED, Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

pytestmark = pytest.mark.e2e

ANA, BEN = "ana.ruiz@globex.example", "ben.cole@initech.example"
SECRET = "the-secret-of-the-app"
FAR = """\
schedule: {{ cycle_minutes: 1440, slow_minutes: 1440, hand_raise_seconds: 3600 }}
log: {{ format: json, level: debug }}
webhooks: {{ public_url: "http://127.0.0.1:{port}", port: {port} }}
"""
GOAL_S = 5.0
"""Performance goal P8; measured on two cores that others use, so the proof allows three times as much."""


@pytest.fixture
def polled(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """An installation that has read everything once; the next poll is a day away."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    world.seed(users=USERS, contacts=[contact(ANA), contact(BEN)])
    made = install(tmp_path / "installation", world, more=FAR.format(port=port))
    made.rewrite("leadloop.yaml", "    streams:", f"    webhook_secret: {SECRET}\n    streams:")
    made.run()
    world.settings(webhooks={"url": f"http://127.0.0.1:{port}/webhooks/hubspot", "secret": SECRET, "retry_s": 0.5})
    yield made
    made.close()


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def handed_off(world: SimulatorProcess, email: str) -> bool:
    witness = Witness(simulator=world)
    leads = witness.leads(email)
    return bool(leads) and bool(witness.tasks(leads[0]["Id"])) and witness.mirrored_owner(email) in REPS


def wait_for_threads(found: Serving) -> None:
    """The daemon's first look at everything is over: what comes now comes by webhook."""
    until(lambda: found.event("leading"), "lead")
    until(lambda: found.event("webhooks_received"), "port of the webhooks")
    found.wait_ready()
    until(lambda: is_quiet(found.installation.simulator), "end of the first readings")


def is_quiet(world: SimulatorProcess) -> bool:
    before = world.seq()
    time.sleep(1.5)
    return world.seq() == before


def test_from_the_raised_hand_to_owner_and_task_in_both_systems_by_webhook(
    polled: Installation, world: SimulatorProcess
) -> None:
    with serving(polled) as found:
        wait_for_threads(found)
        since = world.seq()
        took: list[float] = []
        for email in (ANA, BEN):
            began = time.monotonic()
            raise_hand(world, email)
            until(partial(handed_off, world, email), "handoff")
            took.append(time.monotonic() - began)
        looked = [line["path"] for line in world.log(since) if line["path"].rstrip("/").endswith("/search")]
        metrics = found.get("/metrics").text
        assert found.end() == 0
    assert looked == [], "nobody polled"
    assert max(took) < 3 * GOAL_S, took
    assert 'leadloop_webhook_calls_total{connection="hubspot",status="200"}' in metrics
    assert "example" not in metrics


def test_killed_between_hearing_and_thanking_it_loses_nothing_and_does_nothing_twice(
    polled: Installation, world: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot had no answer, so it tells again; what had not been committed is kept then, once."""
    monkeypatch.setenv("LEADLOOP_TESTING", "1")
    monkeypatch.setenv("LEADLOOP_CRASH", "webhook.before_commit:1")
    with serving(polled) as found:
        wait_for_threads(found)
        raise_hand(world, ANA)
        assert found.process.wait(60) == KILLED
    monkeypatch.delenv("LEADLOOP_CRASH")
    with serving(polled) as found:
        until(lambda: handed_off(world, ANA), "handoff")
        assert found.end() == 0
    statuses = [each["status"] for each in world.objects("webhooks", system="hubspot")[:-1]]
    assert 0 in statuses
    assert 200 in statuses[statuses.index(0) :]
    witness = Witness(simulator=world)
    assert max(witness.created().values()) == 1
    assert len(witness.tasks(witness.lead(ANA)["Id"])) == 1
