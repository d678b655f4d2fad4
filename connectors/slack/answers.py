"""What Slack's answers mean for us, and how to mend what it refuses."""

from collections.abc import Mapping
from typing import Any

from connectors.http import Answer, trouble
from domain.errors import (
    ContractError,
    CredentialsError,
    LeadloopError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

_NOT_LET_IN = frozenset(
    {
        "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
        "no_permission", "not_allowed_token_type", "org_login_required", "ekm_access_denied", "access_denied",
        "team_access_not_granted", "two_factor_setup_required", "invalid_token", "enterprise_is_restricted",
    }
)  # fmt: skip
_LATER = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "rollup_error"}
)
_SLOW_DOWN = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
MENDS: Mapping[str, str] = {
    "users_not_found": "nobody in the workspace has this address. Invite them, or correct the address in routing.yaml",
    "user_not_found": "the workspace does not know this user any more",
    "cannot_dm_bot": "this user is a bot, which nobody can write to",
    "user_disabled": "this user is deactivated in Slack",
    "not_in_channel": "the app is not in this channel. Invite it there: /invite @leadloop",
    "channel_not_found": "there is no such channel, or it is private and the app is not in it. Look at `channel` under "
    "`notices` in leadloop.yaml, which wants the channel's id",
    "is_archived": "the channel is archived. Name another one under `notices` in leadloop.yaml",
    "channel_is_archived": "the channel is archived. Make another incoming webhook",
    "restricted_action": "the workspace's admins do not let apps write there",
    "msg_too_long": "the message is too long. Shorten its template under `notices` in leadloop.yaml",
    "no_service": "this incoming webhook was removed. Make another one",
    "message_not_found": "the message was deleted",
    "cant_update_message": "the message is not ours any more",
}
_ARCHIVED = {"channel_is_archived": "is_archived"}


def judge(connection: str, answer: Answer) -> LeadloopError | None:
    """Slack says no with HTTP 200 and a word; 429 and 5xx come from its front door."""
    early = trouble(answer, retry_after_s=30.0)
    if early is not None:
        return early
    word, more = told(answer)
    return None if word is None else named(connection, word, more)


def told(answer: Answer) -> tuple[str | None, Mapping[str, Any]]:
    """The word by which Slack refuses, None where it does not; and everything it says."""
    if "json" not in answer.headers.get("content-type", ""):
        return _told_by_webhook(answer)
    said = answer.json()
    if not isinstance(said, dict):
        raise ContractError("Slack answered with something that is no object")
    if said.get("ok") is True:
        return None, said
    return str(said.get("error") or "unknown_error"), said


def _told_by_webhook(answer: Answer) -> tuple[str | None, Mapping[str, Any]]:
    """An incoming webhook answers in plain text: `ok`, or a word."""
    if answer.ok:
        return None, {}
    word = answer.body[:80].decode("utf-8", "replace").strip() or f"http_{answer.status}"
    return _ARCHIVED.get(word, word), {}


def named(connection: str, word: str, more: Mapping[str, Any]) -> LeadloopError:
    """The error that a refusal is, by what happens next."""
    if word in _NOT_LET_IN:
        needs = f" It needs the scope {more['needed']}." if more.get("needed") else ""
        return CredentialsError(
            f"connection '{connection}': Slack refuses our token ({word}).{needs} Install the app again and put its "
            "new token where leadloop.yaml takes it from (docs/notices.md)"
        )
    if word in _SLOW_DOWN:
        return RateLimitedError(f"Slack asks to slow down ({word})", retry_after_s=30.0)
    if word in _LATER:
        return TransientError(f"Slack has trouble of its own ({word})")
    return RejectedError(MENDS.get(word, f"Slack refused it: {word}"), code=word)
