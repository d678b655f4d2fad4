"""A network that misbehaves: a TCP proxy between the real connectors and the simulator.

Orders are taken in turn: each strikes the next calls whose request line matches. Everything else passes untouched.
A connection carries many calls, so requests are read as HTTP where they begin, and nowhere else.
"""

import asyncio
import re
import socket
import ssl
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

HEAD_BYTES = 65_536
PIECE_BYTES = 65_536
NO_CONTENT = 204

T = TypeVar("T")


class Ill(StrEnum):
    """What happens to a call."""

    DELAY = "delay"
    """The answer comes `seconds` late."""
    THROTTLE = "throttle"
    """The answer comes at `bytes_per_s`."""
    DROP = "drop"
    """The request arrives; the line closes after `after` bytes of the answer."""
    RESET = "reset"
    """As `drop`, with RST instead of FIN."""
    HALF_CLOSE = "half_close"
    """Our side says that it sends no more after `after` bytes of the answer, and keeps the line open."""
    CUT_REQUEST = "cut_request"
    """Only `after` bytes of the request's body arrive; the line stays open for `seconds`."""
    REPLACE = "replace"
    """The request arrives; `reply` is answered in its place."""
    RESTATE = "restate"
    """An answer of 2xx comes with `status` in the place of its own; without its body where that is 204."""


@dataclass(slots=True, kw_only=True)
class Order:
    """One ill for the next `times` calls that match (None: until `clear`)."""

    ill: Ill
    match: re.Pattern[str]
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    bytes_per_s: float = 1.0
    reply: bytes = b""
    status: int = 200
    struck: int = 0
    answered: int = 0
    """How many of the calls that it struck the system had answered by then, and so had done."""


class Proxy:
    """`with Proxy(simulator.hubspot) as proxy:` listens at `proxy.address`; `tls`: the certificate that it shows."""

    def __init__(self, upstream: str, *, tls: ssl.SSLContext | None = None) -> None:
        told = urlsplit(upstream)
        assert told.hostname, f"{upstream} names no host"
        assert told.port, f"{upstream} names no port"
        self._upstream = (told.hostname, told.port)
        self._tls = tls
        self._orders: list[Order] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._lock = threading.Lock()
        self._calls: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.address = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._await(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls))
        self.address = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._await(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def order(self, ill: Ill, match: str, **more: Any) -> Order:
        """`match`: a pattern in `METHOD /path`. The order itself tells how often it struck."""
        made = Order(ill=ill, match=re.compile(match), **more)
        with self._lock:
            self._orders.append(made)
        return made

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _take(self, line: str) -> Order | None:
        with self._lock:
            for order in self._orders:
                if order.times != 0 and order.match.search(line):
                    order.struck += 1
                    if order.times is not None:
                        order.times -= 1
                    return order
        return None

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._calls.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):  # cancelled only at the end
                while await self._pass_on(near, back):
                    pass
        finally:
            back.close()
            self._calls.discard(task)

    async def _pass_on(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> bool:
        """One call, over a line of its own to the simulator; whether our caller's line lives on."""
        head = await near.readuntil(b"\r\n\r\n")
        body = await near.readexactly(_length(head))
        order = self._take(head.split(b" HTTP/", 1)[0].decode("latin-1"))
        far, forth = await asyncio.open_connection(*self._upstream, limit=HEAD_BYTES)
        try:
            forth.write(_closing(head))
            if order is not None and order.ill is Ill.CUT_REQUEST:
                forth.write(body[: order.after])
                await forth.drain()
                await asyncio.sleep(order.seconds)
                return False
            forth.write(body)
            await forth.drain()
            answer = await far.read(-1)
            if order is not None:
                order.answered += 1
        finally:
            forth.close()
        return await _answer(back, answer, order)


async def _answer(back: asyncio.StreamWriter, answer: bytes, order: Order | None) -> bool:
    match order.ill if order else None:
        case Ill.DELAY if order:
            await asyncio.sleep(order.seconds)
        case Ill.THROTTLE if order:
            return await _throttled(back, answer, order)
        case Ill.DROP | Ill.RESET | Ill.HALF_CLOSE if order:
            return await _broken_off(back, answer, order)
        case Ill.REPLACE if order:
            answer = order.reply
        case Ill.RESTATE if order:
            answer = _restated(answer, order.status)
        case _:
            pass
    for start in range(0, len(answer), PIECE_BYTES):
        back.write(answer[start : start + PIECE_BYTES])
        await back.drain()
    return False


def _restated(answer: bytes, status: int) -> bytes:
    if not re.match(rb"HTTP/1\.1 2\d\d ", answer):
        return answer
    answer = re.sub(rb"\AHTTP/1\.1 \d{3} [^\r]*", b"HTTP/1.1 %d Fine" % status, answer)
    if status != NO_CONTENT:
        return answer
    head = answer.partition(b"\r\n\r\n")[0]
    return re.sub(rb"(?i)\r\ncontent-(length|type):[^\r]*", b"", head) + b"\r\n\r\n"


async def _throttled(back: asyncio.StreamWriter, answer: bytes, order: Order) -> bool:
    for at in range(len(answer)):
        back.write(answer[at : at + 1])
        await back.drain()
        await asyncio.sleep(1 / order.bytes_per_s)
    return False


async def _broken_off(back: asyncio.StreamWriter, answer: bytes, order: Order) -> bool:
    back.write(answer[: order.after])
    await back.drain()
    if order.ill is Ill.HALF_CLOSE:
        back.write_eof()
        await asyncio.sleep(3600)
    if order.ill is Ill.RESET:
        line: socket.socket = back.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        back.transport.abort()
    return False


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0


def _closing(head: bytes) -> bytes:
    """The simulator ends its line after the answer, so that the answer's end needs no reading of HTTP."""
    kept = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head)
    return kept.removesuffix(b"\r\n\r\n") + b"\r\nConnection: close\r\n\r\n"
