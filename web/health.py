"""`/healthz`, `/readyz` and `/metrics`: is it alive, may it be relied on, and how much it does.

Metrics carry no lead, no name and no address: connection, stage and status are the only labels.
"""

from collections.abc import Callable

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from domain.run import InstallationStatus
from reports.standing import Standing


Look = Callable[[], Standing]


def make_app(look: Look) -> FastAPI:
    """The three addresses; documentation pages are off."""
    app = FastAPI(title="leadloop", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        health = look()
        ready = health.status in {InstallationStatus.HEALTHY, InstallationStatus.PAUSED}
        body = {
            "status": health.status,
            "reason": health.reason,
            "connections": {each.name: {"status": each.status, "reason": each.reason} for each in health.connections},
        }
        return JSONResponse(body, status_code=200 if ready else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(render(look()), media_type=CONTENT_TYPE_LATEST)

    return app


def render(health: Standing) -> bytes:
    """The Prometheus text of one look."""
    registry = CollectorRegistry()
    up = Gauge("leadloop_healthy", "1 when the installation is healthy", registry=registry)
    up.set(health.status is InstallationStatus.HEALTHY)
    running = Gauge("leadloop_connection_running", "1 when the connection runs", ["connection"], registry=registry)
    for each in health.connections:
        running.labels(each.name).set(each.status == "running")
    stages = Gauge("leadloop_leads", "Leads by stage", ["stage"], registry=registry)
    for stage, count in health.stages.items():
        stages.labels(stage).set(count)
    outbox = Gauge(
        "leadloop_outbox_rows", "Writes by connection and status", ["connection", "status"], registry=registry
    )
    for (connection, status), count in health.outbox.items():
        outbox.labels(connection, status).set(count)
    Gauge("leadloop_held_leads", "Leads that wait for an approval", registry=registry).set(sum(health.held.values()))
    last = Gauge("leadloop_last_run_timestamp_seconds", "When the last run ended", registry=registry)
    if health.last_run is not None and health.last_run.ended_at is not None:
        last.set(health.last_run.ended_at.timestamp())
    counts = Gauge("leadloop_last_run_count", "What the last run did", ["what"], registry=registry)
    for what, count in (health.last_run.counts if health.last_run is not None else {}).items():
        counts.labels(what).set(count)
    return generate_latest(registry)


def server(look: Look, *, host: str, port: int) -> uvicorn.Server:
    """A server that the caller runs in a thread and ends by setting `should_exit`."""
    return uvicorn.Server(
        uvicorn.Config(make_app(look), host=host, port=port, log_level="warning", access_log=False, lifespan="off")
    )
