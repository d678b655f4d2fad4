"""The wire to one portal: the only module that knows hubspot-api-client, used as a bare transport.

Its generated models cost twenty times the parsing they save, so bodies go in as plain data and come
out as bytes. One connection pool serves every package of the client and the few calls it lacks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from hubspot import HubSpot as Sdk
from hubspot.discovery.discovery_base import DiscoveryBase
from urllib3.response import BaseHTTPResponse

from connectors.contract import Surroundings
from connectors.http import SYSTEM_WALL, Answer, Call, http_for
from connectors.hubspot.answers import judge, usage
from connectors.hubspot.paths import path_of
from connectors.hubspot.settings import Settings
from connectors.pacing import Limit, Wall
from connectors.wire import pool_manager

SEARCH, BURST = "search", "burst"


class _Unjudged:
    """An answer handed through the client unread: it sees a success, we see what came."""

    status = 200

    def __init__(self, response: BaseHTTPResponse) -> None:
        self.response = response


class _Pool:
    """Stands in for the client's own pools: our deadlines, one pool for all packages."""

    def __init__(self, ca_file: str | None) -> None:
        self._manager = pool_manager(ca_file=ca_file)

    def request(self, method: str, url: str, **options: Any) -> _Unjudged:
        options["preload_content"] = False
        return _Unjudged(self._manager.request(method, url, redirect=False, **options))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call as policy sees it; `path` in the v3 form, for pacing and the wire log."""

    method: str
    path: str
    idempotent: bool = True
    bucket: str = BURST


class Client:
    """Sends requests with the portal's token."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        self._settings = settings
        self._pool = _Pool(settings.ca_file)
        self._apis: dict[tuple[str, str], Any] = {}
        self.sdk = Sdk(
            access_token=settings.access_token.get_secret_value(), host=settings.base_url, api_factory=self._api
        )
        limits = {
            SEARCH: Limit(sends=settings.searches_per_second, window_s=1.0),
            BURST: Limit(sends=settings.calls_per_10_s, window_s=10.0),
        }
        self._http = http_for(surroundings, settings.base_url, limits, judge=judge, usage=usage, wall=wall)

    def send(self, operation: Operation, ask: Callable[..., Any]) -> Answer:
        """Make a call of the client: `ask` gets the options that keep the answer unread."""

        def opener(read_timeout_s: float) -> BaseHTTPResponse:
            held: _Unjudged = ask(_preload_content=False, _request_timeout=(min(10.0, read_timeout_s), read_timeout_s))
            return held.response

        return self._http.exchange(self._call(operation), opener)

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """A GET that the client has no method for."""
        return self._plain(Operation(method="GET", path=path), query or {}, None)

    def post(self, path: str, body: Any, *, idempotent: bool) -> Answer:
        return self._plain(Operation(method="POST", path=path, idempotent=idempotent), {}, body)

    def _plain(self, operation: Operation, query: Mapping[str, Any], body: Any) -> Answer:
        call = self._call(operation)
        url = f"{call.url}?{urlencode(query, doseq=True)}" if query else call.url
        headers = {
            "Authorization": f"Bearer {self._settings.access_token.get_secret_value()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

        def opener(read_timeout_s: float) -> BaseHTTPResponse:
            data = None if body is None else orjson.dumps(body)
            return self._pool.request(call.method, url, headers=headers, body=data, timeout=read_timeout_s).response

        return self._http.exchange(call, opener)

    def _call(self, operation: Operation) -> Call:
        path = path_of(operation.path, self._settings.api_generation)
        return Call(
            method=operation.method,
            url=f"{self._settings.base_url}{path}",
            idempotent=operation.idempotent,
            bucket=operation.bucket,
        )

    def _api(self, package: Any, name: str, config: Mapping[str, Any]) -> Any:
        """An API object of the client, kept: made anew it would open a connection of its own each time."""
        key = (package.__name__, name)
        if key not in self._apis:
            api = DiscoveryBase._default_api_factory(package, name, dict(config))
            api.api_client.rest_client.pool_manager = self._pool
            send = api.api_client.call_api

            def dated(path: str, *arguments: Any, **options: Any) -> Any:
                return send(path_of(path, self._settings.api_generation), *arguments, **options)

            api.api_client.call_api = dated
            self._apis[key] = api
        return self._apis[key]
