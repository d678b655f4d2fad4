"""One process, a port per vendor, one clock, one log."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator import orders
from simulator.act import ActError
from simulator.clock import Clock
from simulator.door import Door, door
from simulator.exchanges import Exchanges, Kept, named_file
from simulator.faults import Faults
from simulator.hubspot.http import app as hubspot_app
from simulator.hubspot.world import HubSpotWorld
from simulator.kernel import Kernel
from simulator.log import Log
from simulator.neighbours.neighbourhood import Neighbourhood
from simulator.salesforce.http import app as salesforce_app
from simulator.salesforce.world import SalesforceWorld
from simulator.shell import Shell
from simulator.slack.http import app as slack_app
from simulator.slack.socket import Hub
from simulator.slack.world import SlackWorld
from simulator.tls import Certificate, make_certificate
from simulator.wire import Lines

STOP_WAIT_S = 2


class CannotServeError(Exception):
    """What keeps the simulator from starting, in a sentence for whoever started it."""


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to `serve`, because two of them share the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def build_kernel(*, log_path: Path, start: datetime | None = None) -> tuple[Kernel, dict[str, ASGIApp]]:
    """Both worlds, empty, with the vendors' apps over them."""
    clock = Clock(start=start)
    salesforce, hubspot, slack = SalesforceWorld(clock.now()), HubSpotWorld(), SlackWorld()
    log = Log(log_path, clock)
    kernel = Kernel(clock=clock, log=log, faults=Faults(), salesforce=salesforce, hubspot=hubspot, slack=slack)
    kernel.neighbours = Neighbourhood(kernel, salesforce, hubspot)
    apps = {"salesforce": salesforce_app(salesforce, kernel), "hubspot": hubspot_app(hubspot, kernel)}
    return kernel, {**apps, "slack": slack_app(slack, kernel)}


def front(app: ASGIApp, system: str, kernel: Kernel, lines: Lines | None = None) -> ASGIApp:
    """What one port serves: the side door under /_simulator, the vendor elsewhere."""
    side, shell = door(kernel), Shell(app, system, kernel, lines)

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        aside = scope["type"] == "http" and scope["path"].startswith("/_simulator/")
        await (side if aside else shell)(scope, receive, send)

    return route


def serve(
    salesforce_port: int,
    hubspot_port: int,
    *,
    slack_port: int | None = None,
    host: str = "127.0.0.1",
    tls: bool = False,
    start: datetime | None = None,
    log_path: Path | None = None,
    seed: Path | None = None,
) -> None:
    """Serve both vendors, and Slack if asked for, until SIGTERM or SIGINT; print one JSON line when all listen."""
    path = log_path or Path(tempfile.mkdtemp(prefix="simulator-")) / "log.jsonl"
    try:
        kernel, apps = build_kernel(log_path=path, start=start)
    except OSError as error:
        raise CannotServeError(f"cannot write the log {path}: {error.strerror}.") from error
    with contextlib.closing(kernel.log), contextlib.ExitStack() as stack:
        if seed is not None:
            _plant(kernel, seed)
        if (file := named_file()) is not None:
            apps["hubspot"] = Kept(apps["hubspot"], stack.enter_context(contextlib.closing(Exchanges(file))))
        certificate = make_certificate(path.parent, host) if tls else None
        ports = {"salesforce": salesforce_port, "hubspot": hubspot_port}
        if slack_port is not None:
            ports["slack"] = slack_port
        sockets = {name: stack.enter_context(_listen(host, port)) for name, port in ports.items()}
        asyncio.run(_run(kernel, apps, sockets, certificate))


async def _run(
    kernel: Kernel, apps: dict[str, ASGIApp], sockets: dict[str, socket.socket], certificate: Certificate | None
) -> None:
    servers = {name: _server(apps[name], name, kernel, certificate) for name in sockets}
    _stop_on_signal(list(servers.values()))
    tasks = [asyncio.create_task(servers[name].serve(sockets=[sockets[name]])) for name in servers]
    if "slack" in sockets:
        await _open_socket(kernel, sockets["slack"].getsockname()[0])
    while not all(server.started for server in servers.values()):
        await asyncio.sleep(0.005)
    print(json.dumps(_addresses(kernel, sockets, certificate)), flush=True)  # noqa: T201
    await asyncio.gather(*tasks)


async def _open_socket(kernel: Kernel, host: str) -> None:
    """Socket Mode is elsewhere than the Web API, which tells where: at Slack's, too."""
    world = kernel.slack

    def acknowledged(number: str) -> None:
        kernel.log.append(system="slack", method="ACK", path=f"/link/{number}", status=200, effects=[])

    hub = Hub(acknowledged)
    server = await asyncio.start_server(hub.serve, host, 0)
    world.socket_url = "ws://{}:{}/link".format(*server.sockets[0].getsockname()[:2])
    world.tell, world.cut = hub.tell, hub.cut


def _server(app: ASGIApp, system: str, kernel: Kernel, certificate: Certificate | None) -> _Server:
    lines = Lines()
    config = uvicorn.Config(
        front(app, system, kernel, lines),
        http=lines.protocol(),
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the shell sends the simulated one
        timeout_keep_alive=120,
        timeout_graceful_shutdown=STOP_WAIT_S,
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    return _Server(config)


def _stop_on_signal(servers: list[_Server]) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _plant(kernel: Kernel, seed: Path) -> None:
    try:
        Door(kernel).plant(orders.seed_rows({"file": str(seed)}))
    except ActError as error:
        raise CannotServeError(str(error)) from error


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=256)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CannotServeError(f"{host}:{port} cannot be listened on: {why}. Name another port, or 0.") from error


def _addresses(kernel: Kernel, sockets: dict[str, socket.socket], certificate: Certificate | None) -> dict[str, Any]:
    scheme = "https" if certificate else "http"
    places = {name: "{}://{}:{}".format(scheme, *sock.getsockname()[:2]) for name, sock in sockets.items()}
    said: dict[str, Any] = {**places, "log": str(kernel.log.path), "pid": os.getpid()}
    return said | ({"ca": str(certificate.authority)} if certificate else {})
