"""`/healthz`, `/readyz` and `/metrics`: is it alive, may it be relied on, and how much it does."""

from collections.abc import Callable

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from domain.errors import LeadloopError
from domain.run import InstallationStatus
from reports.standing import Standing
from web.listening import Listening
from web.metrics import Received, render

UNREADY = 503

Look = Callable[[], Standing]


def make_app(look: Look, received: Received | None = None) -> FastAPI:
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
        return Response(render(look(), received), media_type=CONTENT_TYPE_LATEST)

    return app


class Probes(Listening):
    """The three addresses, served by a thread of their own between `start` and `stop`."""

    def __init__(self, look: Look, *, host: str, port: int, received: Received | None = None) -> None:
        super().__init__(make_app(look, received), setting="health", host=host, port=port)


__all__ = ["Probes", "make_app"]
