"""The HTTP skin: tokens, bodies in both forms, Slack's way of saying no, and its front door's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from simulator.faults import Fault
from simulator.slack.calls import METHODS, Call
from simulator.slack.refusal import SlackRefusalError
from simulator.slack.world import HOOK, SlackWorld

RETRY_AFTER_S = 1


class Kernel(Protocol):
    def now(self) -> datetime: ...


def app(world: SlackWorld, kernel: Kernel) -> ASGIApp:
    """`/api/METHOD` and the one incoming webhook."""
    desk = _Desk(world, kernel)
    routes = [
        Route("/api/{method}", desk.call, methods=["GET", "POST"]),
        Route("/services/{path:path}", desk.hook, methods=["POST"]),
    ]
    return Starlette(routes=routes)


class _Desk:
    def __init__(self, world: SlackWorld, kernel: Kernel) -> None:
        self._world = world
        self._kernel = kernel

    async def call(self, request: Request) -> Response:
        fault: Fault | None = getattr(request.state, "fault", None)
        if (early := _front_door(fault)) is not None:
            return early
        method, given = request.path_params["method"], _given(request, await request.body())
        try:
            return JSONResponse({"ok": True, **self._answer(method, given, request)})
        except SlackRefusalError as refused:
            return JSONResponse({"ok": False, "error": refused.word, **refused.more})

    def _answer(self, method: str, given: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            raise SlackRefusalError("not_authed")
        if token not in self._world.tokens:
            raise SlackRefusalError("invalid_auth")
        handler = METHODS.get(method)
        if handler is None:
            raise SlackRefusalError("unknown_method", req_method=method)
        effects = request.state.effects
        return handler(Call(world=self._world, given=given, token=token, now=self._kernel.now(), effects=effects))

    async def hook(self, request: Request) -> Response:
        """Plain text, other numbers: an incoming webhook is older than the Web API."""
        fault: Fault | None = getattr(request.state, "fault", None)
        if (early := _front_door(fault)) is not None:
            return early
        if request.url.path != HOOK:
            return PlainTextResponse("no_service", status_code=404)
        try:
            given = orjson.loads(await request.body())
            content = {name: given[name] for name in ("text", "blocks") if name in given}
            self._world.post(self._world.hook_channel, content, self._kernel.now(), request.state.effects)
        except SlackRefusalError as refused:
            archived = refused.word == "is_archived"
            return PlainTextResponse("channel_is_archived" if archived else refused.word, status_code=410)
        except ValueError:
            return PlainTextResponse("invalid_payload", status_code=400)
        return PlainTextResponse("ok")


def _front_door(fault: Fault | None) -> Response | None:
    """What is answered before anything was looked at."""
    if fault is None:
        return None
    if fault.kind == "rate_limit":
        wait = str(int(fault.fields.get("retry_after", RETRY_AFTER_S)))
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers={"Retry-After": wait})
    if fault.kind == "server_error":
        return JSONResponse({"ok": False, "error": "internal_error"}, status_code=fault.status or 500)
    return None


def _given(request: Request, body: bytes) -> Mapping[str, Any]:
    if "json" in request.headers.get("content-type", ""):
        try:
            told = orjson.loads(body)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}
    return {**dict(request.query_params), **dict(parse_qsl(body.decode("utf-8", "replace")))}
