"""`/healthz`, `/readyz` and `/metrics`: is it alive, may it be relied on, and how much it does."""

import socket
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from domain.errors import LeadloopError, SettingsError
from domain.run import InstallationStatus
from reports.standing import Standing
from web.metrics import render

UNREADY = 503
END_S = 5.0

Look = Callable[[], Standing]


def make_app(look: Look) -> FastAPI:
    """The three addresses; documentation pages are off."""
    app = FastAPI(title="leadloop", docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(LeadloopError)
    def cannot_look(_request: object, error: Exception) -> JSONResponse:
        return JSONResponse({"status": InstallationStatus.FAILING, "reason": str(error)}, status_code=UNREADY)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        found = look()
        ready = found.status in {InstallationStatus.HEALTHY, InstallationStatus.PAUSED}
        body = {
            "status": found.status,
            "reason": found.reason,
            "connections": {each.name: {"status": each.status, "reason": each.reason} for each in found.connections},
        }
        return JSONResponse(body, status_code=200 if ready else UNREADY)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(render(look()), media_type=CONTENT_TYPE_LATEST)

    return app


class Probes:
    """The three addresses, served by a thread of their own between `start` and `stop`."""

    def __init__(self, look: Look, *, host: str, port: int) -> None:
        self._host, self._port = host, port
        config = uvicorn.Config(make_app(look), log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> int | None:
        """Begin to answer and return the port; None when it answers already. A taken port is a SettingsError."""
        if self._thread is not None:
            return None
        listening = self._listen()
        run = {"sockets": [listening]}
        self._thread = threading.Thread(target=self._server.run, kwargs=run, name="probes", daemon=True)
        self._thread.start()
        port: int = listening.getsockname()[1]
        return port

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(END_S)

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family)
        except OSError as error:
            raise SettingsError(
                f"health: {self._host} port {self._port} cannot be listened on ({error.strerror}). "
                "Another daemon may run already; set another `health: {port: ...}` in leadloop.yaml."
            ) from error


__all__ = ["Probes", "make_app"]
