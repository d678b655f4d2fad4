"""Users, channels and messages of one workspace, and people who press buttons in them."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.act import ActError, Row
from simulator.log import Effect
from simulator.slack.refusal import SlackRefusalError

BOT_TOKEN, APP_TOKEN = "xoxb-simulator", "xapp-simulator"
TEAM, BOT_USER = "T0SIMULATOR", "U0LEADLOOP"
HOOK = "/services/T0SIMULATOR/B0HOOK/secret"
SCOPES = frozenset(
    {"chat:write", "im:write", "im:history", "channels:read", "channels:history", "users:read", "users:read.email"}
)


def nobody_listens(_payload: Row) -> None:
    """Before a socket is open what is pressed waits there."""


@dataclass
class SlackWorld:
    """`tell` hands an interactive payload to whoever listens by Socket Mode."""

    users: dict[str, Row] = field(default_factory=dict)
    channels: dict[str, Row] = field(default_factory=dict)
    messages: dict[str, list[Row]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {BOT_TOKEN, APP_TOKEN})
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    hook_channel: str = "C0000HOOKS"
    tell: Callable[[Row], None] = nobody_listens
    cut: Callable[[], None] = lambda: None
    socket_url: str = ""
    last_ts: int = 0
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self._put_channel({"id": self.hook_channel, "name": "hooks"})

    def seed(
        self,
        rows: Mapping[str, list[Row]],
        at: datetime,  # noqa: ARG002  # a World is asked so
        effects: list[Effect],  # noqa: ARG002
    ) -> dict[str, list[str]]:
        """`users`: email, name, deleted; `channels`: id, name, is_member, is_archived."""
        created: dict[str, list[str]] = {}
        for kind, several in rows.items():
            if kind not in {"users", "channels"}:
                raise ActError(f"Slack has users and channels to seed, not {kind}")
            put = self._put_user if kind == "users" else self._put_channel
            created[kind] = [put(row) for row in several]
        return created

    def act(
        self,
        do: str,
        *,
        as_: str,  # noqa: ARG002  # who presses is named in `fields`
        id: str,
        fields: Row,
        at: datetime,  # noqa: ARG002  # a press is now
        now: datetime,
        effects: list[Effect],  # noqa: ARG002
    ) -> Row:
        """`press` a button of a message, or `edit` a user, a channel, or the `app` itself."""
        if do == "press":
            return self._press(id, fields, now)
        if do == "edit":
            return self._edit(id, fields)
        raise ActError(f"in Slack people press and admins edit; nobody can {do}")

    def furnish(self, *, provisioned: bool) -> None:
        """There is nothing of leadloop's own in a workspace."""

    def objects(self, type_name: str) -> list[Row]:
        if type_name == "messages":
            return [dict(each) for several in self.messages.values() for each in several]
        if type_name in {"users", "channels"}:
            return list((self.users if type_name == "users" else self.channels).values())
        raise ActError(f"Slack has messages, users and channels, not {type_name}")

    def _put_user(self, row: Row) -> str:
        number = str(row.get("id") or f"U{next(self.numbers):09d}")
        self.users[number] = {"id": number, "name": "", "deleted": False, "is_bot": False, **row}
        return number

    def _put_channel(self, row: Row) -> str:
        number = str(row.get("id") or f"C{next(self.numbers):09d}")
        self.channels[number] = {"id": number, "is_member": True, "is_archived": False, **row}
        return number

    def _edit(self, id: str, fields: Row) -> Row:
        if id == "app":
            for name, value in fields.items():
                self._edit_app(name, value)
            return {"id": id}
        found = self.users.get(id) or self.channels.get(id)
        if found is None:
            raise ActError(f"there is no user or channel {id} in Slack")
        found.update(fields)
        return {"id": id}

    def _edit_app(self, name: str, value: Any) -> None:
        if name == "tokens":
            self.tokens = set(value)
        elif name == "scopes":
            self.scopes = set(value)
        elif name == "socket":
            self.cut()
        else:
            raise ActError(f"of the app its tokens, scopes and socket can be edited, not {name}")

    def user_of(self, email: str) -> Row:
        for user in self.users.values():
            if str(user.get("email", "")).casefold() == email.casefold() and not user["deleted"]:
                return user
        raise SlackRefusalError("users_not_found")

    def conversation_with(self, user: str) -> Row:
        """The direct messages between the app and one user: the same each time."""
        if user not in self.users:
            raise SlackRefusalError("user_not_found")
        number = f"D{user[1:]}"
        if number not in self.channels:
            self.channels[number] = {"id": number, "is_im": True, "user": user, "is_member": True, "is_archived": False}
        return self.channels[number]

    def post(self, channel: str, content: Row, now: datetime, effects: list[Effect]) -> Row:
        """A message at its place; its `ts` is its time and its name."""
        room = self.channels.get(channel)
        if room is None:
            raise SlackRefusalError("channel_not_found")
        if room["is_archived"]:
            raise SlackRefusalError("is_archived")
        if not room["is_member"]:
            raise SlackRefusalError("not_in_channel")
        message = {"ts": self._stamp(now), "channel": channel, "user": BOT_USER, "edits": 0, **content}
        self.messages.setdefault(channel, []).append(message)
        effects.append({"op": "create", "type": "message", "id": message["ts"], "before": None, "after": dict(message)})
        return message

    def update(self, channel: str, ts: str, content: Row, effects: list[Effect]) -> Row:
        for message in self.messages.get(channel, ()):
            if message["ts"] == ts:
                before = dict(message)
                message.update(content, edits=message["edits"] + 1)
                effects.append({"op": "update", "type": "message", "id": ts, "before": before, "after": dict(message)})
                return message
        raise SlackRefusalError("message_not_found")

    def _stamp(self, now: datetime) -> str:
        """Microseconds since 1970; no two messages have the same."""
        self.last_ts = max(int(now.timestamp() * 1_000_000), self.last_ts + 1)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def _press(self, id: str, fields: Row, now: datetime) -> Row:
        """Somebody presses what begins with `answer`; what wants to be confirmed asks first, and says what it asks."""
        channel, _, ts = id.partition(":")
        message = next((each for each in self.messages.get(channel, ()) if each["ts"] == ts), None)
        if message is None:
            raise ActError(f"there is no message {id} in Slack")
        element = _element(message, str(fields.get("answer") or ""))
        if "confirm" in element and fields.get("sure") is not True:
            return {"id": id, "asked": element["confirm"]["text"]["text"]}
        user = self.user_of(str(fields.get("user") or ""))
        action = {"action_id": element["action_id"], "type": element["type"], "action_ts": self._stamp(now)}
        action |= {"value": element["value"]} if "value" in element else {"selected_date": fields.get("date")}
        self.tell(
            {
                "type": "block_actions",
                "team": {"id": TEAM},
                "user": {"id": user["id"], "name": user.get("name", ""), "team_id": TEAM},
                "container": {"type": "message", "message_ts": ts, "channel_id": channel},
                "channel": {"id": channel},
                "message": {"ts": ts, "text": message.get("text", ""), "blocks": message.get("blocks", [])},
                "actions": [action],
            }
        )
        return {"id": id}


def _element(message: Row, answer: str) -> Row:
    for block in message.get("blocks") or ():
        for element in block.get("elements") or () if block["type"] == "actions" else ():
            if str(element["action_id"]).startswith(answer):
                found: Row = element
                return found
    raise ActError(f"the message {message['ts']} has nothing to press for {answer!r}")
