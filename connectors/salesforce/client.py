"""The wire to one org: the only module that knows simple-salesforce, used as a bare transport.

It gives the requests session, the base URL and the headers; it never logs in, renews, retries or parses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from simple_salesforce.api import Salesforce as Org
from urllib3.response import BaseHTTPResponse

from connectors.addresses import is_loopback
from connectors.contract import Corrected, Surroundings
from connectors.http import BODY_CAP_BYTES, BULK_CAP_BYTES, DEADLINE_S, SYSTEM_WALL, Answer, Call, http_for, trouble
from connectors.pacing import Limit, Wall
from connectors.salesforce.answers import judge, usage
from connectors.salesforce.login import Login, Session
from connectors.salesforce.settings import Settings
from connectors.wire import PacedAdapter, plain_session
from domain.errors import ContractError, CredentialsError

QUERY_WAIT_S = 130.0
"""Salesforce itself ends a query after 120 seconds; hanging up before it says so would ask the same for ever."""
QUERY_DEADLINE_S = 150.0
AUTO_ASSIGN = "Sforce-Auto-Assign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call to the REST API. `path` is below `/services/data/vNN.0/`, or begins with `/services/`."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    content: bytes | None = None
    """A body that is no JSON; its Content-Type stands in `headers`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool = False
    large: bool = False
    """An answer that may be large and take long: a page of rows, a description."""


class Client:
    """Sends requests as the integration user; logs in when needed, once more when a session has ended."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self.wall = wall
        self._web = plain_session(ca_file=settings.ca_file, proxy=settings.proxy)
        self._login_web = plain_session(ca_file=settings.ca_file, proxy=settings.proxy)
        limits = {"all": Limit(sends=settings.calls_per_10_s, window_s=10.0)}
        origin = settings.login_url
        self.http = http_for(surroundings, origin, limits, judge=judge, usage=usage, wall=wall)
        self._login_http = http_for(surroundings, origin, limits, judge=trouble, wall=wall)
        self._login = Login(settings, surroundings, self._post_form)
        self._org: tuple[Session, Org] | None = None
        self._ahead = timedelta(0)
        self._answered = False

    @property
    def has_answered(self) -> bool:
        """Whether any answer came yet: before the first one `now` is our own clock's."""
        return self._answered

    def now(self) -> datetime:
        """Salesforce's now: our clock, corrected by the Date header of its last answer.

        A simulator's header tells wall time while its records run on simulated time, which our clock then shows too.
        """
        return self._surroundings.clock.now() + self._ahead

    def get(self, path: str, query: Mapping[str, str] | None = None, *, large: bool = False) -> Answer:
        return self.send(Request(method="GET", path=path, query=query or {}, idempotent=True, large=large))

    def send(self, request: Request) -> Answer:
        """One answer, whatever its status below 500; CredentialsError when a session that was just made is refused."""
        session, is_new = self._login.session(), False
        answer = self._exchange(request, session)
        while answer.status == 401 and not is_new:
            session, is_new = self._login.renew(session)
            answer = self._exchange(request, session)
        if answer.status == 401:
            raise CredentialsError(
                f"Salesforce connection '{self._surroundings.connection}': a new session was refused as well. "
                "Check that the integration user may use the API"
            )
        return answer

    def data_path(self, path: str) -> str:
        """The absolute path of a resource, as Composite wants it."""
        return f"/services/data/v{self._settings.api_version}/{path}"

    def creation_headers(self, object_name: str) -> Mapping[str, str]:
        """The org's rule may give new leads to somebody; on an update it would take leads from whoever has them."""
        assigns = self._settings.assign_new_leads and object_name == "Lead"
        return {AUTO_ASSIGN: "TRUE"} if assigns else {}

    def part_headers(self) -> Mapping[str, str]:
        """For every part of a Composite: it inherits nothing of the whole call's headers but the login.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm
        """
        return self._standing_headers()

    def _exchange(self, request: Request, session: Session) -> Answer:
        org = self._org_for(session)
        call = Call(
            method=request.method,
            url=_url(org.base_url, request),
            headers={**org.headers, **self._standing_headers(), **request.headers},
            body=request.content if request.body is None else orjson.dumps(request.body),
            idempotent=request.idempotent,
            cap_bytes=BULK_CAP_BYTES if request.large else BODY_CAP_BYTES,
            deadline_s=QUERY_DEADLINE_S if request.large else DEADLINE_S,
        )

        def opener(read_timeout_s: float) -> BaseHTTPResponse:
            wait_s = QUERY_WAIT_S if request.large else read_timeout_s
            answer: BaseHTTPResponse = org.session.request(
                call.method,
                call.url,
                headers=dict(call.headers),
                data=call.body,
                stream=True,
                allow_redirects=False,
                timeout=(min(10.0, read_timeout_s), wait_s),
            ).raw
            return answer

        answer = self.http.exchange(call, opener)
        self._answered = True
        self._take_time(answer, session)
        return answer

    def _org_for(self, session: Session) -> Org:
        if self._org is None or self._org[0] != session:
            if session.instance_url.startswith("http://"):
                spoken = session.instance_url.replace("http://", "https://", 1)
                self._web.mount(spoken + "/", PacedAdapter(plain=session.instance_url))
            org = Org(
                session_id=session.token,
                instance_url=session.instance_url,
                version=self._settings.api_version,
                session=self._web,
            )
            del org.headers["X-PrettyPrint"]
            self._org = (session, org)
        return self._org[1]

    def _standing_headers(self) -> dict[str, str]:
        """Sent with every call, also after a new login: an omitted Auto-Assign means TRUE to Salesforce."""
        return {
            AUTO_ASSIGN: "FALSE",
            "Sforce-Call-Options": "client=leadloop",
            "Sforce-Duplicate-Rule-Header": f"allowSave={str(self._settings.duplicate_rule == 'allow_save').lower()}",
            "Sforce-Query-Options": f"batchSize={self._settings.page_size}",
        }

    def _post_form(self, call: Call) -> Answer:
        def opener(read_timeout_s: float) -> BaseHTTPResponse:
            answer: BaseHTTPResponse = self._login_web.post(
                call.url,
                headers=dict(call.headers),
                data=call.body,
                stream=True,
                allow_redirects=False,
                timeout=(min(10.0, read_timeout_s), read_timeout_s),
            ).raw
            return answer

        return self._login_http.exchange(call, opener)

    def _take_time(self, answer: Answer, session: Session) -> None:
        told = answer.headers.get("date")
        if not told or is_loopback(session.instance_url):
            return
        try:
            moment = parsedate_to_datetime(told).astimezone(UTC)
        except ValueError:
            return
        clock = self._surroundings.clock
        if isinstance(clock, Corrected):
            clock.hear(self._surroundings.connection, moment)
        self._ahead = moment - clock.now()


def _url(base_url: str, request: Request) -> str:
    query = f"?{urlencode(request.query)}" if request.query else ""
    if not request.path.startswith("/"):
        return f"{base_url}{request.path}{query}"
    if not request.path.startswith("/services/"):
        raise ContractError("Salesforce named a page outside its API")
    return base_url[: base_url.index("/services/")] + request.path + query
