"""The policy of every call, over real sockets."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from urllib3.response import BaseHTTPResponse

from connectors.contract import Lane
from connectors.http import Answer, Call, Http, Reset, may_send_again, retry_after, trouble
from connectors.pacing import LONGER, Limit, Pacing
from connectors.testing import failure_of
from connectors.wire import Opener, plain_session, pool_manager
from domain.errors import ContractError, LeadloopError, RateLimitedError, TransientError
from tests.rig import CountedBudget, FastWall, FixedClock, KeptWire, Reply, stub_server, surroundings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
SLOW = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000


class Bench:
    """An `Http` with everything around it in sight."""

    def __init__(
        self,
        judge: Callable[[Answer], LeadloopError | None] = trouble,
        limits: Mapping[str, Limit] | None = None,
        reset: Reset | None = None,
    ) -> None:
        self.budget, self.wire, self.fast = CountedBudget(), KeptWire(), FastWall()
        self.pacing = Pacing(limits or {}, self.fast.wall)
        around = surroundings("crm", FixedClock(NOW), budget=self.budget, wire=self.wire, lane=Lane.HANDOFF)
        wall = self.fast.wall
        self.http = Http(around, self.pacing, judge=judge, usage=lambda _: (7, 100), reset=reset, wall=wall)

    def get(self, url: str, **more: object) -> Answer:
        call = replace(Call(method="GET", url=url, idempotent=True), **more)  # type: ignore[arg-type]  # keywords of Call
        return self.http.exchange(call, by_requests(call))


def by_requests(call: Call) -> Opener:
    session = plain_session()

    def opener(read_timeout_s: float) -> BaseHTTPResponse:
        answer: BaseHTTPResponse = session.request(
            call.method, call.url, data=call.body, stream=True, allow_redirects=False, timeout=(5, read_timeout_s)
        ).raw
        return answer

    return opener


def by_urllib3(call: Call) -> Opener:
    manager = pool_manager()
    return lambda read_timeout_s: manager.request(
        call.method, call.url, body=call.body, preload_content=False, redirect=False, timeout=read_timeout_s
    )


class Script:
    """Answers from a list, in turn; the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, str]] = []

    def __call__(self, method: str, path: str, _: bytes) -> Reply:
        self.asked.append((method, path))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


OK: Reply = (200, JSON, b'{"ok":true}')


