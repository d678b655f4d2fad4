"""The methods of the Web API: each reads its arguments strictly and answers as Slack does, `ok` aside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.act import Row
from simulator.log import Effect
from simulator.slack.refusal import SlackRefusalError
from simulator.slack.world import APP_TOKEN, BOT_USER, TEAM, SlackWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request without HTTP."""

    world: SlackWorld
    given: Mapping[str, Any]
    token: str
    now: datetime
    effects: list[Effect]

    def must(self, name: str) -> str:
        value = self.given.get(name)
        if value in (None, ""):
            raise SlackRefusalError("invalid_arguments", response_metadata={"messages": [f"missing {name}"]})
        return str(value)

    def needs(self, scope: str) -> None:
        if scope not in self.world.scopes:
            raise SlackRefusalError("missing_scope", needed=scope, provided=",".join(sorted(self.world.scopes)))


def auth_test(_call: Call) -> Row:
    return {"team": "Simulated", "team_id": TEAM, "user": "leadloop", "user_id": BOT_USER}


def apps_connections_open(call: Call) -> Row:
    if call.token != APP_TOKEN:
        raise SlackRefusalError("not_allowed_token_type")
    return {"url": call.world.socket_url}


def users_lookup_by_email(call: Call) -> Row:
    call.needs("users:read.email")
    return {"user": _shown(call.world.user_of(call.must("email")))}


def users_info(call: Call) -> Row:
    call.needs("users:read")
    user = call.world.users.get(call.must("user"))
    if user is None:
        raise SlackRefusalError("user_not_found")
    return {"user": _shown(user)}


def _shown(user: Row) -> Row:
    told = {name: user[name] for name in ("id", "name", "deleted", "is_bot")}
    return {**told, "team_id": TEAM, "profile": {"email": user.get("email")}}


def conversations_open(call: Call) -> Row:
    call.needs("im:write")
    return {"channel": {"id": call.world.conversation_with(call.must("users"))["id"]}}


def conversations_info(call: Call) -> Row:
    call.needs("channels:read")
    room = call.world.channels.get(call.must("channel"))
    if room is None:
        raise SlackRefusalError("channel_not_found")
    return {"channel": dict(room)}


def conversations_history(call: Call) -> Row:
    """Newest first, in pages; metadata only where it is asked for."""
    room = call.must("channel")
    call.needs("im:history" if room.startswith("D") else "channels:history")
    if room not in call.world.channels:
        raise SlackRefusalError("channel_not_found")
    messages = list(reversed(call.world.messages.get(room, ())))
    begin, limit = int(call.given.get("cursor") or 0), min(int(call.given.get("limit") or 100), 999)
    page = [dict(each) for each in messages[begin : begin + limit]]
    if str(call.given.get("include_all_metadata", "")).lower() not in {"1", "true"}:
        for each in page:
            each.pop("metadata", None)
    more = begin + limit < len(messages)
    metadata = {"next_cursor": str(begin + limit) if more else ""}
    return {"messages": page, "has_more": more, "response_metadata": metadata}


def chat_post_message(call: Call) -> Row:
    call.needs("chat:write")
    content = {name: call.given[name] for name in ("text", "blocks", "metadata") if name in call.given}
    if not content.get("text") and not content.get("blocks"):
        raise SlackRefusalError("no_text")
    message = call.world.post(call.must("channel"), content, call.now, call.effects)
    return {"channel": message["channel"], "ts": message["ts"], "message": message}


def chat_update(call: Call) -> Row:
    call.needs("chat:write")
    content = {name: call.given[name] for name in ("text", "blocks") if name in call.given}
    message = call.world.update(call.must("channel"), call.must("ts"), content, call.effects)
    return {"channel": message["channel"], "ts": message["ts"], "text": message.get("text", "")}


METHODS: Mapping[str, Callable[[Call], Row]] = {
    "auth.test": auth_test,
    "apps.connections.open": apps_connections_open,
    "users.lookupByEmail": users_lookup_by_email,
    "users.info": users_info,
    "conversations.open": conversations_open,
    "conversations.info": conversations_info,
    "conversations.history": conversations_history,
    "chat.postMessage": chat_post_message,
    "chat.update": chat_update,
}
