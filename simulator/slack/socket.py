"""Socket Mode: a WebSocket (RFC 6455) by which an app hears what people press.

An envelope that is not acknowledged is told again, by a new connection or after a while, as Slack does.
"""

import asyncio
import base64
import contextlib
import hashlib
import struct
import uuid
from collections.abc import Callable

import orjson

from simulator.act import Row

AGAIN_S = 3.0
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class Hub:
    """Everybody who listens, and what was told and not acknowledged yet."""

    def __init__(self, acknowledged: Callable[[str], None]) -> None:
        self._lines: list[asyncio.StreamWriter] = []
        self._open: dict[str, Row] = {}
        self._acknowledged = acknowledged
        self._again: set[asyncio.Task[None]] = set()

    def tell(self, payload: Row) -> None:
        self._send({"type": "interactive", "payload": payload, "accepts_response_payload": True})

    def cut(self) -> None:
        """Every connection is told to come back by a new one, as Slack does every few hours, and told nothing more."""
        for line in self._lines:
            line.write(_frame(TEXT, orjson.dumps({"type": "disconnect", "reason": "refresh_requested"})))
        self._lines.clear()

    def _send(self, envelope: Row) -> None:
        number = str(uuid.uuid4())
        self._open[number] = envelope
        if self._lines:
            self._lines[-1].write(_frame(TEXT, orjson.dumps({**envelope, "envelope_id": number})))
            task = asyncio.get_running_loop().create_task(self._tell_again(number))
            self._again.add(task)
            task.add_done_callback(self._again.discard)

    async def _tell_again(self, number: str) -> None:
        await asyncio.sleep(AGAIN_S)
        if (envelope := self._open.pop(number, None)) is not None:
            self._send(envelope)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its handshake to its end."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _shake_hands(reader, writer)
            writer.write(_frame(TEXT, orjson.dumps({"type": "hello", "num_connections": len(self._lines) + 1})))
            self._lines.append(writer)
            waiting, self._open = list(self._open.values()), {}
            for envelope in waiting:
                self._send(envelope)
            await self._hear(reader, writer)
        if writer in self._lines:
            self._lines.remove(writer)
        writer.close()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            kind, content = await _read(reader)
            if kind == CLOSE:
                return
            if kind == PING:
                writer.write(_frame(PONG, content))
            elif kind == TEXT:
                number = str(orjson.loads(content).get("envelope_id"))
                if self._open.pop(number, None) is not None:
                    self._acknowledged(number)


async def _shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    told = [line.partition(":") for line in head.split("\r\n")]
    key = next((value.strip() for name, _, value in told if name.lower() == "sec-websocket-key"), "")
    accept = base64.b64encode(hashlib.sha1(f"{key}{_GUID}".encode()).digest()).decode()  # noqa: S324  # as RFC 6455 has it
    lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
    writer.write("\r\n".join([*lines, f"Sec-WebSocket-Accept: {accept}", "", ""]).encode())
    await writer.drain()


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """One frame; clients mask theirs."""
    first, second = await reader.readexactly(2)
    length = second & 0x7F
    if length == 126:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", await reader.readexactly(8))
    mask = await reader.readexactly(4) if second & 0x80 else b"\0\0\0\0"
    content = await reader.readexactly(length)
    return first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(content))


def _frame(kind: int, content: bytes) -> bytes:
    length = len(content)
    if length < 126:
        head = struct.pack(">BB", 0x80 | kind, length)
    elif length < 65_536:
        head = struct.pack(">BBH", 0x80 | kind, 126, length)
    else:
        head = struct.pack(">BBQ", 0x80 | kind, 127, length)
    return head + content
