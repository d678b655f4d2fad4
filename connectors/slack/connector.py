"""Tells people things in Slack.

A message carries our key in its metadata. When the answer to a post was lost, the conversation's history is asked for
that key before anything is posted again: Slack itself takes the same message any number of times.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel

from connectors.abilities import Listening
from connectors.contract import Surroundings
from connectors.http import SYSTEM_WALL
from connectors.pacing import Wall
from connectors.slack.blocks import EVENT, answered, body_of, fallback
from connectors.slack.client import Client, Sender
from connectors.slack.settings import Settings
from connectors.slack.socket import listen
from domain.change import Change, Receipt, ReceiptOutcome
from domain.errors import ContractError, RejectedError, SettingsError, TransientError
from domain.notice import Press
from domain.record import AccountInfo
from domain.values import from_text

MESSAGE, ANSWER = "message", "answer"
PAGE, PAGES = 200, 5
SLACK_AHEAD = timedelta(hours=1)
"""How far Slack's clock and ours may be apart when its history is looked through."""
LOST = "the answer to the post was lost: it is looked for before it is sent again"


class Slack:
    """One workspace, by an app or by an incoming webhook."""

    repeatable = False

    def __init__(self, settings: BaseModel, surroundings: Surroundings, *, wall: Wall = SYSTEM_WALL) -> None:
        if not isinstance(settings, Settings):
            raise SettingsError(f"connection {surroundings.connection}: these are not settings of Slack")
        self._settings = settings
        self._surroundings = surroundings
        self._wall = wall
        self._sender = Sender(settings, surroundings, wall=wall)
        bot = settings.bot_token
        self._bot = None if bot is None else self._client(bot.get_secret_value())
        self._rooms: dict[str, str] = {}
        self._people: dict[str, str] = {}

    def _client(self, token: str) -> Client:
        return Client(self._settings, self._surroundings, token=token, wall=self._wall)

    @property
    def name(self) -> str:
        return self._surroundings.connection

    @property
    def hears(self) -> bool:
        return self._settings.app_token is not None

    def account(self) -> AccountInfo:
        """The workspace. Of an incoming webhook nothing is known but its address: asking would post."""
        hook = self._settings.webhook_url
        if self._bot is None:
            place = urlsplit(hook.get_secret_value()) if hook is not None else urlsplit("")
            team = place.path.strip("/").split("/")
            return AccountInfo(account_id=team[1] if len(team) > 1 else place.netloc, name="incoming webhook", user="")
        said = self._bot.ask(lambda slack: slack.auth_test())
        return AccountInfo(account_id=str(said["team_id"]), name=str(said.get("team") or ""), user=str(said["user_id"]))

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        for change in changes:
            try:
                yield self._update(change) if change.object == ANSWER else self._tell(change)
            except RejectedError as error:
                yield Receipt(key=change.key, outcome=ReceiptOutcome.REFUSED, code=error.code, message=str(error))

    def can_find(self, change: Change) -> bool:
        """An incoming webhook writes and reads nothing."""
        return self._bot is not None and change.object in {MESSAGE, ANSWER}

    def settle(self, change: Change) -> Receipt | None:
        """Look through the conversation, newest first, until before the notice was decided."""
        if change.object == ANSWER or self._bot is None:
            return None  # absolute content by the message's own id: it may be sent again
        bot, room = self._bot, self._room(change)
        since, cursor = _since(change), ""
        for _ in range(PAGES):
            page = bot.ask(
                lambda slack, cursor=cursor: slack.conversations_history(  # type: ignore[misc]  # bound now
                    channel=room, limit=PAGE, cursor=cursor, include_all_metadata=True
                )
            )
            messages = page.get("messages") or []
            for message in messages:
                if _key_of(message) == change.key:
                    return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=f"{room}:{message['ts']}")
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            is_past = since is not None and bool(messages) and float(messages[-1]["ts"]) < since.timestamp()
            if not cursor or is_past:
                return None
        raise ContractError(f"{PAGES * PAGE} messages back the notice is not found, and there are more to look through")

    def out_of_reach(self, people: Collection[str], channels: Collection[str]) -> Mapping[str, str]:
        bot, found = self._bot, dict[str, str]()
        if bot is None:
            return {}
        for person in sorted(people):
            try:
                self._user(bot, person)
            except RejectedError as error:
                found[person] = str(error)
        for channel in sorted(channels):
            try:
                told = bot.ask(lambda slack, channel=channel: slack.conversations_info(channel=channel))  # type: ignore[misc]
            except RejectedError as error:
                found[channel] = str(error)
                continue
            room = told.get("channel") or {}
            if room.get("is_archived"):
                found[channel] = "the channel is archived. Name another one under `notices` in leadloop.yaml"
            elif not room.get("is_member"):
                found[channel] = "the app is not in this channel. Invite it there: /invite @leadloop"
        if self.hears:
            self._app().ask(lambda slack: slack.apps_connections_open(app_token=self._app_token()))
        return found

    def listen(self, keep: Callable[[Press], None]) -> Listening:
        return listen(self._app(), self._app_token(), self.name, keep)

    def email_of(self, user: str) -> str | None:
        if self._bot is None:
            return None
        try:
            told = self._bot.ask(lambda slack: slack.users_info(user=user))
        except RejectedError:
            return None
        email = ((told.get("user") or {}).get("profile") or {}).get("email")
        return str(email).casefold() if email else None

    def _app_token(self) -> str:
        token = self._settings.app_token
        if token is None:
            raise SettingsError(f"connection '{self.name}' has no app_token: nobody hears what is answered in Slack")
        return token.get_secret_value()

    def _app(self) -> Client:
        return self._client(self._app_token())

    def _tell(self, change: Change) -> Receipt:
        in_channel = self._bot is None or bool(change.values.get("channel"))
        blocks = body_of(change.values, buttons=self.hears and not in_channel, in_channel=in_channel)
        try:
            if self._bot is None:
                return self._tell_hook(change, blocks)
            room, bot = self._room(change), self._bot
        except TransientError as error:
            if not error.sent:
                raise
            if self._bot is None:
                return _unknown(change)
            raise TransientError(str(error), sent=False) from error  # nothing was posted yet
        metadata = {"event_type": EVENT, "event_payload": {"key": change.key}}
        try:
            said = bot.ask(
                lambda slack: slack.chat_postMessage(
                    channel=room,
                    text=fallback(change.values),
                    blocks=blocks,
                    metadata=metadata,
                    unfurl_links=False,
                    unfurl_media=False,
                )
            )
        except TransientError as error:
            if not error.sent:
                raise
            return _unknown(change)
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=f"{said['channel']}:{said['ts']}")

    def _tell_hook(self, change: Change, blocks: Sequence[Mapping[str, Any]]) -> Receipt:
        hook = self._settings.webhook_url
        url = hook.get_secret_value() if hook is not None else ""
        body = orjson.dumps({"text": fallback(change.values), "blocks": blocks})
        headers = {"Content-Type": "application/json"}
        self._sender.post(url, body, headers, once=True, channel="hook", shown=f"{urlsplit(url).netloc}")
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED)

    def _update(self, change: Change) -> Receipt:
        """Say in a message what was answered in it. The same again is the same."""
        bot, values = self._bot, change.values
        if bot is None:
            raise RejectedError("an incoming webhook cannot change what it said", code="no_app")
        room, _, ts = str(values["message"]).partition(":")
        words, text = str(values.get("words") or ""), str(values.get("text") or "")
        blocks, shown = answered(text, words), fallback({"subject": words})
        bot.ask(lambda slack: slack.chat_update(channel=room, ts=ts, text=shown, blocks=blocks))
        return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=str(values["message"]))

    def _room(self, change: Change) -> str:
        """The channel, or the conversation with whoever it is for."""
        channel = change.values.get("channel")
        if isinstance(channel, str) and channel:
            return channel
        email, bot = str(change.values.get("to") or "").casefold(), self._bot
        if email not in self._rooms and bot is not None:
            user = self._user(bot, email)
            opened = bot.ask(lambda slack: slack.conversations_open(users=user))
            self._rooms[email] = str(opened["channel"]["id"])
        return self._rooms[email]

    def _user(self, bot: Client, email: str) -> str:
        if email not in self._people:
            found = bot.ask(lambda slack: slack.users_lookupByEmail(email=email))
            self._people[email] = str(found["user"]["id"])
        return self._people[email]


def _unknown(change: Change) -> Receipt:
    return Receipt(key=change.key, outcome=ReceiptOutcome.UNKNOWN, code="answer_lost", message=LOST)


def _since(change: Change) -> datetime | None:
    at = change.values.get("at")
    return from_text(at) - SLACK_AHEAD if isinstance(at, str) else None


def _key_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    key = payload.get("key")
    return key if metadata.get("event_type") == EVENT and isinstance(key, str) else None
