"""Sees every request to HubSpot and every answer of it in a test run, and fails the test that broke the contract.

Requests are seen where a connector sends them, whoever answers; requests and answers in the simulator, which keeps
them in a file when the environment names one. So a run of other processes is seen as well.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import orjson
import pytest
from urllib3.response import BaseHTTPResponse
from urllib3.util import parse_url

from connectors.http import Call, Http
from connectors.wire import Answer
from simulator.exchanges import VARIABLE
from tests.hubspot_contract.check import Answered, Asked, contract

LARGE_BYTES = 64 * 1024 * 1024
"""From this size on the file is emptied when all of it was read."""


class Watch:
    """What was seen and not yet judged."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._mistakes: list[str] = []

    def asked(self, asked: Asked) -> None:
        self._mistakes += [f"{asked.method} {asked.target[:200]}: {one}" for one in contract().of_request(asked)]

    def judge(self) -> list[str]:
        """The mistakes since the last time."""
        for line in self._lines():
            told = orjson.loads(line)
            self._mistakes += _named(told, judge_exchange(told))
        mistakes, self._mistakes = list(dict.fromkeys(self._mistakes)), []
        return mistakes

    def _lines(self) -> Iterator[bytes]:
        """Whole lines only."""
        size = self._file.stat().st_size
        if size == self._read:
            return
        with self._file.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                yield line
        if self._read > LARGE_BYTES and self._read == self._file.stat().st_size:
            os.truncate(self._file, 0)  # the simulator appends
            self._read = 0


def mistakes_in(file: Path) -> list[str]:
    """What is wrong with the answers in a file of the simulator, and with the requests that it took.

    For tests of the simulator itself, which ask on purpose what it has to refuse.
    """
    lines = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    found = {one: None for line in lines for one in _named(line, judge_exchange(line, refused_too=False))}
    return list(found)


def judge_exchange(line: Mapping[str, object], *, refused_too: bool = True) -> list[str]:
    """Both sides of one line of the simulator's file."""
    asked = Asked(method=str(line["method"]), target=str(line["target"]), body=str(line["body"]).encode())
    told = line["headers"]
    assert isinstance(told, dict)
    answered = Answered(status=int(str(line["status"])), headers=told, body=str(line["answer"]).encode())
    requests = contract().of_request(asked) if refused_too or answered.status < 400 else []
    return [*requests, *contract().of_answer(asked, answered)]


def _named(line: Mapping[str, object], mistakes: Sequence[str]) -> list[str]:
    return [f"{line['method']} {str(line['target'])[:200]}: {one}" for one in mistakes]


@contextmanager
def watching(folder: Path) -> Iterator[Watch]:
    """For the length of a test run."""
    file = folder / "exchanges.jsonl"
    file.touch()
    watch = Watch(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(file))
        patch.setattr(Http, "exchange", _seen(Http.exchange, watch))
        yield watch


_Exchange = Callable[[Http, Call, Callable[[float], BaseHTTPResponse]], Answer]


def _seen(exchange: _Exchange, watch: Watch) -> _Exchange:
    @wraps(exchange)
    def seen(self: Http, call: Call, opener: Callable[[float], BaseHTTPResponse]) -> Answer:
        if self._judge.__module__.startswith("connectors.hubspot"):
            watch.asked(Asked(method=call.method, target=parse_url(call.url).request_uri, body=call.body or b""))
        return exchange(self, call, opener)

    return seen
