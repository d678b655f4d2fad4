"""Sending SOQL: by URL while it is short, else in the body of a Composite; or several questions in one call.

Salesforce takes 16,384 bytes of URI and headers together (414 or 431 above), and a query of many fields is longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.http import Answer
from connectors.salesforce.answers import Refusal, failure_of, judge, refusals
from connectors.salesforce.client import Client, Request
from domain.errors import ContractError, LeadloopError

SAFE_QUERY_BYTES = 8_000
"""Of a URL's query: half of what Salesforce takes, the rest is room for headers and for what stands in between."""

_ALONE = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answer to one question, whether it came alone or inside a Composite."""

    status: int
    body: Any
    nul: bool = False
    """Whether a text may hold NUL."""

    @staticmethod
    def of(answer: Answer) -> "Told":
        return Told(status=answer.status, body=answer.json(), nul=_has_nul(answer))

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return () if self.ok else refusals(self.body)

    def failure(self, what: str) -> LeadloopError:
        """The error for an answer that the caller cannot use; `what` was asked, in words."""
        return failure_of(self.status, self.refusals, what)


class Asking:
    """Asks one query, or several at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def ask(self, soql: str, *, deleted: bool = True, large: bool = False) -> Told:
        """The first page of a query. Further pages come by the locator, which is short."""
        resource = "queryAll" if deleted else "query"
        if len(urlencode({"q": soql})) <= SAFE_QUERY_BYTES:
            return Told.of(self._client.get(resource, {"q": soql}, large=large))
        told = self.together({_ALONE: f"{resource}?{urlencode({'q': soql})}"}).get(_ALONE)
        if told is None:
            raise ContractError("Salesforce left a query out of a joint answer")
        if not told.ok:
            problem = judge(Answer(status=told.status, headers={}, body=orjson.dumps(told.body)))
            if problem is not None:
                raise problem
        return told

    def together(self, asked: Mapping[str, str]) -> dict[str, Told]:
        """Answers by the names given: one call of the day's quota. A question may be left out or refused alone."""
        headers = self._client.part_headers()
        parts = [
            {"method": "GET", "referenceId": name, "url": self._client.data_path(path), "httpHeaders": headers}
            for name, path in asked.items()
        ]
        body = {"allOrNone": False, "compositeRequest": parts}
        answer = self._client.send(Request(method="POST", path="composite", body=body, idempotent=True, large=True))
        whole = Told.of(answer)
        if not whole.ok:
            raise whole.failure("to answer several questions in one call")
        found = whole.body.get("compositeResponse") if isinstance(whole.body, dict) else None
        if not isinstance(found, list):
            raise ContractError("Salesforce answered several questions in a shape we do not know")
        return {
            str(part.get("referenceId")): Told(status=status, body=part.get("body"), nul=whole.nul)
            for part in found
            if isinstance(part, dict) and isinstance(status := part.get("httpStatusCode"), int)
        }


def _has_nul(answer: Answer) -> bool:
    """Looking for a single byte first is forty times as fast, and most pages have no escape at all."""
    return b"\\" in answer.body and b"\\u0000" in answer.body
