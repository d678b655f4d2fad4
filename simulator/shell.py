"""The HTTP rim both vendors share: takes the fault, runs the vendor's handler, writes one log line per request."""

import asyncio
from email.utils import format_datetime
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.faults import Fault
from simulator.kernel import Kernel
from simulator.log import Effect
from simulator.wire import Lines

NO_ANSWER = 0  # the status in the log of a request whose connection was dropped before the first byte
LOGGED_HEADERS = (
    "sforce-auto-assign",
    "sforce-call-options",
    "sforce-duplicate-rule-header",
    "if-unmodified-since",
)
"""What tells how a write was meant; none of them is a secret."""
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>\xff\xfe\x93upstream said no\x94</body></html>"


class Shell:
    """ASGI wrapper; the vendor's handlers find `request.state.fault` and add to `request.state.effects`."""

    def __init__(self, app: ASGIApp, system: str, kernel: Kernel, lines: Lines | None = None) -> None:
        self._app = app
        self._system = system
        self._kernel = kernel
        self._lines = lines or Lines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fault = self._kernel.faults.take(self._system, scope["method"], scope["path"])
        effects: list[Effect] = []
        scope.setdefault("state", {}).update(fault=fault, effects=effects)
        if "/oauth" not in scope["path"]:
            self._kernel.api_calls[self._system] += 1
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        answer: list[Message] = []
        try:
            await self._handle(scope, receive, answer, fault)
        finally:
            self._write_line(scope, answer, effects)
        self._date(answer)
        await self._reply(scope, send, answer, fault)

    async def _handle(self, scope: Scope, receive: Receive, answer: list[Message], fault: Fault | None) -> None:
        """Fill `answer` with the messages to send; none means that the caller gets no byte."""
        unhandled = fault is not None and fault.kind in ("reply_lost", "bad_gateway") and not fault.after_commit
        if not unhandled:
            try:
                await self._app(scope, receive, _collector(answer))
            except ClientDisconnect:  # gone before the request was whole: nothing was done, nobody hears an answer
                answer.clear()
        if fault is not None and fault.kind == "reply_lost":
            answer.clear()
        elif fault is not None and fault.kind == "bad_gateway":
            answer[:] = _bad_gateway(fault.status or 502)
        elif fault is not None and fault.kind == "not_utf8":
            answer[:] = _spoilt(answer)

    async def _reply(self, scope: Scope, send: Send, answer: list[Message], fault: Fault | None) -> None:
        if not answer:
            self._lines.cut(scope)
            await asyncio.sleep(0)  # lets the server notice, or it would answer 500 on a dead line
        elif fault is not None and fault.kind == "truncated":
            await self._send_half(scope, send, answer)
        else:
            for message in answer:
                await send(message)

    def _date(self, answer: list[Message]) -> None:
        """The vendors' clocks are the simulated one, also in the Date header."""
        if answer:
            date = format_datetime(self._kernel.now(), usegmt=True).encode()
            answer[0]["headers"] = [*answer[0].get("headers", []), (b"date", date)]

    async def _send_half(self, scope: Scope, send: Send, answer: list[Message]) -> None:
        """Promise the whole length, send half of it, close."""
        body = b"".join(message.get("body", b"") for message in answer)
        await send(answer[0])
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        self._lines.close(scope)
        await asyncio.sleep(0)

    def _write_line(self, scope: Scope, answer: list[Message], effects: list[Effect]) -> None:
        status: int = answer[0]["status"] if answer else NO_ANSWER
        told = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        self._kernel.log.append(
            system=self._system,
            method=scope["method"],
            path=scope["path"],
            status=status,
            effects=effects,
            headers={name: told[name] for name in LOGGED_HEADERS if name in told},
        )


def _collector(answer: list[Message]) -> Send:
    async def collect(message: Message) -> None:
        answer.append(message)

    return collect


def _spoilt(answer: list[Message]) -> list[Message]:
    """A byte of Latin-1 at the beginning of the first text; the length that the headers tell is right."""
    body = b"".join(message.get("body", b"") for message in answer)
    if not body:
        return answer
    body = body.replace(b'":"', b'":"\xe9', 1) if b'":"' in body else b"\xe9" + body
    headers = [(name, value) for name, value in answer[0].get("headers", []) if name != b"content-length"]
    start = {**answer[0], "headers": [*headers, (b"content-length", str(len(body)).encode())]}
    return [start, {"type": "http.response.body", "body": body}]


def _bad_gateway(status: int) -> list[Message]:
    headers: list[Any] = [(b"content-type", b"text/html"), (b"content-length", str(len(BAD_GATEWAY)).encode())]
    return [
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": BAD_GATEWAY},
    ]
