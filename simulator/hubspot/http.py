"""The HTTP skin: one spelling of paths, credentials, limits, vendor-shaped faults, JSON. The rules are elsewhere."""

import itertools
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.faults import Fault
from simulator.hubspot.call import Answer, Call, Query
from simulator.hubspot.kinds import Kind, kind_of
from simulator.hubspot.limits import Caller, daily, secondly, ten_secondly
from simulator.hubspot.paths import canonical_path
from simulator.hubspot.portal import Portal
from simulator.hubspot.record import Source, SourceType
from simulator.hubspot.refusals import RefusedError, invalid
from simulator.hubspot.routes import ENDPOINTS, Counted, Endpoint
from simulator.hubspot.search import check_body
from simulator.hubspot.settings import Tier
from simulator.hubspot.stamps import to_ms
from simulator.hubspot.tokens import Token, expired, missing_scopes
from simulator.hubspot.world import HubSpotWorld

MIGRATING = 477
URI_LIMIT = 8_192
"""Where a long list of properties in the address becomes too long; HubSpot tells no number."""
LEAD_NAMES = frozenset({"leads", "lead", "0-136"})


class KernelSettings(Protocol):
    """The part of the kernel's settings that a portal follows."""

    lag_s: dict[str, float]
    daily_calls: dict[str, int]
    org: dict[str, str]
    webhooks: dict[str, Any]


class Kernel(Protocol):
    """What this app needs of `simulator.kernel.Kernel`, which imports the worlds and not the other way round."""

    @property
    def settings(self) -> KernelSettings: ...

    def now(self) -> datetime: ...


