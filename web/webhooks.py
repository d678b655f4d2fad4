"""`POST /webhooks/CONNECTION`: what systems tell us by themselves, in the inbox before they are thanked.

Whoever finds the address may call it: nothing is believed before its signature is, every call costs a
bounded time and memory, and an answer says no more than its number.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from connectors.abilities import WebhookCall, WebhookSource
from domain.errors import ForgedCallError, LeadloopError, RejectedError
from domain.hint import Hint
from web.listening import Listening
from web.metrics import Received

log = structlog.get_logger(__name__)

BODY_CAP_BYTES = 5 * 1024 * 1024
"""A hundred happenings are some 40 kB."""
AT_ONCE = 16
"""Calls under way; HubSpot makes ten at once. With the cap above this bounds what all of them hold in memory."""
WRITERS = 4
ANSWER_S = 4.0
"""For the body to come, and again for the inbox to take it. HubSpot takes no answer within five seconds for none."""
SAID_AGAIN = timedelta(hours=1)
"""Anybody can make us refuse, between genuine calls too, and a log is no place for a flood; all are counted."""
NOBODY = "unknown"
"""Stands in the counters for every name that is no connection of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What answering takes. `account_of`: the pinned account of a connection; `keep` commits, and says how many were
    new."""

    sources: Mapping[str, WebhookSource]
    public_url: str
    account_of: Callable[[str], str | None]
    keep: Callable[[Sequence[Hint], datetime], int]
    now: Callable[[], datetime]


class Receiver(Listening):
    """The one address, served by a thread of its own between `start` and `stop`."""

    def __init__(self, reception: Reception, received: Received, *, host: str, port: int) -> None:
        super().__init__(make_app(reception, received), setting="webhooks", host=host, port=port)


def make_app(reception: Reception, received: Received) -> FastAPI:
    """The one address; documentation pages are off."""
    app = FastAPI(title="leadloop", docs_url=None, redoc_url=None, openapi_url=None)
    desk = _Desk(reception, received)

    @app.post("/webhooks/{connection}")
    async def tell(connection: str, request: Request) -> Response:
        status = await desk.take(connection, request)
        received.answered(connection if connection in reception.sources else NOBODY, status)
        return Response(status_code=status, headers={} if status == 200 else _TURNED_AWAY)

    return app


_TURNED_AWAY = {"Connection": "close"}
"""Nobody reads the rest of a body that is not wanted."""


class _Desk:
    """Takes a call, or says by which number it was turned away."""

    def __init__(self, reception: Reception, received: Received) -> None:
        self._reception = reception
        self._received = received
        self._under_way = 0
        self._troubles: dict[str, str] = {}
        self._refused: dict[tuple[str, int], datetime] = {}
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="webhooks")

    async def take(self, connection: str, request: Request) -> int:
        source = self._reception.sources.get(connection)
        if source is None:
            return 404
        if self._under_way >= AT_ONCE:
            return 429
        self._under_way += 1
        work: Future[int] | None = None
        try:
            body = await _body(request)
            if isinstance(body, int):
                return body
            work = self._writers.submit(self._keep, connection, source, self._call(connection, request, body))
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(work)), ANSWER_S)
        except TimeoutError:
            return 503
        finally:
            self._leave(work)

    def _leave(self, work: "Future[int] | None") -> None:
        """A call whose answer was not waited for holds its place until its work is done."""
        if work is None or work.done():
            self._under_way -= 1
            return
        loop = asyncio.get_running_loop()
        work.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave, None))

    def _call(self, connection: str, request: Request, body: bytes) -> WebhookCall:
        """The address is the configured one: what a caller says about hosts and schemes is the caller's."""
        query = request.scope["query_string"].decode("latin-1")
        uri = f"{self._reception.public_url}/webhooks/{quote(connection)}{f'?{query}' if query else ''}"
        return WebhookCall(method=request.method, uri=uri, headers=dict(request.headers), body=body)

    def _keep(self, connection: str, source: WebhookSource, call: WebhookCall) -> int:
        """In a thread of its own, for it waits for the database."""
        try:
            now, account = self._reception.now(), self._reception.account_of(connection)
            if account is None:
                self._say(connection, "nobody has logged in to this connection yet")
                return 503
            hints = source.hints(call, account_id=account, now=now)
            if hints:
                self._received.kept(connection, self._reception.keep(hints, now))
        except (ForgedCallError, RejectedError) as error:
            status = 401 if isinstance(error, ForgedCallError) else 400
            self._refuse(connection, status, str(error))
            return status
        except LeadloopError as error:
            self._say(connection, str(error))
            return 503
        if self._troubles.pop(connection, None) is not None:
            log.info("webhook_taken_again", connection=connection)
        return 200

    def _refuse(self, connection: str, status: int, reason: str) -> None:
        now, said_at = self._reception.now(), self._refused.get((connection, status))
        if said_at is None or now - said_at >= SAID_AGAIN:
            self._refused[connection, status] = now
            log.warning("webhook_turned_away", connection=connection, reason=reason)

    def _say(self, connection: str, reason: str) -> None:
        """Once, until it is another trouble or over."""
        if self._troubles.get(connection) != reason:
            self._troubles[connection] = reason
            log.warning("webhook_turned_away", connection=connection, reason=reason)


async def _body(request: Request) -> bytes | int:
    """The body as it came, or why not: 413 as soon as it is known to be too long, 408 when it does not come."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > BODY_CAP_BYTES:
        return 413
    body = bytearray()
    try:
        async with asyncio.timeout(ANSWER_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_CAP_BYTES:
                    return 413
    except TimeoutError:
        return 408
    except ClientDisconnect:
        return 400
    return bytes(body)
