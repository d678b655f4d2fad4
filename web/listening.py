"""An app behind a port, served by a thread of its own; callers that dawdle or come in crowds are sent away."""

import asyncio
import socket
import threading

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from domain.errors import SettingsError

END_S = 5.0
REQUEST_S = 10.0
"""Within this a connection has to bring the head of a request; waiting for the next one counts too."""
CONNECTIONS = 200
"""More at once are closed as they come: each costs a file of the process that the loop needs, too."""


class Impatient(H11Protocol):
    """uvicorn waits for ever for the head of a request; a few hundred such callers would be all it can have."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._calm()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._calm()
        self._patience = self.loop.call_later(REQUEST_S, self.transport.abort)

    def _calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Listening:
    """Serves the app between `start` and `stop`. `setting` is the section of leadloop.yaml that names the port."""

    def __init__(self, app: FastAPI, *, setting: str, host: str, port: int) -> None:
        self.host = host
        self._setting, self._port = setting, port
        config = uvicorn.Config(
            app,
            http=Impatient,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=int(END_S),
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> int | None:
        """Begin to answer and return the port; None when it answers already. A taken port is a SettingsError."""
        if self._thread is not None:
            return None
        listening = self._listen()
        run = {"sockets": [listening]}
        self._thread = threading.Thread(target=self._server.run, kwargs=run, name=self._setting, daemon=True)
        self._thread.start()
        port: int = listening.getsockname()[1]
        return port

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(END_S)

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, self._port), family=family)
        except OSError as error:
            raise SettingsError(
                f"{self._setting}: {self.host} port {self._port} cannot be listened on ({error.strerror}). "
                f"Another daemon may run already; set another `{self._setting}: {{port: ...}}` in leadloop.yaml."
            ) from error