class OneSpelling:
    """ASGI middleware that lets dated paths and trailing slashes reach the v3/v4 routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": canonical_path(scope["path"])}
        await self._app(scope, receive, send)


class Desk:
    """Takes one request through credentials, limits and faults to its handler."""

    def __init__(self, portal: Portal, kernel: Kernel) -> None:
        self._portal = portal
        self._kernel = kernel
        self._correlations = itertools.count(1)

    def endpoint(self, operation: Endpoint) -> Any:
        async def answer(request: Request) -> Response:
            body = await request.body()
            try:
                return self._answer(operation, request, body)
            except RefusedError as refused:
                return self.refusal(refused)

        return answer

    def _answer(self, operation: Endpoint, request: Request, body: bytes) -> Response:
        fault: Fault | None = getattr(request.state, "fault", None)
        now = self._kernel.now()
        if len(str(request.url)) > URI_LIMIT:
            raise RefusedError(414, "URI Too Long", category=None)
        if operation.counted is Counted.NOTHING:
            self._obey(fault, operation, request, None)
            return self._handled(operation, request, body, _nobody(), now)
        header = request.headers.get("authorization")
        if fault is not None and fault.kind == "expired_session":
            self._portal.tokens.end(header)
            raise expired(60_000, at_ms=to_ms(now) - 60_000)
        token = self._portal.tokens.known(header, now_ms=to_ms(now), portal_id=self._portal.settings.portal_id)
        caller = Caller(app=token.app_id, oauth=token.oauth, wall_s=time.monotonic(), now=now)
        self._count(operation, caller)
        _check_scopes(operation, token, request.path_params)
        _check_tier(self._portal.settings.tier, request.path_params)
        if fault is not None and not fault.after_commit:
            self._obey(fault, operation, request, caller)
        response = self._handled(operation, request, body, _source(token), now)
        self._obey(fault, operation, request, caller)
        if operation.counted is not Counted.SEARCH:
            response.headers.update(self._portal.limits.headers(caller))
        return response

    def _count(self, operation: Endpoint, caller: Caller) -> None:
        match operation.counted:
            case Counted.SEARCH:
                self._portal.limits.search(caller)
            case Counted.ASSOCIATIONS:
                self._portal.limits.association(caller)
            case Counted.BURST:
                self._portal.limits.call(caller)

    def _handled(self, operation: Endpoint, request: Request, body: bytes, source: Source, now: datetime) -> Response:
        if operation.counted is Counted.SEARCH:
            check_body(len(body.decode("utf-8", "replace")))
        call = Call(
            portal=self._portal,
            now=now,
            params={key: str(value) for key, value in request.path_params.items()},
            query=Query(parse_qsl(request.url.query, keep_blank_values=True)),
            body=_parsed(request, body),
            source=source,
            effects=getattr(request.state, "effects", []),
            fault=getattr(request.state, "fault", None),
            link=_link(request),
        )
        return self._json(operation.handler(call))

    def _obey(self, fault: Fault | None, operation: Endpoint, request: Request, caller: Caller | None) -> None:
        """Refuse as the fault orders; faults of other kinds are the shell's or the handler's."""
        if fault is None:
            return
        settings, limits = self._portal.settings, self._portal.limits
        headers = limits.headers(caller) if caller is not None else {}
        match fault.kind:
            case "rate_limit" if operation.counted is Counted.SEARCH:
                raise _with_retry(secondly(settings), fault)
            case "rate_limit":
                spent = {"X-HubSpot-RateLimit-Remaining": "0"} if headers else {}
                raise _with_retry(ten_secondly(settings, {**headers, **spent}), fault)
            case "daily_limit":
                shown = {} if operation.counted is Counted.SEARCH else headers
                raise _with_retry(daily(settings, shown), fault)
            case "server_error":
                raise _with_retry(_trouble(fault.status or 500), fault)
            case "row_lock":
                message = f"The resource {request.url.path} is locked by another request."
                raise RefusedError(423, message, category="RESOURCE_LOCKED")

    def _json(self, answer: Answer) -> Response:
        if answer.body is None:
            return Response(status_code=answer.status)
        return Response(
            orjson.dumps(answer.body), status_code=answer.status, media_type="application/json;charset=utf-8"
        )

    def refusal(self, refused: RefusedError) -> Response:
        """The refused as JSON, with a correlation id of its own."""
        number = next(self._correlations)
        body = {**refused.body, "correlationId": f"00000000-0000-4000-8000-{number:012d}"}
        response = self._json(Answer(body, refused.status))
        response.headers.update(refused.headers)
        return response


def _check_scopes(operation: Endpoint, token: Token, params: Mapping[str, Any]) -> None:
    kind: Kind | None = kind_of(params["type"]) if "type" in params and "{}" in "".join(operation.scopes) else None
    needed = operation.needed(kind)
    if needed and not needed & token.scopes:
        raise missing_scopes(needed)


def _check_tier(tier: Tier, params: Mapping[str, Any]) -> None:
    """The leads object comes with Sales Hub Professional."""
    is_leads = any(str(params.get(name, "")).lower() in LEAD_NAMES for name in ("type", "from", "to"))
    if is_leads and tier in (Tier.FREE, Tier.STARTER):
        raise RefusedError(403, "This account does not have access to leads.", category="FORBIDDEN")


def _source(token: Token) -> Source:
    return Source(type=SourceType.INTEGRATION, id=token.app_id, label=token.label)


def _nobody() -> Source:
    return Source(type=SourceType.INTEGRATION)


def _trouble(status: int) -> RefusedError:
    """A portal on the way to another data centre says for how long it will be away."""
    if status == MIGRATING:
        headers = {"Retry-After": "3600"}
        return RefusedError(status, "This account is being migrated between hublets.", category=None, headers=headers)
    return RefusedError(status, "internal error", category=None)


def _with_retry(refused: RefusedError, fault: Fault) -> RefusedError:
    if "retry_after" in fault.fields:
        refused.headers["Retry-After"] = str(fault.fields["retry_after"])
    return refused


def _link(request: Request) -> str:
    """The address of this page without its cursor."""
    return str(request.url.remove_query_params(["after"]))


def _parsed(request: Request, body: bytes) -> Any:
    if not body:
        return None
    if "form-urlencoded" in request.headers.get("content-type", ""):
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid(f"Invalid input JSON on line {error.lineno}, column {error.colno}: {error.msg}") from error


def app(world: HubSpotWorld, kernel: Kernel) -> Starlette:
    """The vendor's app; the world follows the kernel's settings from here on."""
    world.portal.settings.lag_s = kernel.settings.lag_s
    world.portal.settings.daily_calls = kernel.settings.daily_calls
    world.portal.settings.org = kernel.settings.org
    world.portal.objects.webhooks.begin(
        settings=kernel.settings.webhooks,
        portal_id=lambda: world.portal.settings.portal_id,
        now_ms=lambda: to_ms(kernel.now()),
    )
    desk = Desk(world.portal, kernel)

    async def unknown(request: Request, error: Exception) -> Response:  # noqa: ARG001  # Starlette's signature
        return desk.refusal(RefusedError(404, f"No endpoint {request.method} {request.url.path}", category=None))

    async def other_method(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return desk.refusal(RefusedError(405, f"{request.method} is not allowed here", category=None))

    return Starlette(
        routes=[Route(one.path, desk.endpoint(one), methods=[one.method]) for one in ENDPOINTS],
        middleware=[Middleware(OneSpelling)],
        exception_handlers={404: unknown, 405: other_method},
    )
