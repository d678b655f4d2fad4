"""The side door, `/_simulator` on both ports: people act, time jumps, faults are ordered, the log is read.

Test rigs and users drive the daemon with it, so its api_version 1 only ever gains keys (docs/simulator.md).
"""

from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator import orders
from simulator.act import ActError, Row
from simulator.kernel import PLACES, SYSTEMS, Kernel
from simulator.log import Effect

API_VERSION = 1
LINES_AT_ONCE = 500

Handler = Callable[[Request], Awaitable[Response]]


class Door:
    """The handlers; each reads an order, does it to the kernel and answers in JSON."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    async def seed(self, request: Request) -> Response:
        created = self.plant(orders.seed_rows(await _body(request)))
        return _answer({"created": created})

    def plant(self, rows_by_system: orders.SeedRows) -> dict[str, list[str]]:
        """Create the rows in both worlds; one log line per system."""
        created: dict[str, list[str]] = {}
        for system, rows in rows_by_system.items():
            created.update(self._plant_one(system, rows))
        return created

    def _plant_one(self, system: str, rows: dict[str, list[Row]]) -> dict[str, list[str]]:
        effects: list[Effect] = []
        status = 400
        try:
            ids = self._kernel.world(system).seed(rows, self._kernel.now(), effects)
            status = 200
        except ActError as error:
            raise ActError(f"seed for {system}: {error}") from error
        finally:  # rows before a bad one stay, and the log knows them
            self._kernel.log.append(
                system=system, method="POST", path="/_simulator/seed", status=status, effects=effects
            )
        return ids

    async def act(self, request: Request) -> Response:
        body = await _body(request)
        if "acts" not in body:
            return _answer(self._do(body))
        done: list[dict[str, Any]] = []
        for number, one in enumerate(orders.listed(body, "acts")):
            try:
                done.append(self._do(one))
            except ActError as error:
                return JSONResponse({"error": f"act {number}: {error}", "done": done}, status_code=400)
        return JSONResponse(done)

    def _do(self, body: dict[str, Any]) -> dict[str, Any]:
        now = self._kernel.now()
        act = orders.act(body, now=now)
        effects: list[Effect] = []
        answer = self._kernel.world(act.system).act(
            act.do, as_=act.as_, id=act.id, fields=act.fields, at=act.at, now=now, effects=effects
        )
        said = {"as": act.as_, "do": act.do, "id": act.id, "fields": act.fields, "answer": answer}
        self._kernel.log.append(
            system=act.system,
            method="POST",
            path="/_simulator/act",
            status=200,
            effects=effects,
            at=act.at,
            act=said,
        )
        return answer

    async def time(self, request: Request) -> Response:
        if request.method == "POST":
            self._kernel.pass_time(orders.seconds(await _body(request), "advance_s"))
        return _answer(
            {
                "now": self._kernel.now().isoformat().replace("+00:00", "Z"),
                "offset_s": self._kernel.clock.offset_s,
                "api_calls": self._calls(),
            }
        )

    async def faults(self, request: Request) -> Response:
        if request.method == "POST":
            self._kernel.faults.add(orders.fault(await _body(request)))
        elif request.method == "DELETE":
            return _answer({"cleared": self._kernel.faults.clear()})
        return _answer({"faults": self._kernel.faults.listing()})

    async def objects(self, request: Request) -> Response:
        system = request.query_params.get("system")
        if system not in PLACES:
            raise ActError(f"say which system: ?system={' or ?system='.join(PLACES)}")
        return _answer({"objects": self._kernel.world(system).objects(request.path_params["type"])})

    async def log(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not since.isdigit():
            raise ActError(f"since must be a whole number of a log line, got {since!r}")
        return StreamingResponse(_chunks(self._kernel.log.lines(int(since))), media_type="application/x-ndjson")

    async def stats(self, _request: Request) -> Response:
        return _answer({"api_calls": self._calls(), "log_seq": self._kernel.log.seq, "log": str(self._kernel.log.path)})

    async def settings(self, request: Request) -> Response:
        if request.method == "POST":
            orders.change_settings(self._kernel.settings, await _body(request))
            if self._kernel.neighbours is not None:
                self._kernel.neighbours.settle_in()
            for system in SYSTEMS:
                self._kernel.world(system).furnish(provisioned=self._kernel.settings.provisioned)
        return _answer({"settings": orders.shown_settings(self._kernel.settings)})

    def _calls(self) -> dict[str, int]:
        return {system: self._kernel.api_calls[system] for system in SYSTEMS}


def door(kernel: Kernel) -> Starlette:
    """The side door's own app; its paths begin with /_simulator."""
    it = Door(kernel)
    table: list[tuple[str, Handler, list[str]]] = [
        ("seed", it.seed, ["POST"]),
        ("act", it.act, ["POST"]),
        ("time", it.time, ["GET", "POST"]),
        ("faults", it.faults, ["GET", "POST", "DELETE"]),
        ("objects/{type}", it.objects, ["GET"]),
        ("log", it.log, ["GET"]),
        ("stats", it.stats, ["GET"]),
        ("settings", it.settings, ["GET", "POST"]),
    ]
    routes = [Route(f"/_simulator/{path}", handler, methods=methods) for path, handler, methods in table]
    return Starlette(routes=routes, exception_handlers={ActError: _refuse, HTTPException: _nowhere})


async def _refuse(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


async def _nowhere(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    message = f"the side door has no {request.method} {request.url.path}; see docs/simulator.md"
    return JSONResponse({"error": message}, status_code=status)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except ValueError as error:
        raise ActError(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ActError("the body must be a JSON object")
    return body


def _answer(content: dict[str, Any]) -> Response:
    return JSONResponse({"api_version": API_VERSION} | content)


def _chunks(lines: Iterator[bytes]) -> Iterator[bytes]:
    while chunk := b"".join(islice(lines, LINES_AT_ONCE)):
        yield chunk
