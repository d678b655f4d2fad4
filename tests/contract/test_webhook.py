"""A plain webhook against a real HTTP receiver."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.webhook.connector import SIGNATURE, Webhook
from connectors.webhook.settings import Settings
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import CredentialsError, RateLimitedError, TransientError
from tests.rig import FastWall, FixedClock, KeptWire, surroundings
from tests.unit.sync.looping import NOON

SECRET = "sixteen letters!!"


@dataclass
class Desk:
    """Answers with `statuses` one after the other, then 200; None: hangs up after it has read."""

    statuses: list[int | None] = field(default_factory=list)
    calls: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    retry_after: str = "90"


@contextmanager
def receiver(desk: Desk) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            desk.calls.append((dict(self.headers.items()), body))
            status = desk.statuses.pop(0) if desk.statuses else 200
            if status is None:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Retry-After", desk.retry_after)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"no")

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/in/t0ken?key=s3cret"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def webhook(url: str, *, wire: KeptWire | None = None, **more: Any) -> Webhook:
    settings = Settings.model_validate({"url": url, **more})
    return Webhook(settings, surroundings("hook", FixedClock(NOON), wire=wire), wall=FastWall().wall)


NOTICE = Change(
    key="k1",
    kind=ChangeKind.CREATE,
    object="message",
    values={"to": "fay@acme.example", "text": "Ana Ruiz waits", "kind": "reminder", "urgent": True},
    unique="key",
)


def sent(url: str, **more: Any) -> Receipt:
    (receipt,) = webhook(url, **more).write([NOTICE])
    return receipt


def test_a_notice_arrives_as_json_with_its_key() -> None:
    desk = Desk()
    with receiver(desk) as url:
        assert sent(url) == Receipt(key="k1", outcome=ReceiptOutcome.APPLIED)
    ((headers, body),) = desk.calls
    assert (headers["Idempotency-Key"], SIGNATURE in headers) == ("k1", False)
    assert json.loads(body) == {"id": "k1", "object": "message", **NOTICE.values}


def test_a_page_is_a_part_of_the_body_and_no_text_in_it() -> None:
    desk = Desk()
    with receiver(desk) as url:
        told = replace(NOTICE, values={**NOTICE.values, "page": '{"report":"week","parts":[]}'})
        list(webhook(url).write([told]))
    ((_, body),) = desk.calls
    assert json.loads(body)["page"] == {"report": "week", "parts": []}


def test_a_secret_signs_the_moment_and_the_body() -> None:
    desk = Desk()
    with receiver(desk) as url:
        sent(url, secret=SECRET)
    ((headers, body),) = desk.calls
    at = str(int(NOON.timestamp()))
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers[SIGNATURE] == f"t={at},v1={expected}"


def test_a_repeat_after_a_lost_answer_has_the_same_key_and_body() -> None:
    desk = Desk(statuses=[None])
    with receiver(desk) as url:
        assert sent(url).outcome is ReceiptOutcome.APPLIED
    first, second = desk.calls
    assert (first[0]["Idempotency-Key"], first[1]) == (second[0]["Idempotency-Key"], second[1])


@pytest.mark.parametrize("status", [400, 404, 409, 410])
def test_a_refusal_is_told_with_its_number_and_parks_the_notice(status: int) -> None:
    desk = Desk(statuses=[status])
    with receiver(desk) as url:
        refused = sent(url)
    assert (refused.outcome, refused.code, refused.retryable) == (ReceiptOutcome.REFUSED, f"HTTP_{status}", False)
    assert len(desk.calls) == 1


def test_a_redirect_is_not_followed() -> None:
    desk = Desk(statuses=[307])
    with receiver(desk) as url:
        assert sent(url).code == "HTTP_307"


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, CredentialsError), (403, CredentialsError), (429, RateLimitedError), (503, TransientError)],
)
def test_a_receiver_in_trouble_is_named_by_what_happens_next(status: int, error: type[Exception]) -> None:
    desk = Desk(statuses=[status] * 9)
    with receiver(desk) as url, pytest.raises(error):
        sent(url)


def test_a_receiver_that_is_away_has_taken_nothing() -> None:
    with receiver(Desk()) as url:
        connector = webhook(url)
    with pytest.raises(TransientError) as raised:
        list(connector.write([NOTICE]))
    assert not raised.value.sent


def test_neither_the_address_nor_what_is_said_is_logged() -> None:
    wire = KeptWire()
    with receiver(Desk()) as url:
        sent(url, wire=wire, secret=SECRET)
        told = wire.text() + repr(Settings.model_validate({"url": url, "secret": SECRET})) + repr(webhook(url))
    for secret in ("t0ken", "s3cret", SECRET, "Ana", "fay@acme.example"):
        assert secret not in told


@pytest.mark.parametrize(
    "given",
    [{"url": "http://hooks.acme.example/x"}, {"url": "nowhere"}, {"url": "https://u:p@hooks.acme.example/"},
     {"url": "https://hooks.acme.example/x", "secret": "short"}],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(given)
