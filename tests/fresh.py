"""The simulator in a thread of the test's own process: a world is begun anew in milliseconds, so each test has one.

Over real HTTP, like the one in a process of its own, which takes a second to start and is for what needs a process.
"""

import socket
import threading
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.act import Row
from simulator.exchanges import Exchanges, Kept, named_file
from simulator.kernel import PLACES
from simulator.serve import build_kernel, front
from simulator.wire import Lines
from tests.rig import SimulatorProcess


class FreshSimulator(SimulatorProcess):
    """`begin` puts new, empty vendors behind the addresses that stay.

    `pressed`: what people pressed in Slack. No socket is open here: whoever wants to hear it looks.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._lines = {system: Lines() for system in PLACES}
        self._fronts: dict[str, ASGIApp] = {}
        self._stack = ExitStack()
        self._log = ExitStack()
        self._kept: Exchanges | None = None
        self._worlds = 0
        self.pressed: list[Row] = []

    def __enter__(self) -> Self:
        file = named_file()
        self._kept = self._stack.enter_context(closing(Exchanges(file))) if file is not None else None
        self.salesforce, self.hubspot, self.slack = (self._serve(system) for system in PLACES)
        self._stack.callback(self._log.close)
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._web.close()
        self._stack.close()

    def begin(self, *, start: datetime | None = None) -> Self:
        """Forget everything: records, orders, settings, sessions, the log, and what time it was."""
        self._log.close()
        self._worlds += 1
        kernel, apps = build_kernel(log_path=self._folder / f"world-{self._worlds}.jsonl", start=start)
        self._log.enter_context(closing(kernel.log))
        self.pressed = []
        kernel.slack.tell = self.pressed.append
        if self._kept is not None:
            apps["hubspot"] = Kept(apps["hubspot"], self._kept)
        self._fronts = {system: front(apps[system], system, kernel, self._lines[system]) for system in PLACES}
        self.time()
        return self

    def _serve(self, system: str) -> str:
        """Calls may come before the server has begun: they wait at the socket."""
        listening = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        config = uvicorn.Config(
            self._route(system),
            http=self._lines[system].protocol(),
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            date_header=False,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()

        def stop() -> None:
            server.should_exit = True
            thread.join(10)

        self._stack.callback(stop)
        return "http://{}:{}".format(*listening.getsockname()[:2])

    def _route(self, system: str) -> ASGIApp:
        async def route(scope: Scope, receive: Receive, send: Send) -> None:
            await self._fronts[system](scope, receive, send)

        return route
