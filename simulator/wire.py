"""The open TCP connections, so that a fault can cut one in the middle of a request."""

import asyncio
import socket
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol


class Lines:
    """Connections by the caller's address; without a real one (in-process tests) a cut raises ConnectionResetError."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """A uvicorn protocol that enters its connections here."""
        lines = self._open

        class Line(H11Protocol):
            def connection_made(self, transport: Any) -> None:
                self.peer = transport.get_extra_info("peername")[:2]
                lines[self.peer] = transport
                # asyncio does so only where the listening socket names its protocol; without it a call costs 45 ms
                transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                lines.pop(self.peer, None)
                super().connection_lost(exc)

        return Line

    def cut(self, scope: Scope) -> None:
        """Drop the caller's connection without another byte."""
        self._line(scope).abort()

    def close(self, scope: Scope) -> None:
        """Send what is buffered, then close."""
        self._line(scope).close()

    def _line(self, scope: Scope) -> asyncio.Transport:
        line = self._open.get(tuple(scope.get("client") or ()))
        if line is None:
            raise ConnectionResetError("the simulator dropped the connection")
        return line
