"""The wire to one portal: the only module that knows hubspot-api-client.

The client says what a call looks like (its path, its query, where the body goes); sending is ours. Its own
sending has no deadline, opens a pool per object and parses at many times the cost of the JSON (facts 2).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from hubspot import HubSpot as Sdk
from hubspot.discovery.discovery_base import DiscoveryBase
from urllib3 import Timeout
from urllib3.response import BaseHTTPResponse

from connectors.addresses import is_loopback
from connectors.contract import Corrected, Surroundings
from connectors.http import SYSTEM_WALL, Answer, Call, http_for
from connectors.hubspot.answers import judge, usage, window
from connectors.hubspot.login import Login, judge_renewable
from connectors.hubspot.paths import path_of
from connectors.hubspot.settings import Settings
from connectors.pacing import Limit, Wall
from connectors.wire import pool_manager
from domain.errors import CredentialsError
from domain.values import to_text

SEARCH, BURST = "search", "burst"
_CONNECT_TIMEOUT_S = 10.0
_GRACE = timedelta(minutes=5)
"""Two clocks seldom agree about midnight, and an answer from before it may come after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call to HubSpot; `path` as v3 has it, parameters filled in."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


class Client:
    """Sends requests with the portal's token. `sdk` writes them: `send(sdk.crm.….do_search(…))`."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._ahead = timedelta(0)
        self._zone: ZoneInfo | None = None
        self._pool = pool_manager(ca_file=settings.ca_file)
        self._apis: dict[tuple[str, str], Any] = {}
        self.sdk = Sdk(access_token="never sent by the client itself", api_factory=self._api)  # noqa: S106
        limits = {
            SEARCH: Limit(sends=settings.searches_per_second, window_s=1.0),
            BURST: Limit(sends=settings.calls_per_10_s, window_s=10.0),
        }
        origin = settings.base_url
        self._login_http = http_for(surroundings, origin, limits, judge=judge_renewable, wall=wall)
        self._login = Login(settings, surroundings, self._post_form)
        judged = judge_renewable if self._login.renewable else judge
        self._http = http_for(
            surroundings, origin, limits, judge=judged, usage=usage, window=window, reset=self._new_day, wall=wall
        )

    def now(self) -> datetime:
        """HubSpot's own now, by the last answer's Date header, so that a wrong clock here skips nothing.

        A simulator's header tells wall time while its records run on simulated time, which our clock then shows too.
        """
        return self._surroundings.clock.now() + self._ahead

    def keep_zone(self, name: str) -> None:
        """The portal's time zone: its day of calls ends at midnight there. One that nobody knows is left out."""
        with suppress(ZoneInfoNotFoundError, ValueError):
            self._zone = ZoneInfo(name)

    def _new_day(self) -> datetime | None:
        """When, by our clock, the day's calls surely count from nought again: a little after the portal's midnight."""
        if self._zone is None:
            return None
        tomorrow = (self.now() - _GRACE).astimezone(self._zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time.min, tzinfo=self._zone).astimezone(UTC) + _GRACE - self._ahead

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """A GET that the client has no method for."""
        return self.send(Request(method="GET", path=path, query=query or {}))

    def send(self, request: Request, *, bucket: str = BURST, idempotent: bool = True) -> Answer:
        """One answer below 500 that `judge` left to us.

        Nearly all we send may be sent twice: reads, absolute values by id, upserts by key, joining and leaving.
        """
        path = path_of(request.path, self._settings.api_generation)
        query = f"?{urlencode(_texts(request.query), doseq=True)}" if request.query else ""
        call = Call(
            method=request.method,
            url=f"{self._settings.base_url}{path}{query}",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=None if request.body is None else orjson.dumps(request.body),
            idempotent=idempotent,
            bucket=bucket,
        )
        answer = self._exchange(call)
        self._take_time(answer)
        return answer

    def _exchange(self, call: Call) -> Answer:
        """Once more with a new token when an OAuth token was refused; CredentialsError when that is refused, too."""
        token, is_new = self._login.token(), False
        answer = self._answer(call, token)
        while answer.status == 401 and not is_new:
            token, is_new = self._login.renew(token)
            answer = self._answer(call, token)
        if answer.status == 401:
            raise CredentialsError(
                f"HubSpot connection '{self._surroundings.connection}': a new access token was refused as well. "
                "Look whether the app is still installed in the portal (Settings > Integrations > Connected apps)"
            )
        return answer

    def _answer(self, call: Call, token: str) -> Answer:
        return self._http.exchange(call, lambda timeout_s: self._open(call, timeout_s, token))

    def _post_form(self, call: Call) -> Answer:
        return self._login_http.exchange(call, lambda timeout_s: self._open(call, timeout_s))

    def _open(self, call: Call, timeout_s: float, token: str | None = None) -> BaseHTTPResponse:
        bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self._pool.request(
            call.method,
            call.url,
            headers={**call.headers, **bearer},
            body=call.body,
            preload_content=False,
            redirect=False,
            timeout=Timeout(connect=min(_CONNECT_TIMEOUT_S, timeout_s), read=timeout_s),
        )

    def _take_time(self, answer: Answer) -> None:
        told = answer.headers.get("date")
        if not told or is_loopback(self._settings.base_url):
            return
        try:
            moment = parsedate_to_datetime(told).astimezone(UTC)
        except ValueError:
            return
        clock = self._surroundings.clock
        if isinstance(clock, Corrected):
            clock.hear(self._surroundings.connection, moment)
        self._ahead = moment - clock.now()

    def _api(self, package: Any, name: str, config: Mapping[str, Any]) -> Any:
        """An API object of the client that writes requests instead of sending them; made once, it is dear."""
        key = (package.__name__, name)
        if key not in self._apis:
            api = DiscoveryBase._default_api_factory(package, name, dict(config))
            api.api_client.call_api = _written
            self._apis[key] = api
        return self._apis[key]


def _written(
    path: str,
    method: str,
    path_params: Mapping[str, Any],
    query_params: list[tuple[str, Any]],
    *_: Any,
    body: Any = None,
    **__: Any,
) -> Request:
    """Stands in for the client's `call_api`. Names go into the path with every sign quoted."""
    for name, value in path_params.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    return Request(method=method, path=path.rstrip("/"), query=dict(query_params), body=body)


def _texts(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in query.items()}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return to_text(value) if isinstance(value, datetime) else value