@contextmanager
def raw_server(chunks: Iterator[bytes], pause_s: float) -> Iterator[str]:
    """Sends the chunks with a pause after each, whatever it is asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            line, _ = listener.accept()
            with line:
                line.recv(65_536)
                for chunk in chunks:
                    line.sendall(chunk)
                    if over.wait(pause_s):
                        return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()
        thread.join(5)


def test_an_answer_is_paid_for_logged_and_hinted() -> None:
    bench = Bench()
    with stub_server(Script(OK)) as address:
        answer = bench.get(f"{address}/rows?email=ann@a.example")
    assert (answer.status, answer.json()) == (200, {"ok": True})
    assert bench.budget.spent == {Lane.HANDOFF: 1}
    assert bench.budget.hints == [(7, 100)]
    (kept,) = bench.wire.exchanges
    assert (kept.method, kept.path, kept.status, kept.started_at) == ("GET", "/rows", 200, NOW)


def test_a_call_that_costs_nothing_is_not_booked() -> None:
    bench = Bench()
    with stub_server(Script(OK)) as address:
        bench.get(address, calls=0)
    assert bench.budget.spent == {}


@pytest.mark.parametrize("status", [406, 408, 420, 500, 502, 503, 504])
def test_a_read_is_sent_again_after_trouble(status: int) -> None:
    bench, script = Bench(), Script((status, {"Content-Type": "text/html"}, b"<html>\xff</html>"), OK)
    with stub_server(script) as address:
        assert bench.get(address).ok
    assert len(script.asked) == 2
    assert bench.budget.spent == {Lane.HANDOFF: 2}
    assert [exchange.status for exchange in bench.wire.exchanges] == [status, 200]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_may_have_had_an_effect_is_never_sent_again(status: int) -> None:
    bench, script = Bench(), Script((status, JSON, b"{}"), OK)
    with stub_server(script) as address:
        error = failure_of(TransientError, lambda: bench.get(address, method="POST", idempotent=False))
    assert error.sent
    assert script.asked == [("POST", "/")]


def test_a_refusal_for_its_rate_had_no_effect_and_waits_as_told() -> None:
    bench, script = Bench(), Script((429, JSON | {"Retry-After": "7"}, b"{}"), OK)
    with stub_server(script) as address:
        assert bench.get(address, method="POST", idempotent=False).ok
    assert len(script.asked) == 2
    assert sum(bench.fast.slept) >= 7


def test_a_rate_limit_told_to_one_thread_holds_all_of_them() -> None:
    bench, script = Bench(judge=lambda answer: trouble(answer, retry_after_s=20)), Script((429, JSON, b"{}"))
    with stub_server(script) as address:
        error = failure_of(RateLimitedError, lambda: bench.get(address, deadline_s=10))
    assert error.retry_after_s == 20
    assert bench.fast.slept == []
    assert bench.pacing.wait("all") == pytest.approx(20, abs=1)


def test_what_is_longer_than_a_thread_should_sleep_is_a_rest_for_all_of_them() -> None:
    """Nothing is sent, nothing is paid for, and nobody waits in a thread."""
    bench, script = Bench(judge=lambda answer: trouble(answer, retry_after_s=90)), Script((429, JSON, b"{}"))
    with stub_server(script) as address:
        first = failure_of(RateLimitedError, lambda: bench.get(address))
        other = failure_of(RateLimitedError, lambda: bench.get(address, bucket="search"))
    assert [(error.retry_after_s, error.daily) for error in (first, other)] == [(90, False), (90, False)]
    assert (len(script.asked), bench.budget.spent[Lane.HANDOFF], bench.fast.slept) == (1, 1, [])


def test_a_full_day_whose_end_is_known_is_a_rest_until_then() -> None:
    full = RateLimitedError("the day is full", retry_after_s=1800, daily=True)
    bench, script = Bench(judge=lambda _: full, reset=lambda: NOW + timedelta(hours=3)), Script(OK)
    with stub_server(script) as address:
        told = [failure_of(RateLimitedError, lambda: bench.get(address)) for _ in range(2)]
    assert [(error.retry_after_s, error.daily) for error in told] == [(10_800, True), (10_800, True)]
    assert (len(script.asked), bench.budget.resets) == (1, [NOW + timedelta(hours=3)])


def test_a_full_day_is_not_waited_for() -> None:
    full = RateLimitedError("the day is full", retry_after_s=1, daily=True)
    bench, script = Bench(judge=lambda _: full), Script(OK)
    with stub_server(script) as address:
        assert failure_of(RateLimitedError, lambda: bench.get(address)) is full
    assert len(script.asked) == 1


def test_retries_end() -> None:
    bench, script = Bench(), Script((503, JSON, b"{}"))
    with stub_server(script) as address:
        failure_of(TransientError, lambda: bench.get(address))
    assert len(script.asked) == 4


def test_a_refused_connection_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    bench = Bench()
    error = failure_of(TransientError, lambda: bench.get(f"http://127.0.0.1:{port}", method="POST", idempotent=False))
    assert not error.sent
    assert str(error) == "no connection to 127.0.0.1 could be made (ConnectionRefusedError)"
    assert len(bench.wire.exchanges) == 4


@pytest.mark.parametrize("by", [by_requests, by_urllib3])
def test_a_dropped_connection_may_have_been_sent(by: Callable[[Call], Opener]) -> None:
    with raw_server(iter([b""]), 0) as address:
        call = Call(method="POST", url=address)
        assert failure_of(TransientError, lambda: Bench().http.exchange(call, by(call))).sent


@pytest.mark.parametrize("by", [by_requests, by_urllib3])
@pytest.mark.parametrize("start", [0, 75], ids=["from the status line on", "from the body on"])
def test_a_byte_at_a_time_ends_at_the_total_deadline(by: Callable[[Call], Opener], start: int) -> None:
    drip = iter([SLOW[:start], *(SLOW[place : place + 1] for place in range(start, len(SLOW)))])
    with raw_server(drip, 0.02) as address:
        call = Call(method="GET", url=address, deadline_s=0.3)
        bench = Bench()
        assert failure_of(TransientError, lambda: bench.http.exchange(call, by(call))).sent
    assert bench.wire.exchanges[0].seconds < 2


def test_a_truncated_body_is_transient() -> None:
    with raw_server(iter([SLOW[:500]]), 0) as address:
        failure_of(TransientError, lambda: Bench().get(address, idempotent=False))


@pytest.mark.parametrize("by", [by_requests, by_urllib3])
@pytest.mark.parametrize("cut", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"], ids=["between", "within"])
def test_an_answer_cut_in_its_headers_is_none(by: Callable[[Call], Opener], cut: bytes) -> None:
    with raw_server(iter([cut]), 0) as address:
        call = Call(method="POST", url=address)
        assert failure_of(TransientError, lambda: Bench().http.exchange(call, by(call))).sent


def test_a_body_above_the_cap_is_cut_off() -> None:
    with stub_server(Script((200, JSON, b"[" + b"1," * 5_000 + b"1]"))) as address:
        failure_of(ContractError, lambda: Bench().get(address, cap_bytes=1_000))
        assert len(Bench().get(address, cap_bytes=20_000).body) == 10_003


def test_a_bomb_is_measured_unpacked() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with stub_server(Script((200, JSON | {"Content-Encoding": "gzip"}, bomb))) as address:
        failure_of(ContractError, lambda: Bench().get(address))


def test_a_redirect_is_not_followed() -> None:
    script = Script((302, {"Location": "http://127.0.0.1:1/elsewhere"}, b""))
    with stub_server(script) as address:
        assert Bench().get(address).status == 302
    assert len(script.asked) == 1


def test_a_netrc_does_not_replace_our_token(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    prepared = plain_session().prepare_request(
        requests.Request("GET", "http://127.0.0.1/", headers={"Authorization": "Bearer ours"})
    )
    assert prepared.headers["Authorization"] == "Bearer ours"


def test_time_spent_waiting_for_our_own_pace_is_not_the_calls() -> None:
    bench = Bench(limits={"all": Limit(sends=1, window_s=100)})
    with stub_server(Script(OK)) as address:
        assert bench.get(address).ok
        assert bench.get(address).ok
    assert sum(bench.fast.slept) == pytest.approx(100 * LONGER, abs=1)


def test_the_log_keeps_no_secret_and_no_address() -> None:
    bench = Bench()
    body = b'{"access_token":"s3cret","email":"ann@a.example","id":"00Q1","records":[{"LastName":"Ann"}]}'
    with stub_server(Script((200, JSON, body))) as address:
        bench.get(f"{address}/people/ann@a.example", method="POST", body=b'{"password":"s3cret"}')
    text = bench.wire.text()
    assert "00Q1" in text
    assert not [word for word in ("s3cret", "ann@a.example", "Ann") if word in text]


@pytest.mark.parametrize(
    ("error", "idempotent", "expected"),
    [
        (TransientError("x", sent=False), False, True),
        (TransientError("x", sent=True), False, False),
        (TransientError("x", sent=True), True, True),
        (RateLimitedError("x", retry_after_s=20), False, True),
        (RateLimitedError("x", retry_after_s=21), True, False),
        (RateLimitedError("x", retry_after_s=1, daily=True), True, False),
        (ContractError("x"), True, False),
    ],
)
def test_only_what_cannot_harm_is_sent_again(error: Exception, idempotent: bool, expected: bool) -> None:
    assert may_send_again(error, idempotent=idempotent) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("Sun, 22 Nov", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        ("1e300", 86_400.0),
    ],
)
def test_retry_after_is_read_as_seconds(header: str, expected: float | None) -> None:
    assert retry_after(Answer(status=429, headers={"retry-after": header}, body=b"")) == expected
