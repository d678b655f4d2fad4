"""What callers of the open door are answered, and what they cannot do to us: real sockets, a real inbox."""

import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.hubspot.settings import Settings
from connectors.hubspot.webhooks import Webhooks
from domain.errors import StoreError
from domain.hint import Hint
from simulator.hubspot.courier import signature_v3
from store import inbox
from store.engine import Store
from tests.stores import empty_store
from tests.unit.web.test_health import HEALTHY
from web.listening import REQUEST_S
from web.metrics import Received, render
from web.webhooks import AT_ONCE, BODY_CAP_BYTES, Receiver, Reception

SECRET, PORTAL = "the-secret-of-the-app", "24600001"
PUBLIC = "https://hooks.acme.example"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Door:
    """A receiver that is up. `down`: the store takes nothing; writers wait until `hold` is set and then set `done`."""

    store: Store
    address: str = ""
    received: Received = field(default_factory=Received)
    account: str | None = PORTAL
    down: bool = False
    hold: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def keep(self, hints: list[Hint] | Any, now: datetime) -> int:
        self.hold.wait(20)
        if self.down:
            raise StoreError("The database cannot be written.")
        added = self.store.transact(lambda tx: inbox.add(tx, hints, now=now))
        self.done.set()
        return added

    def kept(self) -> int:
        with self.store.read() as tx:
            return sum(inbox.counts(tx).values())

    def post(self, body: bytes = b"", path: str = "/webhooks/marketing", **given: Any) -> int:
        """The status of a call; signed by the app's secret unless `headers` are given."""
        headers = given.pop("headers", None)
        if headers is None:
            headers = signed(body, path, **given)
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{self.address}{path}", data=body, headers=headers, timeout=20)
        assert answer.content == b"", "an answer says no more than its number"
        return answer.status_code

    def figures(self) -> str:
        return render(HEALTHY, self.received).decode()


def signed(
    body: bytes, path: str, *, secret: str = SECRET, age: timedelta = timedelta(), public: str = PUBLIC
) -> dict[str, str]:
    timestamp = str(int((NOW - age).timestamp() * 1000))
    signature = signature_v3("POST", f"{public}{path}", body, timestamp=timestamp, secret=secret)
    return {"X-HubSpot-Request-Timestamp": timestamp, "X-HubSpot-Signature-v3": signature}


def told(*numbers: int, portal: str = PORTAL) -> bytes:
    entries = [
        {
            "portalId": int(portal),
            "subscriptionType": "contact.propertyChange",
            "objectId": number,
            "propertyName": "jobtitle",
            "propertyValue": "VP",
            "occurredAt": int(NOW.timestamp() * 1000),
        }
        for number in numbers
    ]
    return json.dumps(entries).encode()


@contextmanager
def open_door(door: Door, **settings: Any) -> Iterator[Door]:
    given = Settings.model_validate({"access_token": "x", "webhook_secret": SECRET, **settings})
    reception = Reception(
        sources={"marketing": Webhooks("marketing", given, {"contacts"})},
        public_url=PUBLIC,
        account_of=lambda _: door.account,
        keep=door.keep,
        now=lambda: NOW,
    )
    receiver = Receiver(reception, door.received, host="127.0.0.1", port=0)
    door.address = f"http://127.0.0.1:{receiver.start()}"
    try:
        yield door
    finally:
        door.hold.set()
        receiver.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """For callers who are to leave nothing."""
    opened = Store.open(empty_store(tmp_path_factory.mktemp("refusing") / "leadloop.db"))
    with open_door(Door(store=opened)) as found:
        found.hold.set()
        yield found
        assert found.kept() == 0
    opened.dispose()


@pytest.fixture
def door(store: Store) -> Iterator[Door]:
    with open_door(Door(store=store)) as found:
        found.hold.set()
        yield found


def test_a_genuine_call_is_in_the_inbox_when_it_is_thanked(door: Door) -> None:
    assert door.post(told(1, 2, 3)) == 200
    assert door.kept() == 3


