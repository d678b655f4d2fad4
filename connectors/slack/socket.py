"""Hears what people press, by Socket Mode: the connection goes out from us, nothing has to be reachable from outside.

A press is kept before the envelope is acknowledged; one that was not is told again, and known by its key.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from connectors.abilities import Listening
from connectors.slack.blocks import SNOOZE
from connectors.slack.client import Client
from domain.errors import LeadloopError, TransientError
from domain.handoff import Verdict
from domain.notice import Press

log = structlog.get_logger(__name__)

_QUIET = logging.getLogger("leadloop.slack_sdk")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False  # the SDK logs payloads, in which people's names stand
_QUIET.setLevel(logging.CRITICAL)


class Socket:
    """Open until `close`; it connects anew by itself."""

    def __init__(self, client: SocketModeClient) -> None:
        self._client = client

    @property
    def connected(self) -> bool:
        return bool(self._client.is_connected())

    def close(self) -> None:
        self._client.close()


def listen(client: Client, app_token: str, connection: str, keep: Callable[[Press], None]) -> Listening:
    """Connect, and hear until closed. Raises what is wrong with the token or the way there."""
    socket = SocketModeClient(app_token=app_token, web_client=client, logger=_QUIET, concurrency=2)

    def hear(to: BaseSocketModeClient, request: SocketModeRequest) -> None:
        presses = presses_of(connection, request.payload) if request.type == "interactive" else ()
        try:
            for press in presses:
                keep(press)
        except LeadloopError as error:
            log.warning("answer_not_kept", connection=connection, reason=type(error).__name__)
            return  # unacknowledged, it is told again
        to.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    socket.socket_mode_request_listeners.append(hear)
    try:
        socket.connect()
    except LeadloopError:
        socket.close()
        raise
    except (OSError, SlackClientError, ValueError) as error:
        socket.close()
        raise TransientError(f"Slack's socket cannot be opened ({type(error).__name__})", sent=False) from error
    return Socket(socket)


def presses_of(connection: str, payload: Mapping[str, Any]) -> tuple[Press, ...]:
    """Every answer in a payload; what is not ours, or makes no sense, is left out."""
    if payload.get("type") != "block_actions":
        return ()
    place = payload.get("container") or {}
    user = (payload.get("user") or {}).get("id")
    message = f"{place.get('channel_id')}:{place.get('message_ts')}"
    found = (_press(connection, action, user=str(user), message=message) for action in payload.get("actions") or ())
    return tuple(press for press in found if press is not None)


def _press(connection: str, action: Mapping[str, Any], *, user: str, message: str) -> Press | None:
    said, _, about = str(action.get("action_id") or "").partition("|")
    lead_key, _, number = about.rpartition("/")
    stamp = str(action.get("action_ts") or "")
    until = action.get("selected_date") if said == SNOOZE else None
    is_verdict = said in {each.value for each in Verdict}
    if not lead_key or not number.isdecimal() or not (is_verdict or until):
        return None
    return Press(
        connection=connection,
        key=f"{message}:{user}:{stamp}",
        lead_key=lead_key,
        handoff=int(number),
        user=user,
        message=message,
        at=datetime.fromtimestamp(float(stamp or 0), UTC),
        verdict=Verdict(said) if is_verdict else None,
        until=str(until) if until else None,
    )
