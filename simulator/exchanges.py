"""Keeps what a vendor was asked and what it answered, word for word, for whoever checks both against a contract.

Off unless a file is named: unlike the log it holds people's data. Credentials stand in headers, and no header of a
request is kept.
"""

import os
from pathlib import Path

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VARIABLE = "SIMULATOR_EXCHANGES"
"""Names the file in the environment, so that a simulator which somebody else starts is seen, too."""


class Exchanges:
    """A file of JSON lines that several simulators may share: each line is one write to its end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def keep(self, scope: Scope, body: bytes, answer: list[Message]) -> None:
        target = scope.get("raw_path") or scope["path"].encode()
        query = scope.get("query_string", b"")
        line = {
            "method": scope["method"],
            "target": (target + (b"?" + query if query else b"")).decode("latin-1"),
            "body": body.decode("utf-8", "replace"),
            "status": answer[0]["status"],
            "headers": {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer[0]["headers"]
            },
            "answer": b"".join(message.get("body", b"") for message in answer[1:]).decode("utf-8", "replace"),
        }
        self._file.write(orjson.dumps(line) + b"\n")

    def close(self) -> None:
        self._file.close()


class Kept:
    """ASGI wrapper around a vendor's app: what the vendor itself said, before a fault of the wire spoils it."""

    def __init__(self, app: ASGIApp, exchanges: Exchanges) -> None:
        self._app = app
        self._exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: list[bytes] = []
        answer: list[Message] = []

        async def heard() -> Message:
            message = await receive()
            body.append(message.get("body", b""))
            return message

        async def said(message: Message) -> None:
            answer.append(message)
            await send(message)

        await self._app(scope, heard, said)
        if scope["type"] == "http" and answer:
            self._exchanges.keep(scope, b"".join(body), answer)


def named_file() -> Path | None:
    """The file that the environment names."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None
