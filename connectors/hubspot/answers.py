"""What HubSpot's answers mean: failures of a whole call, and refusals in its own words."""

from collections.abc import Mapping
from typing import Any

from connectors.http import Answer, retry_after, trouble
from domain.errors import (
    ContractError,
    CredentialsError,
    LeadloopError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

_LOCKED, _MOVING = 423, 477
_DAY_S = 86_400.0


def judge(answer: Answer) -> LeadloopError | None:
    """Failures of the whole call; None hands the answer to the caller (400, 403, 404, 409 are about what was asked)."""
    if answer.status == 401:
        return CredentialsError(
            "HubSpot refused the access token. Make a new service key (Settings > Integrations) "
            "and put it in access_token"
        )
    if answer.status == 429:
        return _limited(answer)
    if answer.status == _LOCKED:
        return RateLimitedError("HubSpot has locked these records for a moment", retry_after_s=2.0)
    if answer.status == _MOVING:
        return RateLimitedError("HubSpot is moving the portal", retry_after_s=retry_after(answer) or 60.0)
    return trouble(answer)


def _limited(answer: Answer) -> RateLimitedError:
    """The policy's name tells which limit it was; its message is not stable."""
    told = body_of(answer)
    policy = str(told.get("policyName") or told.get("message") or "").upper()
    if "DAILY" in policy:
        return RateLimitedError("HubSpot's calls of this day are used up", retry_after_s=_DAY_S, daily=True)
    usual = 10.0 if "TEN_SECONDLY" in policy else 1.0
    return RateLimitedError("HubSpot asks to slow down", retry_after_s=retry_after(answer) or usual)


def usage(headers: Mapping[str, str]) -> tuple[int, int | None] | None:
    """(used, limit) of the day, where the answer tells; OAuth apps and searches are not told."""
    limit, left = headers.get("x-hubspot-ratelimit-daily"), headers.get("x-hubspot-ratelimit-daily-remaining")
    if limit is None or left is None or not (limit.isdigit() and left.isdigit()):
        return None
    return int(limit) - int(left), int(limit)


def body_of(answer: Answer) -> dict[str, Any]:
    """The body of a failed answer, or nothing."""
    try:
        told = answer.json() if answer.body else {}
    except TransientError:
        return {}
    return told if isinstance(told, dict) else {}


def code_of(answer: Answer) -> str:
    """HubSpot's word for a refusal: the first error's code where there is one, else the category."""
    told = body_of(answer)
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("code") or told.get("category") or f"HTTP {answer.status}")


def words_of(answer: Answer) -> str:
    return str(body_of(answer).get("message") or f"HTTP {answer.status}")[:1000]


def failure(answer: Answer, doing: str) -> LeadloopError:
    """The error for an answer that the caller cannot use."""
    if answer.status == 403:
        return CredentialsError(
            f"HubSpot lets this token do no such thing as {doing}: {words_of(answer)}. "
            "Add the scope that docs/connecting-hubspot.md names for it"
        )
    if 400 <= answer.status < 500:
        return RejectedError(f"HubSpot refused {doing}: {words_of(answer)}", code=code_of(answer))
    return ContractError(f"HubSpot answered {doing} in a shape we do not know (HTTP {answer.status})")


def rows_of(answer: Answer, doing: str, *, key: str = "results") -> list[dict[str, Any]]:
    """The list in an answer; raises when there is none."""
    if not answer.ok:
        raise failure(answer, doing)
    told = answer.json()
    rows = told.get(key) if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise ContractError(f"HubSpot answered {doing} without `{key}`")
    return rows


def next_after(answer: Answer) -> str | None:
    """The way to the next page, where there is one."""
    paging = body_of(answer).get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return str(after) if after is not None else None
