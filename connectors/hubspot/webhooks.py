"""What HubSpot's calls to us say: an array of up to a hundred happenings, sparse, in any order, at times twice.

https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import structlog

from connectors.abilities import WebhookCall
from connectors.hubspot.settings import Settings
from connectors.hubspot.signature import verify
from connectors.hubspot.values import from_ms
from domain.errors import RejectedError, SettingsError
from domain.hint import Hint, HintKind

log = structlog.get_logger(__name__)

AT_ONCE = 100
_OBJECTS = {"contact": "contacts", "0-1": "contacts", "company": "companies", "0-2": "companies"}
_KINDS = {
    "creation": HintKind.CREATED,
    "propertyChange": HintKind.CHANGED,
    "deletion": HintKind.DELETED,
    "privacyDeletion": HintKind.ERASED,
    "restore": HintKind.RESTORED,
    "merge": HintKind.MERGED,
}
_ID = re.compile(r"[0-9]{1,19}")
_OURS = frozenset({HintKind.CREATED, HintKind.CHANGED})
"""What our own writes cause."""


class Webhooks:
    """Turns genuine calls about the streams that are read into hints."""

    def __init__(self, connection: str, settings: Settings, streams: Collection[str]) -> None:
        self._connection = connection
        self._secret = settings.webhook_secret
        self._app_id = settings.app_id
        self._streams = frozenset(streams)

    def hints(self, call: WebhookCall, *, account_id: str, now: datetime) -> Sequence[Hint]:
        """As `WebhookSource.hints`. What is about another portal, or makes no sense, is left out and counted."""
        if self._secret is None:
            raise SettingsError(f"connection {self._connection!r} has no webhook_secret")
        verify(call, self._secret.get_secret_value(), now=now)
        found, left_out = [], 0
        for told in _entries(call.body):
            try:
                hint = self._hint(told, account_id)
            except (LookupError, TypeError, ValueError, OverflowError):
                left_out += 1
            else:
                found += [hint] if hint is not None else []
        if left_out:
            log.warning("webhook_entries_left_out", connection=self._connection, entries=left_out)
        return found

    def _hint(self, told: Mapping[str, Any], account_id: str) -> Hint | None:
        """None for what we need not look at; one of the errors above for what nobody can read."""
        if str(told["portalId"]) != account_id:
            raise ValueError("of another portal")
        said = str(told.get("subscriptionType") or told["eventType"])
        word, _, what = said.partition(".")
        kind = _KINDS.get(what)
        about = _OBJECTS.get(str(told.get("objectTypeId")) if word == "object" else word)
        if kind is None or about not in self._streams or self._is_ours(told, kind):
            return None
        told_id, occurred = _id(told, "objectId", "primaryObjectId"), int(told["occurredAt"])
        return Hint(
            connection=self._connection,
            key=":".join((account_id, said, told_id, str(told.get("propertyName") or ""), str(occurred))),
            object=about,
            record_id=_id(told, "newObjectId", "primaryObjectId", "objectId") if kind is HintKind.MERGED else told_id,
            kind=kind,
            occurred_at=from_ms(occurred),
        )

    def _is_ours(self, told: Mapping[str, Any], kind: HintKind) -> bool:
        """Our receipts told of it already. A service key has no app of its own, so nothing is taken for ours then."""
        if self._app_id is None or kind not in _OURS or told.get("changeSource") != "INTEGRATION":
            return False
        return str(told.get("sourceId")) == self._app_id


def _entries(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        told = orjson.loads(body)
    except ValueError as error:
        raise RejectedError("the call's body is not JSON", code="BODY") from error
    if not isinstance(told, list) or len(told) > AT_ONCE:
        raise RejectedError(f"the call's body is no array of up to {AT_ONCE} happenings", code="BODY")
    return (one if isinstance(one, dict) else {} for one in told)


def _id(told: Mapping[str, Any], *names: str) -> str:
    """The first of these that is there: it goes into calls to HubSpot, so it must be an id."""
    found = next((str(told[name]) for name in names if told.get(name) is not None), "")
    if not _ID.fullmatch(found):
        raise ValueError("no id")
    return found
