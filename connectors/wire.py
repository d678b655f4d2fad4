"""The bytes of one answer, within a total deadline and a size; what broke becomes an error of ours.

A read time-out alone is no protection: a byte per second resets it for ever. So the socket itself
asks the deadline before each read, headers included. Both SDKs end in urllib3, which is where this sits.
"""

import http.client
import io
import json
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.response import BaseHTTPResponse

from connectors.pacing import Wall
from domain.errors import ContractError, CredentialsError, TransientError

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
CHUNK_BYTES = 65_536


class Deadline:
    """A moment on the wall clock by which everything has to be over."""

    def __init__(self, wall: Wall, seconds: float) -> None:
        self._wall = wall
        self._at = wall.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; negative when it has passed."""
        return self._at - self._wall.monotonic()

    def extend(self, seconds: float) -> None:
        """Put it off: time spent waiting for our own pacing does not count."""
        self._at += seconds


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The decoded body. TransientError for a gateway's page and for what may have been cut off.

        A whole answer that calls itself JSON and is none will be none next time: ContractError.
        """
        try:
            return self.value
        except ValueError as error:
            if self.ok and self._is_whole and "json" in self.headers.get("content-type", ""):
                raise ContractError(f"the answer (HTTP {self.status}) calls itself JSON and cannot be read") from error
            raise TransientError(f"the answer (HTTP {self.status}) is not JSON") from error

    @cached_property
    def value(self) -> Any:
        """The decoded body, decoded once for whoever asks; ValueError when it is no JSON."""
        return decoded(self.body)

    @property
    def _is_whole(self) -> bool:
        """Whether its end was told: urllib3 has then refused what was shorter."""
        return "content-length" in self.headers or "transfer-encoding" in self.headers


def decoded(body: bytes) -> Any:
    """The value of a JSON text; ValueError for what is none. Half of a cut emoji becomes U+FFFD.

    orjson refuses half a surrogate pair, which vendors pass on from whoever cut a text in its middle.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            text = json.dumps(json.loads(body), ensure_ascii=False)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return orjson.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


Opener = Callable[[float], BaseHTTPResponse]
"""Sends one request with the read time-out given and returns the answer unread (`preload_content=False`)."""


def receive(opener: Opener, *, deadline: Deadline, cap_bytes: int) -> Answer:
    """Send and read one answer; TransientError says whether the request may have arrived."""
    if deadline.left() <= 0:
        raise TransientError("the total time for this call was used up before it was sent", sent=False)
    token = _deadline.set(deadline)
    try:
        with _named_failures():
            response = opener(min(READ_TIMEOUT_S, deadline.left()))
            body = _read(response, cap_bytes)
            return Answer(
                status=response.status, headers={k.lower(): v for k, v in response.headers.items()}, body=body
            )
    finally:
        _deadline.reset(token)


def _read(response: BaseHTTPResponse, cap_bytes: int) -> bytes:
    whole = False
    chunks, size = [], 0
    try:
        for chunk in response.stream(CHUNK_BYTES, decode_content=True):
            size += len(chunk)
            if size > cap_bytes:
                raise ContractError(f"the answer is larger than {cap_bytes:,} bytes")
            chunks.append(chunk)
        whole = True
        return b"".join(chunks)
    finally:
        if whole:
            response.release_conn()
        else:
            response.close()


_UNSENT = (
    NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
)


@contextmanager
def _named_failures() -> Iterator[None]:
    """Turn what requests, urllib3 and the socket raise into errors named by what happens next."""
    try:
        yield
    except (
        requests.exceptions.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
        http.client.HTTPException,
    ) as e:
        causes = list(_causes(e))
        name = type(causes[-1]).__name__
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            raise CredentialsError(
                f"the system's TLS certificate cannot be trusted ({name}). Check the address; "
                "for a private authority set ca_file"
            ) from e
        if any(isinstance(cause, _UNSENT) for cause in causes):
            raise TransientError(f"no connection{_to(causes)} could be made ({name})", sent=False) from e
        raise TransientError(f"the connection broke before the whole answer came ({name})") from e


def _to(causes: Iterable[BaseException]) -> str:
    """The host, where one of these tells."""
    for cause in causes:
        if isinstance(cause, NewConnectionError):
            return f" to {cause.conn.host}"
        if isinstance(cause, urllib3.exceptions.MaxRetryError):
            return f" to {cause.pool.host}"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it wraps, in the three ways in which these libraries wrap."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class _TimedReader(io.RawIOBase):
    """A socket's bytes, as long as the deadline lasts."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline
        self._timeout_s = sock.gettimeout() or READ_TIMEOUT_S

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline.left()
        if left <= 0:
            raise TimeoutError("the total deadline has passed")
        self._sock.settimeout(min(left, self._timeout_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedFile(io.BufferedReader):
    """Says so when the line ends within the headers: http.client would take what came for all of them."""

    in_head = True

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if self.in_head and not line:
            raise http.client.RemoteDisconnected("the answer was cut off in its headers")
        return line


class _TimedSocket:
    """All that http.client's response wants of a socket."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002  # http.client's call
        return _TimedFile(_TimedReader(self._sock, self._deadline), CHUNK_BYTES)


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        deadline = _deadline.get()
        timed: Any = sock if deadline is None else _TimedSocket(sock, deadline)
        super().__init__(timed, *args, **kwargs)

    def begin(self) -> None:
        file: Any = self.fp
        super().begin()
        if isinstance(file, _TimedFile):
            file.in_head = False


class _HTTP(HTTPConnection):
    response_class = _Response


class _HTTPS(HTTPSConnection):
    response_class = _Response

    def connect(self) -> None:
        """Name, line and handshake: urllib3 says of the last alone that the call broke, and nothing is out yet."""
        try:
            super().connect()
        except NewConnectionError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise NewConnectionError(self, "the connection could not be made") from error


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


def pool_manager(*, ca_file: str | None = None, connections: int = 4) -> urllib3.PoolManager:
    """For an SDK that stands on urllib3: no retries, no redirects, deadlines on every socket."""
    manager = urllib3.PoolManager(
        maxsize=connections,
        retries=urllib3.Retry(0, redirect=0, read=False),
        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
        cert_reqs=ssl.CERT_REQUIRED,
        ca_certs=ca_file,
    )
    manager.pool_classes_by_scheme = _POOLS
    return manager


class PacedAdapter(HTTPAdapter):
    """For an SDK that stands on requests: default time-outs, no retries, deadlines on every socket.

    `plain` is a loopback origin (`http://127.0.0.1:8911`) that the SDK insists on calling https.
    """

    def __init__(self, *, plain: str | None = None, connections: int = 4) -> None:
        self._plain = plain
        super().__init__(pool_maxsize=connections, max_retries=urllib3.Retry(0, redirect=0, read=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self._plain and request.url:
            request.url = self._plain + request.url.removeprefix(self._plain.replace("http://", "https://", 1))
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
        return super().send(request, *args, **kwargs)


def plain_session(*, ca_file: str | None = None, proxy: str | None = None) -> requests.Session:
    """A requests session that takes nothing from the surroundings: a .netrc would replace our token."""
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_file or True
    session.proxies = {"https": proxy} if proxy else {}
    session.mount("https://", PacedAdapter())
    session.mount("http://", PacedAdapter())
    return session
