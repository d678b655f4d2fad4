"""Salesforce over HTTP: login, session, daily limit and faults around the REST resources."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.faults import Fault
from simulator.kernel import Kernel
from simulator.salesforce import describe
from simulator.salesforce.api import Api
from simulator.salesforce.call import Call, Reply
from simulator.salesforce.composite import split
from simulator.salesforce.errors import RefusedError, not_found
from simulator.salesforce.quota import Quota
from simulator.salesforce.sessions import LoginError, Sessions
from simulator.salesforce.userinfo import userinfo
from simulator.salesforce.world import SalesforceWorld
from simulator.salesforce.writing import Writing

JSON = "application/json;charset=UTF-8"
CSV = "text/csv"  # as recorded: it is UTF-8, and nothing says so
MAX_ADDRESS = 16_384
_VERSION = re.compile(r"v(\d\d)\.0")
_EDGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body>Salesforce Edge</body></html>"
_EXPIRED = RefusedError("INVALID_SESSION_ID", "Session expired or invalid", status=401)


class Site:
    """One org's address."""

    def __init__(self, world: SalesforceWorld, kernel: Kernel) -> None:
        self._world = world
        self._kernel = kernel
        self._quota = Quota()
        self._sessions = Sessions(world.org, kernel.settings, run_as=world.integration_user)
        self._api = Api(world.org, kernel.settings, self._quota)

    async def token(self, request: Request) -> Response:
        fault: Fault | None = request.state.fault
        if fault is not None and fault.kind == "rate_limit":
            return Response("Too many requests", status_code=429, media_type="text/html")
        if (planted := _planted(fault)) is not None and fault is not None and not fault.after_commit:
            return planted
        form = {key: values[-1] for key, values in parse_qs((await request.body()).decode("latin-1")).items()}
        try:
            answer = self._sessions.issue(
                form,
                request.headers.get("authorization", ""),
                base_url=str(request.base_url).rstrip("/"),
                now=self._kernel.now(),
            )
        except LoginError as error:
            return _json(error.status, error.body())
        return _json(200, answer)

    async def userinfo(self, request: Request) -> Response:
        try:
            user_id = self._user(request)
        except RefusedError:
            return Response("Bad_OAuth_Token", status_code=403, media_type="text/html")
        base_url = str(request.base_url).rstrip("/")
        org_id = self._kernel.settings.org["salesforce"]
        return _json(200, userinfo(self._world.org, user_id, base_url=base_url, org_id=org_id))

    async def versions(self, _request: Request) -> Response:
        return _json(200, describe.versions())

    async def rest(self, request: Request) -> Response:
        if len(request.url.path) + len(request.url.query) > MAX_ADDRESS:
            return Response("<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>", 414, media_type="text/html")
        planted, fault = _planted(request.state.fault), request.state.fault
        if planted is not None and not fault.after_commit:
            return planted
        now, settings = self._kernel.now(), self._kernel.settings
        limit = int(settings.daily_calls["salesforce"])
        try:
            user_id = self._user(request)
            self._spend(request.state.fault, limit)
            reply = self._api.answer(await self._call(request, user_id))
        except RefusedError as refusal:
            reply = Reply(status=refusal.status, body=refusal.body())
        if planted is not None:
            return planted
        return _json(reply.status, reply.body, {**reply.headers, **self._quota.header(now, limit)})

    def _user(self, request: Request) -> str:
        """The session's user (RefusedError INVALID_SESSION_ID or INVALID_AUTH_HEADER)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth") or not token:
            raise RefusedError("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", status=401)
        if request.state.fault is not None and request.state.fault.kind == "expired_session":
            self._sessions.end(token)
        user_id = self._sessions.user(token, self._kernel.now())
        if user_id is None:
            raise _EXPIRED
        return user_id

    def _spend(self, fault: Fault | None, limit: int) -> None:
        now = self._kernel.now()
        if fault is not None and fault.kind == "rate_limit":
            raise RefusedError("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", status=403)
        if (fault is not None and fault.kind == "daily_limit") or self._quota.used(now) >= limit:
            raise RefusedError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        self._quota.count(now)

    async def _call(self, request: Request, user_id: str) -> Call:
        now = self._kernel.now()
        self._world.org.commit(now)
        self._world.org.security.may_customize = self._kernel.settings.may_customize
        version = _VERSION.fullmatch(request.path_params["version"])
        if version is None:
            raise not_found()
        if not describe.OLDEST <= int(version[1]) <= describe.NEWEST:
            raise RefusedError(
                "UNSUPPORTED_API_VERSION", f"API version {version[1]}.0 is retired or unknown", status=410
            )
        path, query = split(request.scope["raw_path"].decode("latin-1") + "?" + request.url.query)
        settings = self._kernel.settings
        self._world.org.become(settings.org["salesforce"], sandbox=settings.sandbox)
        writing = Writing(
            now=now,
            at=now,
            user_id=user_id,
            effects=request.state.effects,
        )
        self._api.work(now, request.state.effects)
        return Call(
            method=request.method,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=_read(await request.body(), request.headers.get("content-type", "")),
            version=version[0],
            writing=writing,
            fault=request.state.fault,
        )


def app(world: SalesforceWorld, kernel: Kernel) -> Starlette:
    """The org's HTTP app; a Shell around it hands in faults and collects effects."""
    site = Site(world, kernel)
    any_method = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"]
    return Starlette(
        routes=[
            Route("/services/oauth2/token", site.token, methods=["POST"]),
            Route("/services/oauth2/userinfo", site.userinfo, methods=["GET", "POST"]),
            Route("/services/data", site.versions, methods=["GET"]),
            Route("/services/data/", site.versions, methods=["GET"]),
            Route("/services/data/{version}", site.rest, methods=any_method),
            Route("/services/data/{version}/{path:path}", site.rest, methods=any_method),
        ],
        exception_handlers={404: _nowhere},
    )


async def _nowhere(_request: Request, _error: Exception) -> Response:
    return _json(404, not_found().body())


def _read(body: bytes, content_type: str) -> Any:
    """The decoded JSON; of CSV the bytes as they are."""
    if content_type.startswith("text/csv"):
        return body
    if not body.strip():
        return None
    try:
        return orjson.loads(body)  # refuses lone surrogates and NaN: they are no JSON
    except ValueError as error:
        raise RefusedError("JSON_PARSER_ERROR", f"Unexpected character: {error}") from error


def _planted(fault: Fault | None) -> Response | None:
    """A server error: Salesforce's own, or the HTML of the edge in front of it for 406 and 420."""
    if fault is None or fault.kind != "server_error":
        return None
    status = fault.status or 500
    if status in (406, 420):
        return Response(_EDGE, status_code=status, media_type="text/html")
    code = "SERVER_UNAVAILABLE" if status == 503 else "UNKNOWN_EXCEPTION"
    message = (
        "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (123456789)"
    )
    return _json(status, RefusedError(code, message).body())


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    csv = isinstance(body, bytes)
    content = b"" if status in (204, 304) or body is None else body if csv else orjson.dumps(body)
    answer = Response(content, status_code=status, headers=dict(headers or {}))
    if content:
        answer.headers["content-type"] = CSV if csv else JSON
    return answer
