"""Salesforce's way to say no, read out of an answer and turned into what happens next (facts 2.6)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.http import Answer, trouble
from domain.errors import ContractError, CredentialsError, LeadloopError, RateLimitedError, TransientError

BUSY_S = 5.0
DAY_FULL_S = 1800.0
"""Salesforce sends no Retry-After; its day is a rolling one, so room comes back little by little."""

_MOMENTARY = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "REQUEST_RUNNING_TOO_LONG"})
_FORBIDDEN = frozenset({"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"})
_HINTS = {
    301: ", a redirect; check login_url",
    302: ", a redirect; check login_url",
    410: ": this API version is retired; raise api_version",
}
_COLUMN = re.compile(r"No such column '\w+'|sObject type '\w+' is not supported")
_NAMED = re.compile(r"No such column '(\w+)'|[Ff]ields?: ?(\w+(?:, ?\w+)*)")
"""Where the sentence names the fields and the list of fields is empty: a column that is not there, a field that may
not be written."""
_USAGE = re.compile(r"(?:^|[;,\s])api-usage=(\d+)/(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One error as Salesforce writes it, alone or in a row of a collection."""

    code: str
    message: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


def refusals(told: Any) -> tuple[Refusal, ...]:
    """The errors in a body, or in the `errors` of a collection's row; none when it has another shape."""
    rows = told if isinstance(told, Sequence) and not isinstance(told, str) else []
    found = []
    for row in rows:
        code = (row.get("errorCode") or row.get("statusCode")) if isinstance(row, Mapping) else None
        if isinstance(code, str):
            message, fields = str(row.get("message") or ""), row.get("fields") or ()
            found.append(Refusal(code=code, message=message.strip(), fields=tuple(map(str, fields))))
    return tuple(found)


def named_fields(found: Sequence[Refusal]) -> tuple[str, ...]:
    """The fields that refusals name, each once; of sentences only those about fields that cannot be used."""
    names: dict[str, None] = {}
    for refusal in found:
        names.update(dict.fromkeys(refusal.fields))
        if not refusal.fields and refusal.code.startswith("INVALID_FIELD"):
            said = _NAMED.search(refusal.message)
            names.update(dict.fromkeys(re.findall(r"\w+", said[1] or said[2]) if said else ()))
    return tuple(names)


def refusals_of(answer: Answer) -> tuple[Refusal, ...]:
    try:
        return refusals(orjson.loads(answer.body))
    except orjson.JSONDecodeError:
        return ()


def judge(answer: Answer) -> LeadloopError | None:
    """Failures of the whole call. 401 and what concerns rows or a query are handed to the caller."""
    if answer.ok:
        csv = answer.headers.get("content-type", "").startswith("text/csv")
        page = not csv and answer.body.lstrip()[:1] not in (b"", b"{", b"[")
        return TransientError("the answer is a page, not JSON") if page else None
    codes = refusals_of(answer)
    if answer.status == 403 and codes:
        return _forbidden(codes[0])
    return trouble(answer, retry_after_s=BUSY_S) or _unusable(answer, codes)


def _unusable(answer: Answer, codes: Sequence[Refusal]) -> LeadloopError | None:
    if answer.status == 401 or codes or answer.body[:1] == b"[":
        return _momentary(codes)
    return ContractError(f"Salesforce answered HTTP {answer.status}{_HINTS.get(answer.status, '')}")


def _forbidden(refusal: Refusal) -> LeadloopError | None:
    if refusal.code == "REQUEST_LIMIT_EXCEEDED":
        if "concurrent" in refusal.message.lower():
            return RateLimitedError("Salesforce runs too many long requests of this org", retry_after_s=BUSY_S)
        return RateLimitedError("Salesforce's daily API limit is used up", retry_after_s=DAY_FULL_S, daily=True)
    if refusal.code in _FORBIDDEN:
        return CredentialsError(f"Salesforce does not let us use its API: {refusal.code}. Ask the org's admin")
    return None


def _momentary(codes: Sequence[Refusal]) -> LeadloopError | None:
    if codes and codes[0].code in _MOMENTARY:
        return TransientError(f"Salesforce is busy: {codes[0].code}")
    return None


def failure(answer: Answer, what: str) -> LeadloopError:
    """As `failure_of`, for an answer of its own."""
    return failure_of(answer.status, refusals_of(answer), what)


def failure_of(status: int, codes: Sequence[Refusal], what: str) -> LeadloopError:
    """The error for an answer that the caller cannot use; `what` was asked, in words.

    Of the vendor's sentence only a column's name is repeated: it may quote a person's data. A right that is
    missing concerns this question alone, so it is no matter of the login.
    """
    code = codes[0].code if codes else f"HTTP {status}"
    column = _COLUMN.search(codes[0].message) if codes else None
    said = f"{code} ({column[0]})" if column else code
    if code == "QUERY_TIMEOUT":
        return TransientError(f"Salesforce is busy: {code}")
    if code.startswith("INSUFFICIENT_ACCESS"):
        return ContractError(f"Salesforce refused {what}: {said}. Give the integration user the permission")
    return ContractError(f"Salesforce refused {what}: {said}")


def usage(headers: Mapping[str, str]) -> tuple[int, int | None] | None:
    """Used and limit of the day; the header may hold more figures, comes late and is not monotonic."""
    found = _USAGE.search(headers.get("sforce-limit-info", ""))
    return (int(found[1]), int(found[2])) if found else None
