"""Carries happenings to the app's address: signed, up to a hundred a call, ten calls at once, ten times again.

Duplicates, lateness and loss are drawn from the seed and the number of the happening, so that the same seed
plays the same trick whatever the timing.
"""

import base64
import hashlib
import hmac
import random
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import orjson
import urllib3

Json = dict[str, Any]

AT_ONCE, CALLS_AT_ONCE, RETRIES = 100, 10, 10
ANSWER_S = 5.0
LOOK_S = 0.02
KEPT = 1_000
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One happening on its way; `due_ms` is simulated time."""

    told: Json
    due_ms: int
    attempt: int = 0


class Courier:
    """A thread of its own from the first happening on; `settings` are read anew for every call."""

    def __init__(self, settings: Callable[[], Mapping[str, Any]]) -> None:
        self._settings = settings
        self.now_ms: Callable[[], int] = lambda: 0
        self._waiting: list[Parcel] = []
        self._under_way = 0
        self._done: deque[Json] = deque(maxlen=KEPT)
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._calls = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="webhooks")
        self._web = urllib3.PoolManager(maxsize=CALLS_AT_ONCE, retries=False)

    def take(self, told: Json, *, number: int) -> None:
        """Carry it soon: twice, late or never, as the settings have it."""
        settings, now_ms = self._settings(), self.now_ms()
        draw = random.Random(f"{settings['seed']}:{number}")
        lost, late, twice = (
            draw.uniform(0, 100) < settings[name] for name in ("lost_percent", "late_percent", "duplicates_percent")
        )
        if lost:
            return
        hold_ms = round(draw.uniform(0, 1000 * settings["late_s"]))
        parcel = Parcel(told=told, due_ms=now_ms + (hold_ms if late else 0))
        with self._change:
            self._waiting += [parcel, replace(parcel, due_ms=now_ms + hold_ms)] if twice else [parcel]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
                self._thread.start()
            self._change.notify()

    def shown(self) -> list[Json]:
        """The last deliveries, oldest first, and behind them how many happenings are still on their way."""
        with self._change:
            return [*self._done, {"waiting": len(self._waiting) + self._under_way}]

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting)
                parcels = self._take_due()
            for start in range(0, len(parcels), AT_ONCE):
                self._calls.submit(self._deliver, parcels[start : start + AT_ONCE])
            # A little later there may be more for the same call, and a retry becomes due without anybody telling.
            threading.Event().wait(LOOK_S)

    def _take_due(self) -> list[Parcel]:
        """Those of one attempt, so that a call has one number for it."""
        now_ms = self.now_ms()
        due = [each for each in self._waiting if each.due_ms <= now_ms]
        due = [each for each in due if each.attempt == due[0].attempt]
        kept = {id(each) for each in due}
        self._waiting = [each for each in self._waiting if id(each) not in kept]
        self._under_way += len(due)
        return due

    def _deliver(self, parcels: Sequence[Parcel]) -> None:
        settings, begun_ms = self._settings(), self.now_ms()
        body = orjson.dumps([{**each.told, "attemptNumber": each.attempt} for each in parcels])
        status = self._call(settings, body) if settings["url"] else 0
        wait_ms = round(1000 * settings["retry_s"] * 2 ** parcels[0].attempt)
        again = [replace(each, attempt=each.attempt + 1, due_ms=begun_ms + wait_ms) for each in parcels]
        with self._change:
            self._under_way -= len(parcels)
            self._done.append(
                {"status": status, "attempt": parcels[0].attempt, "events": [each.told for each in parcels]}
            )
            if not 200 <= status < 300 and parcels[0].attempt < RETRIES and settings["url"]:
                self._waiting += again
                self._change.notify()

    def _call(self, settings: Mapping[str, Any], body: bytes) -> int:
        """The status of the answer; 0 when none came in time."""
        url, secret, timestamp = str(settings["url"]), str(settings["secret"]), str(self.now_ms())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) - WebHooks",
            "X-HubSpot-Request-Timestamp": timestamp,
            "X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest(),
            "X-HubSpot-Signature-Version": "v1",
            "X-HubSpot-Signature-v3": signature_v3("POST", url, body, timestamp=timestamp, secret=secret),
        }
        try:
            address = settings["via"] or url
            answer = self._web.request("POST", address, body=body, headers=headers, timeout=ANSWER_S, redirect=False)
        except urllib3.exceptions.HTTPError:
            return 0
        return answer.status


def signature_v3(method: str, url: str, body: bytes, *, timestamp: str, secret: str) -> str:
    """Base64 of HMAC-SHA256 over method, address with some signs decoded, raw body and time (facts 4)."""
    address = re.sub("|".join(_DECODED), lambda found: _DECODED[found.group().upper()], url, flags=re.IGNORECASE)
    said = f"{method}{address}".encode() + body + timestamp.encode()
    return base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()
