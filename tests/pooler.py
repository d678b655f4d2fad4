"""A pooler between leadloop and PostgreSQL that gives a session of the server to whoever asks next.

As pgbouncer in transaction mode: the session that was given back last is taken first, and nothing is reset. It speaks
as much of the protocol as it needs to see where a transaction ends.
"""

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
NO = b"N"
LOGGED_IN = b"R" + struct.pack("!II", 8, 0)
READY = b"Z" + struct.pack("!I", 5) + b"I"
KEY_OF_NOBODY = b"K" + struct.pack("!III", 12, 1, 1)


class Pooler:
    """`with Pooler(url) as pooler:` the same database is reached through `pooler.url`."""

    def __init__(self, url: str) -> None:
        told = urlsplit(url)
        assert told.port
        self._server = ("127.0.0.1", told.port)
        self._idle: list[_Line] = []
        self._told_at_login = b""
        self._clients: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.url = url.replace(f":{told.port}/", f":{self._listener.getsockname()[1]}/")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for line in (*self._clients, *(each.socket for each in self._idle)):
            line.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                threading.Thread(target=self._serve, args=(_Line(client),), daemon=True).start()

    def _serve(self, client: "_Line") -> None:
        with suppress(OSError, EOFError):
            start = client.packet()
            while struct.unpack_from("!I", start, 4)[0] in {SSL_REQUEST, GSS_REQUEST}:
                client.send(NO)
                start = client.packet()
            self._give_back(self._take(start))
            client.send(LOGGED_IN + self._told_at_login + KEY_OF_NOBODY + READY)
            while self._transaction(client, start):
                pass

    def _transaction(self, client: "_Line", start: bytes) -> bool:
        """From the first message to the end of its transaction on one session; False: the client has gone."""
        message = client.message()
        if message[:1] == b"X":
            return False
        server = self._take(start)
        while True:
            server.send(message)
            if message[:1] in {b"Q", b"S"} and server.answer_to(client) == b"I":
                self._give_back(server)
                return True
            message = client.message()

    def _take(self, start: bytes) -> "_Line":
        if self._idle:
            return self._idle.pop()
        server = _Line(socket.create_connection(self._server))
        server.send(start)
        told = b""
        while (message := server.message())[:1] != b"Z":
            told += message if message[:1] == b"S" else b""
        self._told_at_login = told
        return server

    def _give_back(self, server: "_Line") -> None:
        self._idle.append(server)


class _Line:
    """A socket read by messages: a letter, a length, the rest."""

    def __init__(self, line: socket.socket) -> None:
        self.socket = line
        self._file = line.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def message(self) -> bytes:
        return self._exactly(1) + self.packet()

    def packet(self) -> bytes:
        """The first of all has no letter."""
        length = self._exactly(4)
        return length + self._exactly(struct.unpack("!I", length)[0] - 4)

    def answer_to(self, client: "_Line") -> bytes:
        """Hand the whole answer on; how the session stands after it: idle, in a transaction or in a failed one."""
        while True:
            message = self.message()
            client.send(message)
            if message[:1] == b"Z":
                return message[-1:]

    def _exactly(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise EOFError
        return data