def test_the_configured_address_is_signed_for_and_not_the_host_that_a_caller_names(door: Door) -> None:
    body = told(1)
    evil = signed(body, "/webhooks/marketing", public="http://evil.example") | {"Host": "evil.example"}
    assert door.post(body, headers=evil) == 401
    honest = signed(body, "/webhooks/marketing") | {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert door.post(body, headers=honest) == 200


def test_a_query_is_part_of_what_is_signed(door: Door) -> None:
    assert door.post(told(1), "/webhooks/marketing?from=hubspot%2Feu") == 200
    assert door.post(told(2), "/webhooks/marketing?a", headers=signed(told(2), "/webhooks/marketing")) == 401
    assert door.kept() == 1


def forged() -> dict[str, dict[str, str]]:
    body, path = told(1), "/webhooks/marketing"
    genuine = signed(body, path)
    return {
        "no signature": {},
        "another secret": signed(body, path, secret="guessed"),
        "replayed after five minutes": signed(body, path, age=timedelta(seconds=301)),
        "an hour ahead": signed(body, path, age=timedelta(hours=-1)),
        "another body's": signed(told(2), path),
        "not ASCII": genuine | {"X-HubSpot-Signature-v3": "é" * 44},
        "version 1 only": {"X-HubSpot-Signature": "a" * 64, "X-HubSpot-Signature-Version": "v1"},
        "no time": {"X-HubSpot-Signature-v3": genuine["X-HubSpot-Signature-v3"]},
    }


@pytest.mark.parametrize("which", forged())
def test_a_forged_call_is_401_and_leaves_nothing(refusing: Door, which: str) -> None:
    headers = {name: value.encode("utf-8") for name, value in forged()[which].items()}
    assert refusing.post(told(1), headers=headers) == 401
    assert refusing.kept() == 0
    assert 'leadloop_webhook_calls_total{connection="marketing",status="401"}' in refusing.figures()


def test_a_call_replayed_within_five_minutes_has_one_effect(door: Door) -> None:
    assert [door.post(told(1)) for _ in range(3)] == [200, 200, 200]
    assert door.kept() == 1
    assert 'leadloop_webhook_hints_total{connection="marketing"} 1.0' in door.figures()


def test_of_another_portal_nothing_is_kept(door: Door) -> None:
    assert door.post(told(1, portal="999")) == 200
    assert door.kept() == 0


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_a_signed_body_that_makes_no_sense_is_400(refusing: Door, body: bytes) -> None:
    assert refusing.post(body) == 400


@pytest.mark.parametrize("path", ["/webhooks/nobody", "/webhooks", "/webhooks/", "/", "/docs", "/healthz", "/metrics"])
def test_nothing_else_is_there(refusing: Door, path: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        assert session.post(f"{refusing.address}{path}", data=b"x", timeout=10).status_code in {404, 405}
    assert 'connection="nobody"' not in refusing.figures()


def test_without_a_secret_every_call_is_503(store: Store) -> None:
    with open_door(Door(store=store), webhook_secret=None) as door:
        door.hold.set()
        assert door.post(told(1)) == 503
        assert door.post(told(1), headers={}) == 503


def test_before_the_account_is_known_every_call_is_503(store: Store) -> None:
    with open_door(Door(store=store, account=None)) as door:
        door.hold.set()
        assert door.post(told(1)) == 503


def test_while_the_store_is_down_every_call_is_503_and_the_next_one_is_kept(door: Door) -> None:
    door.down = True
    assert door.post(told(1)) == 503
    assert door.kept() == 0
    door.down = False
    assert door.post(told(1)) == 200
    assert door.kept() == 1


def test_one_byte_too_many_is_413_and_the_last_one_that_fits_is_read(door: Door) -> None:
    assert door.post(b"x" * (BODY_CAP_BYTES + 1)) == 413
    assert door.post(b"x" * BODY_CAP_BYTES) == 400


def talk(door: Door) -> socket.socket:
    host, port = door.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=15)


HEAD = b"POST /webhooks/marketing HTTP/1.1\r\nHost: x\r\n"


def test_a_hundred_megabytes_are_turned_away_before_they_are_read(door: Door) -> None:
    """Told in advance, and without a length: in both cases the memory that is held stays what it was."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with talk(door) as caller:
        caller.sendall(HEAD + b"Content-Length: 104857600\r\n\r\n")
        assert caller.recv(64).startswith(b"HTTP/1.1 413")
    with talk(door) as caller:
        caller.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        sent, megabyte = 0, b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        try:
            while sent < 100:
                caller.sendall(megabyte)
                sent += 1
        except OSError:
            pass
    assert sent < 100
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024


def test_callers_that_dawdle_are_sent_away_and_others_are_served_meanwhile(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty send the head a byte at a time, others stop in the body; both end in bounded time."""
    monkeypatch.setattr("web.listening.REQUEST_S", 0.5)
    monkeypatch.setattr("web.webhooks.ANSWER_S", 0.5)
    slow = [talk(door) for _ in range(30)]
    half = [talk(door) for _ in range(5)]
    try:
        for caller in slow:
            caller.sendall(b"POST /webh")
        for caller in half:
            caller.sendall(HEAD + b"Content-Length: 100\r\n\r\nhalf")
        assert door.post(told(1)) == 200
        began = time.monotonic()
        assert all(ended(caller) for caller in slow)
        assert {caller.recv(12) for caller in half} == {b"HTTP/1.1 408"}
        assert time.monotonic() - began < 10
    finally:
        for caller in slow + half:
            caller.close()


def ended(caller: socket.socket) -> bool:
    """Waits for the end of the connection, by whichever word for it the system has."""
    try:
        return caller.recv(1) == b""
    except ConnectionResetError:
        return True


def test_beyond_a_bounded_number_under_way_it_is_429_and_nothing_is_lost_of_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every writer hangs: those who wait fill the places, the rest is turned away at once, and then all is well.
    Nobody's patience ends meanwhile, however slow the machine: that is the next test's."""
    monkeypatch.setattr("web.webhooks.ANSWER_S", 60)
    with open_door(Door(store=store)) as door, ThreadPoolExecutor(3 * AT_ONCE) as crowd:
        bodies = [told(number + 1) for number in range(3 * AT_ONCE)]
        answers = [crowd.submit(door.post, body) for body in bodies]
        turned_away = list(islice(as_completed(answers, timeout=20), 2 * AT_ONCE))
        assert {each.result() for each in turned_away} == {429}
        door.hold.set()
        statuses = [each.result() for each in answers]
        assert sorted(set(statuses)) == [200, 429]
        assert statuses.count(200) == door.kept() == AT_ONCE
        assert door.post(told(1000)) == 200, "the places are free again"


def test_who_waits_too_long_for_the_store_is_told_503_and_the_hint_is_kept_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.webhooks.ANSWER_S", 0.2)
    with open_door(Door(store=store)) as door:
        assert door.post(told(1)) == 503
        door.hold.set()
        assert door.done.wait(20)
        assert door.kept() == 1


def test_ten_thousand_happenings_from_ten_callers_are_kept_once_each(door: Door) -> None:
    """On a machine that has no time a call is put off; the caller comes again, as HubSpot does."""

    def insist(body: bytes) -> None:
        while (status := door.post(body)) != 200:
            assert status in {429, 503}

    batches = [told(*range(start, start + 100)) for start in range(1, 10_001, 100)]
    with ThreadPoolExecutor(10) as callers:
        list(callers.map(insist, batches + batches[:20]))
    assert door.kept() == 10_000


def test_more_connections_than_there_is_room_for_are_closed_as_they_come(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.listening.CONNECTIONS", 5)
    crowd = [talk(door) for _ in range(5)]
    try:
        with talk(door) as late:
            late.settimeout(REQUEST_S / 2)  # long before it would be closed for dawdling
            assert ended(late)
    finally:
        for caller in crowd:
            caller.close()
