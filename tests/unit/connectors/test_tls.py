"""What fails before a request is out: the name, the line, the handshake; and a certificate that proves nothing."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
import urllib3
from urllib3.response import BaseHTTPResponse

from connectors.http import Call, Http, trouble
from connectors.pacing import Pacing
from connectors.testing import failure_of
from connectors.wire import Opener, plain_session, pool_manager
from domain.errors import CredentialsError, TransientError
from tests.certificates import authority, server_context
from tests.rig import FastWall, FixedClock, KeptWire, surroundings
from tests.unit.connectors.test_http import NOW

CONNECT_S = 0.3
Way = Callable[[Call, Path | None], Opener]
Greeting = Callable[[socket.socket], None]


def by_requests(call: Call, ca_file: Path | None) -> Opener:
    session = plain_session(ca_file=str(ca_file) if ca_file else None)

    def opener(read_timeout_s: float) -> BaseHTTPResponse:
        answer: BaseHTTPResponse = session.request(
            call.method, call.url, stream=True, allow_redirects=False, timeout=(CONNECT_S, read_timeout_s)
        ).raw
        return answer

    return opener


def by_urllib3(call: Call, ca_file: Path | None) -> Opener:
    manager = pool_manager(ca_file=str(ca_file) if ca_file else None)

    def opener(read_timeout_s: float) -> BaseHTTPResponse:
        patience = urllib3.Timeout(connect=CONNECT_S, read=read_timeout_s)
        return manager.request(call.method, call.url, preload_content=False, redirect=False, timeout=patience)

    return opener


each_way = pytest.mark.parametrize("by", [by_requests, by_urllib3])


@contextmanager
def listening(greet: Greeting) -> Iterator[str]:
    """An https address where everybody is met so."""
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            with suppress(OSError):
                line, _ = listener.accept()
                with line:
                    greet(line)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def creation(by: Way, address: str, *, ca_file: Path | None = None) -> tuple[Exception, KeptWire]:
    """What becomes of a call that must not be sent twice."""
    fast, wire, call = FastWall(), KeptWire(), Call(method="POST", url=address)
    around = surroundings("crm", FixedClock(NOW), wire=wire)
    http = Http(around, Pacing({}, fast.wall), judge=trouble, wall=fast.wall)
    return failure_of(Exception, lambda: http.exchange(call, by(call, ca_file))), wire


@each_way
def test_a_name_that_leads_nowhere_was_not_sent_to(by: Way) -> None:
    error, wire = creation(by, "https://nowhere.invalid")
    assert isinstance(error, TransientError)
    assert not error.sent
    assert "nowhere.invalid" in str(error)
    assert len(wire.exchanges) == 4


def answer_in_plain_text(line: socket.socket) -> None:
    line.recv(65_536)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def reset(line: socket.socket) -> None:
    line.recv(65_536)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(line: socket.socket) -> None:
    line.recv(65_536)


def say_nothing(line: socket.socket) -> None:
    while line.recv(65_536):
        pass


@each_way
@pytest.mark.parametrize("greet", [answer_in_plain_text, reset, hang_up, say_nothing])
def test_a_handshake_that_fails_leaves_a_creation_unsent_and_it_is_tried_again(by: Way, greet: Greeting) -> None:
    with listening(greet) as address:
        error, wire = creation(by, address)
    assert isinstance(error, TransientError)
    assert not error.sent
    assert len(wire.exchanges) == 4


@each_way
@pytest.mark.parametrize("which", ["nobody's", "expired", "another host's"])
def test_a_certificate_that_proves_nothing_is_fatal_and_not_a_byte_is_sent(by: Way, which: str, tmp_path: Path) -> None:
    shown = server_context(
        tmp_path, host="another.example" if which == "another host's" else "127.0.0.1", expired=which == "expired"
    )
    heard: SimpleQueue[bytes] = SimpleQueue()

    def greet(line: socket.socket) -> None:
        with shown.wrap_socket(line, server_side=True) as safe:
            heard.put(safe.recv(65_536))

    with listening(greet) as address:
        error, wire = creation(by, address, ca_file=None if which == "nobody's" else authority(tmp_path))
    assert isinstance(error, CredentialsError)
    assert "certificate cannot be trusted" in str(error)
    assert len(wire.exchanges) == 1
    with pytest.raises(Empty):
        heard.get_nowait()


@each_way
def test_what_breaks_after_the_handshake_may_have_been_sent(by: Way, tmp_path: Path) -> None:
    shown = server_context(tmp_path)

    def greet(line: socket.socket) -> None:
        with shown.wrap_socket(line, server_side=True) as safe:
            safe.recv(65_536)

    with listening(greet) as address:
        error, _ = creation(by, address, ca_file=authority(tmp_path))
    assert isinstance(error, TransientError)
    assert error.sent
