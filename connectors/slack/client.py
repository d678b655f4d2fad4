"""The wire to one workspace: the only module that sends with slack_sdk.

The client says what a call looks like; sending is ours, for its own has no deadline over a whole answer, no pacing and
no log. Posting is paced per channel: Slack takes about one message per second in each.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from urllib3 import Timeout
from urllib3.response import BaseHTTPResponse

from connectors.contract import Surroundings
from connectors.http import SYSTEM_WALL, Answer, Call, Http, http_for
from connectors.pacing import Limit, Wall
from connectors.slack.answers import judge
from connectors.slack.settings import Settings
from connectors.wire import CONNECT_TIMEOUT_S, pool_manager

POST, ASK = "post", "ask"
ONCE = frozenset({"chat.postMessage"})
"""Sent twice these do it twice."""


class Client(WebClient):
    """Slack's Web API as the SDK words it, sent our way. `token` is the bot's or the app's."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, token: str, wall: Wall = SYSTEM_WALL) -> None:
        super().__init__(token=token, base_url=f"{settings.base_url}/api/", retry_handlers=[])
        self._sender = Sender(settings, surroundings, wall=wall)

    def ask(self, call: Callable[["Client"], SlackResponse]) -> Mapping[str, Any]:
        """What a call gives; raises what `judge` makes of a refusal."""
        answer = call(self).data
        return answer if isinstance(answer, dict) else {}

    def _perform_urllib_http_request(self, *, url: str, args: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Stands in for the SDK's own sending."""
        method = url.rpartition("/")[2]
        headers, body = dict(args["headers"]), b""
        if args["json"]:
            body = json.dumps(args["json"]).encode()
            headers["Content-Type"] = "application/json; charset=utf-8"
        elif args["params"]:
            body = urlencode(args["params"]).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        channel = str((args["json"] or {}).get("channel", "")) if method in ONCE else ""
        answer = self._sender.post(url, body, headers, once=method in ONCE, channel=channel)
        return {"status": answer.status, "headers": answer.headers, "body": answer.body.decode("utf-8", "replace")}


class Sender:
    """Sends to Slack, and to its incoming webhooks."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._wall = wall
        self._pool = pool_manager(ca_file=settings.ca_file)
        self._ways: dict[str, Http] = {}

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, once: bool, channel: str = "", shown: str = ""
    ) -> Answer:
        """One answer that is no refusal. `shown`: what the log says instead of an address that is a secret."""
        call = Call(
            method="POST",
            url=shown or url,
            headers=headers,
            body=body,
            idempotent=not once,
            bucket=POST if once else ASK,
        )
        return self._way(channel).exchange(call, lambda timeout_s: self._open(url, call, timeout_s))

    def _way(self, channel: str) -> Http:
        if channel not in self._ways:
            limits = {POST: Limit(sends=1, window_s=1.0), ASK: Limit(sends=40, window_s=60.0)}
            name, place = self._surroundings.connection, f"{self._settings.base_url} {channel}"
            self._ways[channel] = http_for(
                self._surroundings, place, limits, judge=lambda answer: judge(name, answer), wall=self._wall
            )
        return self._ways[channel]

    def _open(self, url: str, call: Call, timeout_s: float) -> BaseHTTPResponse:
        return self._pool.request(
            call.method,
            url,
            headers=call.headers,
            body=call.body,
            preload_content=False,
            redirect=False,
            timeout=Timeout(connect=min(CONNECT_TIMEOUT_S, timeout_s), read=timeout_s),
        )
