"""What a probe is answered."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import requests

from domain.errors import SettingsError, StoreError
from domain.run import Connection, ConnectionStatus, InstallationStatus
from reports.standing import Standing
from web.health import Look, Probes

HEALTHY = Standing(
    status=InstallationStatus.HEALTHY,
    reason="every connection runs",
    last_run=None,
    connections=(Connection(name="hubspot", status=ConnectionStatus.RUNNING),),
    stages={"known": 2},
    outbox={},
    held={},
    undecided=0,
)


def unreadable() -> Standing:
    raise StoreError("The database cannot be read.")


@contextmanager
def answering(look: Look) -> Iterator[str]:
    """The address of probes that are up."""
    probes = Probes(look, host="127.0.0.1", port=0)
    try:
        yield f"http://127.0.0.1:{probes.start()}"
    finally:
        probes.stop()


def get(look: Look, path: str) -> requests.Response:
    with answering(look) as address, requests.Session() as session:
        session.trust_env = False
        return session.get(f"{address}{path}", timeout=10)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (InstallationStatus.HEALTHY, 200),
        (InstallationStatus.PAUSED, 200),
        (InstallationStatus.LATE, 503),
        (InstallationStatus.FAILING, 503),
    ],
)
def test_only_a_healthy_or_paused_installation_is_ready(status: InstallationStatus, code: int) -> None:
    answer = get(lambda: replace(HEALTHY, status=status, reason="so it is"), "/readyz")
    assert answer.status_code == code
    assert answer.json() == {
        "status": status.value,
        "reason": "so it is",
        "connections": {"hubspot": {"status": "running", "reason": None}},
    }


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_a_database_that_cannot_be_read_is_503_with_the_reason(path: str) -> None:
    answer = get(unreadable, path)
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "reason": "The database cannot be read."}


def test_it_is_alive_whatever_the_database_says() -> None:
    assert get(unreadable, "/healthz").json() == {"status": "alive"}


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/"])
def test_nothing_else_is_there(path: str) -> None:
    assert get(lambda: HEALTHY, path).status_code == 404


def test_probes_start_once_and_free_their_port_when_stopped() -> None:
    probes = Probes(lambda: HEALTHY, host="127.0.0.1", port=0)
    port = probes.start()
    assert port is not None
    assert probes.start() is None
    probes.stop()
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_taken_port_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"127\.0\.0\.1 port {port} cannot be listened on .*set another"):
            Probes(lambda: HEALTHY, host="127.0.0.1", port=port).start()


def test_probes_that_never_started_can_be_stopped() -> None:
    Probes(lambda: HEALTHY, host="127.0.0.1", port=0).stop()
