"""Posts notices as JSON to one address.

The same notice has the same Idempotency-Key, so a receiver that heeds it acts once however often it is told.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel
from urllib3 import Timeout
from urllib3.response import BaseHTTPResponse

from connectors.abilities import Carries
from connectors.contract import Surroundings
from connectors.http import SYSTEM_WALL, Answer, Call, http_for, trouble
from connectors.pacing import Limit, Wall
from connectors.webhook.settings import Settings
from connectors.wire import CONNECT_TIMEOUT_S, pool_manager
from domain.change import Change, Receipt, ReceiptOutcome
from domain.errors import CredentialsError, LeadloopError, SettingsError
from domain.record import AccountInfo
from domain.values import Value

SIGNATURE = "X-Leadloop-Signature"
BUCKET = "all"
SHOWN_CHARS = 200


class Webhook:
    """A receiver of notices."""

    repeatable = True
    carries = Carries.DATA

    def __init__(self, settings: BaseModel, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        if not isinstance(settings, Settings):
            raise SettingsError(f"connection {surroundings.connection}: these are not settings of a webhook")
        self._settings = settings
        self._surroundings = surroundings
        self._url = settings.url.get_secret_value()
        parts = urlsplit(self._url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._pool = pool_manager(ca_file=settings.ca_file)
        limits = {BUCKET: Limit(sends=10, window_s=1.0)}
        self._http = http_for(surroundings, self._origin, limits, judge=self._judge, wall=wall)

    @property
    def name(self) -> str:
        return self._surroundings.connection

    def account(self) -> AccountInfo:
        """There is nobody to log in as. Asking whether it answers would post something, so nothing is asked."""
        return AccountInfo(account_id="webhook", name=self._origin, user="")

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        for change in changes:
            yield self._post(change)

    def _post(self, change: Change) -> Receipt:
        body = orjson.dumps({"id": change.key, "object": change.object, **change.values, **_page(change.values)})
        headers = {"Content-Type": "application/json", "Idempotency-Key": change.key, **self._signed(body)}
        call = Call(method="POST", url=self._origin, headers=headers, body=body, idempotent=True)
        answer = self._http.exchange(call, lambda timeout_s: self._open(call, timeout_s))
        if answer.ok:
            return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED)
        said = answer.body[:SHOWN_CHARS].decode("utf-8", "replace").strip()
        return Receipt(
            key=change.key,
            outcome=ReceiptOutcome.REFUSED,
            code=f"HTTP_{answer.status}",
            message=f"the webhook answered HTTP {answer.status}{f': {said}' if said else ''}. Look at its log",
        )

    def _open(self, call: Call, timeout_s: float) -> BaseHTTPResponse:
        """The address itself is no part of the call: what is logged of one must not hold its token."""
        return self._pool.request(
            call.method,
            self._url,
            headers=call.headers,
            body=call.body,
            preload_content=False,
            redirect=False,
            timeout=Timeout(connect=min(CONNECT_TIMEOUT_S, timeout_s), read=timeout_s),
        )

    def _signed(self, body: bytes) -> Mapping[str, str]:
        if self._settings.secret is None:
            return {}
        at = str(int(self._surroundings.clock.now().timestamp()))
        key = self._settings.secret.get_secret_value().encode()
        return {SIGNATURE: f"t={at},v1={signature(key, at, body)}"}

    def _judge(self, answer: Answer) -> LeadloopError | None:
        if answer.status in {401, 403}:
            return CredentialsError(
                f"connection '{self.name}': the webhook refuses us (HTTP {answer.status}). Look at its address and "
                "secret in leadloop.yaml"
            )
        return trouble(answer)


def _page(values: Mapping[str, Value]) -> Mapping[str, orjson.Fragment]:
    """The page is JSON already: it becomes a part of the body and no text in it."""
    page = values.get("page")
    return {"page": orjson.Fragment(page)} if isinstance(page, str) else {}


def signature(key: bytes, at: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over the seconds since 1970, a dot, and the body as it was sent."""
    return hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
