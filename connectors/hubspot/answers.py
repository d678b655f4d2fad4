"""What HubSpot's answers mean: failures of a whole call, refusals in its own words, rows and the way to more.

Of a refusal's sentence nothing goes into an error: it may quote a person's data. A receipt keeps it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connectors.http import Answer, retry_after, trouble
from connectors.wire import decoded
from domain.errors import ContractError, CredentialsError, LeadloopError, NotAllowedError, RateLimitedError

Row = dict[str, Any]

NOT_FOUND = frozenset({"OBJECT_NOT_FOUND", "NOT_FOUND"})
_LOCKED, _MOVING = 423, 477
_LOCKED_S, _MOVING_S, _SECOND_S, _TEN_SECONDS_S = 2.0, 60.0, 1.0, 10.0
_LONGEST_S = 86_400.0
"""A move of the portal to another data centre may ask for a day."""
_DAY_FULL_S = 1800.0
"""The day ends at midnight of the portal. While its time zone is not known, asking twice an hour finds it."""


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
        wait_s = max(_LOCKED_S, _wait(answer, _LOCKED_S))
        return RateLimitedError("HubSpot has locked these records for a moment", retry_after_s=wait_s)
    if answer.status == _MOVING:
        return RateLimitedError("HubSpot is moving the portal", retry_after_s=_wait(answer, _MOVING_S))
    return trouble(answer)


def _limited(answer: Answer) -> RateLimitedError:
    """The policy's name tells which limit it was; its message is not stable."""
    told = refusal(answer)
    policy = str(told.get("policyName") or told.get("message") or "").upper()
    if "DAILY" in policy:
        return RateLimitedError("HubSpot's calls of this day are used up", retry_after_s=_DAY_FULL_S, daily=True)
    usual = _TEN_SECONDS_S if "TEN_SECONDLY" in policy else _SECOND_S
    return RateLimitedError("HubSpot asks to slow down", retry_after_s=_wait(answer, usual))


def _wait(answer: Answer, usual_s: float) -> float:
    return min(retry_after(answer) or usual_s, _LONGEST_S)


def usage(headers: Mapping[str, str]) -> tuple[int, int | None] | None:
    """(used, limit) of the day, where the answer tells; OAuth apps and searches are not told."""
    limit, left = headers.get("x-hubspot-ratelimit-daily"), headers.get("x-hubspot-ratelimit-daily-remaining")
    if limit is None or left is None or not (limit.isdigit() and left.isdigit()):
        return None
    return int(limit) - int(left), int(limit)


def window(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """(allowed, left) of the ten seconds, where the answer tells; searches are not told."""
    allowed, left = headers.get("x-hubspot-ratelimit-max", ""), headers.get("x-hubspot-ratelimit-remaining", "")
    if headers.get("x-hubspot-ratelimit-interval-milliseconds", "10000") != "10000":
        return None
    return (int(allowed), int(left)) if allowed.isdigit() and left.isdigit() else None


def refusal(answer: Answer) -> Mapping[str, Any]:
    """The body of a failed answer; empty when it has none that we can read."""
    try:
        told = decoded(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def code_of(told: Mapping[str, Any]) -> str:
    """HubSpot's word for a refusal: the first error's code where there is one, else the category."""
    errors = told.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("code") or told.get("subCategory") or told.get("category") or "")


def failure(answer: Answer, doing: str) -> LeadloopError:
    """The error for an answer that the caller cannot use; `doing` is what was asked, as in "to list forms".

    403 is a missing scope or subscription: it stops one stream, and the token is as good as it was.
    """
    told = refusal(answer)
    code = code_of(told) or f"HTTP {answer.status}"
    if answer.status == 403:
        named = scopes(told)
        return NotAllowedError(
            f"HubSpot does not let this token {doing.removeprefix('to ')}: {code}{f' ({named})' if named else ''}. "
            "Add the scope that docs/connecting-hubspot.md names, or take the stream off the list"
        )
    return ContractError(f"HubSpot refused {doing}: {code} (HTTP {answer.status})")


def scopes(told: Mapping[str, Any]) -> str:
    """The scopes a 403 names: no secret, and all an admin needs."""
    errors = told.get("errors")
    contexts = [one.get("context") for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    named = [each for one in contexts if isinstance(one, dict) for each in one.get("requiredGranularScopes") or ()]
    return ", ".join(map(str, named))


@contextmanager
def known_shape(doing: str) -> Iterator[None]:
    """Around the reading of an answer: what is not as we know it stops the stream and keeps its cursor."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise ContractError(f"HubSpot answered {doing} in a shape we do not know ({type(error).__name__})") from error


def body_of(answer: Answer, doing: str) -> Row:
    """The body of a successful answer; raises for a refusal and for what is no JSON object."""
    if not answer.ok:
        raise failure(answer, doing)
    told = answer.json()
    if not isinstance(told, dict):
        raise ContractError(f"HubSpot answered {doing} in a shape we do not know")
    return told


def rows_in(told: Mapping[str, Any], doing: str, *, key: str = "results") -> list[Row]:
    """The list in a body; raises when there is none."""
    rows = told.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractError(f"HubSpot answered {doing} without `{key}`")
    return rows
