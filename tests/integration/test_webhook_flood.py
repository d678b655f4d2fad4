"""A pull goes on through a flood of webhooks, and who was thanked meanwhile is in the inbox (reliability F51)."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from pathlib import Path

import orjson
import pytest
import requests
from structlog.testing import capture_logs

from domain.values import RecordRef
from leadloop.receiving import receiver
from simulator.hubspot.courier import signature_v3
from store import connections, inbox, records
from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation, install
from tests.rig import SimulatorProcess
from web.metrics import Received
from web.webhooks import BODY_CAP_BYTES

PUBLIC, PATH, SECRET = "https://hooks.acme.example", "/webhooks/hubspot", "the-secret-of-the-app"
PEOPLE = [f"zora.{number}@hooli.example" for number in range(30)]
AT_ONCE, MOST_CALLS, PATIENCE_S = 100, 300, 60
"""Happenings in a call, as HubSpot sends them; calls by one caller at most; how long the flood may take to rise."""


@dataclass
class Flood:
    """Callers who do not wait: HubSpot itself, somebody without the secret, and somebody with far too much to say."""

    world: SimulatorProcess
    address: str
    ids: Sequence[str]
    portal: int
    happened: datetime
    """Each happening a millisecond before the one told last: no two are the same."""
    answered: Counter[int] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=count)
    over: threading.Event = field(default_factory=threading.Event)
    risen: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def genuine(self) -> int:
        with self.lock:
            told = list(islice(self.numbers, AT_ONCE))
        return self._post(
            [
                {
                    "portalId": self.portal,
                    "subscriptionType": "contact.propertyChange",
                    "objectId": int(self.ids[number % len(self.ids)]),
                    "propertyName": "jobtitle",
                    "propertyValue": "VP",
                    "occurredAt": int(self.happened.timestamp() * 1000) - number,
                }
                for number in told
            ]
        )

    def forged(self) -> int:
        return self._post([{"portalId": self.portal}], secret="a-guess")

    def endless(self) -> int:
        return self._send(b"x" * (BODY_CAP_BYTES + 1), {})

    def _post(self, told: object, *, secret: str = SECRET) -> int:
        body = orjson.dumps(told)
        timestamp = str(int(self.world.now().timestamp() * 1000))
        signature = signature_v3("POST", f"{PUBLIC}{PATH}", body, timestamp=timestamp, secret=secret)
        return self._send(
            body, {"X-HubSpot-Request-Timestamp": timestamp, "X-HubSpot-Signature-v3": signature, "Connection": "close"}
        )

    def _send(self, body: bytes, headers: dict[str, str]) -> int:
        with requests.Session() as session:
            session.trust_env = False
            try:
                return session.post(f"{self.address}{PATH}", data=body, headers=headers, timeout=20).status_code
            except requests.ConnectionError:
                return 413  # turned away before it had said everything

    def pour(self, call: Callable[[], int]) -> None:
        for _ in range(MOST_CALLS):
            if self.over.is_set():
                return
            status = call()
            with self.lock:
                self.answered[status] += 1
            if status == 200:
                self.risen.set()

    @contextmanager
    def pouring(self) -> Iterator[None]:
        kinds = (self.genuine, self.genuine, self.genuine, self.genuine, self.forged, self.endless)
        callers = [threading.Thread(target=self.pour, args=(kind,)) for kind in kinds]
        for caller in callers:
            caller.start()
        try:
            assert self.risen.wait(PATIENCE_S), self.answered
            yield
        finally:
            self.over.set()
            for caller in callers:
                caller.join()


@pytest.fixture
def polled(tmp_path: Path, world: SimulatorProcess) -> Iterator[Installation]:
    """Everybody was read once; webhooks are taken at a free port."""
    world.seed(users=USERS, contacts=[contact(email) for email in PEOPLE])
    made = install(tmp_path / "installation", world, more=f"webhooks: {{ public_url: {PUBLIC}, port: 0 }}\n")
    made.rewrite("leadloop.yaml", "    streams:", f"    webhook_secret: {SECRET}\n    streams:")
    made.run()
    yield made
    made.close()


def test_a_pull_during_a_flood_reads_everything_and_every_thanked_call_is_kept(
    polled: Installation, world: SimulatorProcess
) -> None:
    for email in PEOPLE:
        world.act("edit", system="hubspot", as_="marketer", id=email, jobtitle="Student")
    with polled.app.store.read() as tx:
        found = connections.get(tx, "hubspot")
    assert found is not None
    ids = [row["id"] for row in world.objects("contacts", system="hubspot")]
    door = receiver(polled.app, Received())
    assert door is not None
    flood = Flood(world, f"http://127.0.0.1:{door.start()}", ids, int(found.account_id or 0), world.now())
    world.time(advance_s=HALF_HOUR_S)
    with capture_logs() as logged, flood.pouring():
        begun = flood.answered[200]
        run = polled.run()
        thanked_meanwhile = flood.answered[200] - begun
    door.stop()
    assert run.failures == ()
    assert thanked_meanwhile > 0, "the flood outlasted the pull"
    assert set(flood.answered) <= {200, 401, 413, 429, 503}
    assert flood.answered[401] > 1
    assert flood.answered[413] > 0
    refusals = [line for line in logged if line["event"] == "webhook_turned_away" and "signature" in line["reason"]]
    assert len(refusals) == 1, "all are counted, and an hour's are told once"
    with polled.app.store.read() as tx:
        kept = inbox.counts(tx)["hubspot"]
        read = records.get(tx, [RecordRef(connection="hubspot", object="contacts", id=each) for each in ids])
    assert [record.values["jobtitle"] for record in read.values()] == ["Student"] * len(PEOPLE)
    assert AT_ONCE * flood.answered[200] <= kept <= AT_ONCE * (flood.answered[200] + flood.answered[503])
